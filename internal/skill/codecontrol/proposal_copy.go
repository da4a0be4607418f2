package codecontrol

import "prentice"

// Proposal is a change that someone proposes by a push.
type Proposal struct {
	Repository string
	Branch     string   // for which it is
	Old        string   // what the ref was moved from, where the client says so
	Head       string   // the newest commit
	Topic      string   // "" is none
	Change     string   // the number of the change that is updated; "" is by what its commits say
	Options    []string // as they were given
	By         prentice.Actor
	Door       string
}
