package automation

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "schedule", About: "Procedures that run at certain times", Part: op.EveryDay},
	{Name: "procedure", About: "Agreed ways of doing things, as runbooks", Part: op.TeamFiles},
}
