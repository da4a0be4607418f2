package tools

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "tool", About: "Tools: which version is asked for, where it is used, and until when it is maintained", Part: op.EveryDay},
}
