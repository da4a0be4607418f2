package standards

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "standard", About: "Rules that repositories are checked by, each with a reason and an owner", Part: op.EveryDay},
	{Name: "check", About: "What a repository breaks of the standards, and the smallest change that passes", Part: op.EveryDay},
}
