package oncall

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "rota", About: "Who is on call, now and in weeks to come, and who covers for whom", Part: op.EveryDay},
}
