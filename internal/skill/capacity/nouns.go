package capacity

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "capacity", About: "What can run out: how much of it is used, and until when it lasts", Part: op.EveryDay},
	{Name: "loadtest", About: "How much a service of an environment takes: tests with a rate that rises until it no longer keeps what it promises", Part: op.EveryDay},
}
