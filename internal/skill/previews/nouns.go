package previews

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "link", About: "Share links, by which people without an account look at a preview", Part: op.EveryDay},
	{Name: "preview", About: "The addresses of environments, and what they were asked", Part: op.EveryDay},
}
