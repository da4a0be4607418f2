package capacity

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "capacity", About: "What can run out: how much of it is used, and until when it lasts", Part: op.EveryDay},
}
