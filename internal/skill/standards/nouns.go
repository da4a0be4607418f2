package standards

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "check", About: "What a repository breaks of the standards, and the smallest change that passes", Part: op.EveryDay},
}
