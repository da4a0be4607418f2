package boot

import "prentice/internal/face/cli"

// nouns says what each noun of the command line is about.
var nouns = map[string]string{
	"account":   "How you sign in, and where you are signed in",
	"alert":     "Rules that say what becomes of an alert: check and try them",
	"calendar":  "Freezes, windows and maintenance: when runs may begin, and when no one is told of a fault",
	"catalog":   "Services, hosts, systems and groups",
	"claim":     "Claims about services, and the verdicts on them",
	"event":     "What happened, as it was reported",
	"evidence":  "What was seen and done, chained and signed",
	"heartbeat": "Alerts that always fire, and when each was heard last",
	"host":      "Machines that steps run on: list and check them",
	"inbox":     "What waits for people",
	"incident":  "Incidents, from the first symptom to the verified fix",
	"limit":     "How much may run, and what blocks runs",
	"lock":      "Targets that runs hold",
	"metrics":   "Measurements for a monitoring system",
	"notice":    "Messages to people, and what became of them",
	"now":       "What is broken, what waits, what runs",
	"person":    "People and their roles",
	"policy":    "Rules that decide what may run and who must approve",
	"procedure": "Agreed ways of doing things, as runbooks",
	"replica":   "Processes that share this database",
	"retention": "What is kept, for how long, and what goes next",
	"review":    "Reviews of emergency overrides",
	"run":       "Runs of procedures: start, approve, follow",
	"schedule":  "Procedures that run at certain times",
	"secret":    "Secrets that steps use",
	"service":   "Services that are watched, and how each is",
	"session":   "Browsers that are signed in",
	"silence":   "What is known and shall call no one, until when and why",
	"token":     "API tokens of people and programs",
	"view":      "Lists with filters, saved under a name",
}

// firsts is what a newcomer needs.
var firsts = []cli.First{
	{Command: "prentice demo", About: "Watch a service fail and be restarted under supervision, in a minute"},
	{Command: "prentice up --demo", About: "Start a server with a sample team, and look around"},
	{Command: "prentice init", About: "Make a team folder from what is found on this machine"},
	{Command: "prentice up", About: "Start a server for your own team"},
}

// groups is how help lists the commands.
var groups = []cli.Group{
	{Title: "Every day", Nouns: []string{"status", "now", "inbox", "run", "incident", "silence", "service", "claim", "host", "event", "heartbeat", "schedule", "view", "explain", "stop-all", "resume-all", "resume", "review"}},
	{Title: "Team files", Nouns: []string{"catalog", "procedure", "policy", "calendar", "notice", "alert"}},
	{Title: "Administration", Nouns: []string{"init", "up", "drain", "person", "token", "session", "account", "whoami", "secret", "evidence", "limit", "lock", "replica", "retention", "metrics", "doctor", "backup", "restore"}},
}

// aliases is what people type for a command, beside the plural of what can be listed.
var aliases = map[string]string{
	"ls":        "run list",
	"ps":        "run list --open",
	"log":       "run log",
	"logs":      "run log",
	"catalogue": "catalog list",
	"people":    "person list",
	"approvals": "inbox list",
}
