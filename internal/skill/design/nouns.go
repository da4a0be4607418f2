package design

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "catalog", About: "Services, hosts, systems and groups", Part: op.TeamFiles},
}
