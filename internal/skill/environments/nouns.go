package environments

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "env", About: "Environments: a place for each change, and those that are shared", Part: op.EveryDay},
}
