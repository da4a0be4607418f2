package metrics

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "metric", About: "What programs count: how they are asked for it, and questions about it in PromQL", Part: op.EveryDay},
}
