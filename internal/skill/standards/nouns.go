package standards

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "standard", About: "Rules that repositories are checked by, each with a reason and an owner", Part: op.EveryDay},
	{Name: "repository", About: "Repositories of the catalog, and how each stands by the standards", Part: op.EveryDay},
	{Name: "may", About: "Whether something may be done, and what is missing", Part: op.EveryDay},
	{Name: "check", About: "What a repository breaks of the standards, and the smallest change that passes", Part: op.EveryDay},
}
