package availability

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "service", About: "Services that are watched, and how each is", Part: op.EveryDay},
	{Name: "claim", About: "Claims about services, and the verdicts on them", Part: op.EveryDay},
	{Name: "probe", About: "What other monitors look at, as probes", Part: op.EveryDay},
	{Name: "metrics", About: "Measurements for a monitoring system", Part: op.Administration},
}
