package codecontrol

import (
	"maps"

	"prentice/internal/engine/queue"
	"prentice/internal/op"
)

// queueStates say how the words for entries and builds of queues look.
var queueStates = map[string]op.Badge{
	"queue " + queue.Waiting:  {Sign: "○", Word: "waiting", Hue: op.Quiet},
	"queue " + queue.Checking: {Sign: "◐", Word: "checking", Hue: op.Busy},
	"queue " + queue.SetAside: {Sign: "▲", Word: "set aside", Hue: op.Attention},
	"queue " + queue.Held:     {Sign: "▲", Word: "held", Hue: op.Attention},
	"queue " + queue.Frozen:   {Sign: "▲", Word: "frozen", Hue: op.Attention},
	"queue passed":            {Sign: "●", Word: "passed", Hue: op.Good},
	"queue failed":            {Sign: "■", Word: "failed", Hue: op.Bad},
	"queue flaky":             {Sign: "◇", Word: "flaky", Hue: op.Attention},
	"queue unknown":           {Sign: "◇", Word: "unknown", Hue: op.Attention},
	"queue " + WasLanded:      {Sign: "●", Word: "landed", Hue: op.Good},
	"queue " + WasEjected:     {Sign: "■", Word: "ejected", Hue: op.Bad},
	"queue " + WasRemoved:     {Sign: "◇", Word: "taken out", Hue: op.Quiet},
}

// forgeStates say how the words for forges look.
var forgeStates = map[string]op.Badge{
	"forge well":    {Sign: "●", Word: "it answers", Hue: op.Good},
	"forge failing": {Sign: "■", Word: "it fails", Hue: op.Bad},
	"forge new":     {Sign: "○", Word: "not asked yet", Hue: op.Quiet},
}

// badges are those of the whole chapter.
func badges() map[string]op.Badge {
	all := maps.Clone(states)
	maps.Copy(all, queueStates)
	maps.Copy(all, forgeStates)
	return all
}
