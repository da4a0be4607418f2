package codecontrol

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help. The noun
// repository is declared where repositories are checked, in skill/standards.
var nouns = op.Nouns{
	{Name: "change", About: "What is proposed for branches, and its review", Part: op.EveryDay},
	{Name: "branch", About: "Branches of repositories, and what moves them", Part: op.EveryDay},
	{Name: "code", About: "What is in repositories: files, commits, who wrote what", Part: op.EveryDay},
	{Name: "push", About: "What was pushed to repositories and refused", Part: op.EveryDay},
	{Name: "branch", About: "What a branch is proved to be, from a clone and a key", Part: op.EveryDay},
	{Name: "team", About: "Where the team's own files are from, and which commit is in force", Part: op.TeamFiles},
	{Name: "forge", About: "Repositories that stay on a forge, and are gated here", Part: op.EveryDay},
	{Name: "queue", About: "What waits to land on a branch, and why", Part: op.EveryDay},
}
