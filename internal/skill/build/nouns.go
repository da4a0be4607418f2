package build

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "artifact", About: "What builds made, by digest, with what proves it", Part: op.EveryDay},
	{Name: "release", About: "Versions of services, with notes and what changed", Part: op.EveryDay},
	{Name: "deployment", About: "Which release went where, and how it ended", Part: op.EveryDay},
	{Name: "delivery", About: "How often and how well a team delivers", Part: op.EveryDay},
}
