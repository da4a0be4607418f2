package statuspage

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "statuspage", About: "What users are told: components, incidents and maintenance in their words", Part: op.EveryDay},
}
