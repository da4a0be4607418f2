package supervision

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "run", About: "Runs of procedures: start, approve, follow", Part: op.EveryDay},
	{Name: "inbox", About: "What waits for people", Part: op.EveryDay},
	{Name: "now", About: "What is broken, what waits, what runs", Part: op.EveryDay},
	{Name: "status", Part: op.EveryDay},
	{Name: "stop-all", Part: op.EveryDay},
	{Name: "resume-all", Part: op.EveryDay},
	{Name: "resume", Part: op.EveryDay},
	{Name: "review", About: "Reviews of emergency overrides", Part: op.EveryDay},
	{Name: "policy", About: "Rules that decide what may run and who must approve", Part: op.TeamFiles},
	{Name: "calendar", About: "Freezes, windows and maintenance: when runs may begin, and when no one is told of a fault", Part: op.TeamFiles},
	{Name: "notice", About: "Messages to people, and what became of them", Part: op.TeamFiles},
	{Name: "drain", Part: op.Administration},
	{Name: "limit", About: "How much may run, and what blocks runs", Part: op.Administration},
	{Name: "lock", About: "Targets that runs hold", Part: op.Administration},
	{Name: "replica", About: "Processes that share this database", Part: op.Administration},
	{Name: "retention", About: "What is kept, for how long, and what goes next", Part: op.Administration},
}
