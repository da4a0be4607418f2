package maintenance

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "maintenance", About: "What has to be done again and again: when it is due, and when it was done", Part: op.EveryDay},
}
