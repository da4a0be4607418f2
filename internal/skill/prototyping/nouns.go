package prototyping

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "flag", About: "Feature flags, and what overrides them", Part: op.TeamFiles},
	{Name: "prototype", About: "Prototypes: a question, a day, and a decision", Part: op.TeamFiles},
	{Name: "experiment", About: "Experiments: which of two variants is better, by counting", Part: op.TeamFiles},
}
