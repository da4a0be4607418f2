package learning

import "prentice/internal/op"

// nouns are what the operations of this chapter are about.
var nouns = op.Nouns{
	{Name: "explain", Part: op.EveryDay},
	{Name: "explanation", About: "Where something is explained", Part: op.EveryDay},
	{Name: "learning", About: "What you have done under supervision: your own record", Part: op.EveryDay},
	{Name: "lesson", About: "Lessons with exercises, and which of them you have done", Part: op.EveryDay},
	{Name: "role", About: "The role and its skills, as the capability framework has them", Part: op.EveryDay},
}
