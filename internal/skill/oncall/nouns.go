package oncall

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "page", About: "Who was called for an incident, by which rule, and who answered", Part: op.EveryDay},
	{Name: "rota", About: "Who is on call, now and in weeks to come, and who covers for whom", Part: op.EveryDay},
}
