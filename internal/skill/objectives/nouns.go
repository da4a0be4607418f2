package objectives

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "objective", About: "How good services shall be, how much of that budget is left, and who is called when it burns", Part: op.EveryDay},
}
