package security

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "host", About: "Machines that steps run on: list and check them", Part: op.EveryDay},
	{Name: "view", About: "Lists with filters, saved under a name", Part: op.EveryDay},
	{Name: "person", About: "People and their roles", Part: op.Administration},
	{Name: "token", About: "API tokens of people and programs", Part: op.Administration},
	{Name: "key", About: "SSH keys by which git lets people in", Part: op.Administration},
	{Name: "session", About: "Browsers that are signed in", Part: op.Administration},
	{Name: "account", About: "How you sign in, and where you are signed in", Part: op.Administration},
	{Name: "whoami", Part: op.Administration},
	{Name: "secret", About: "Secrets that steps use", Part: op.Administration},
	{Name: "advisory", About: "Known vulnerabilities, kept here for checks to ask", Part: op.EveryDay},
	{Name: "dependency", About: "What a repository is built from", Part: op.EveryDay},
	{Name: "sbom", About: "The bill of materials of a repository", Part: op.EveryDay},
	{Name: "evidence", About: "What was seen and done, chained and signed", Part: op.Administration},
}
