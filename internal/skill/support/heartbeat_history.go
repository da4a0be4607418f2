package support

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// beatDays is how far back the history of a heartbeat goes.
const beatDays = 7

// stripWidth is how wide the picture of a history is.
const stripWidth = 1000

// Gap is a time in which a heartbeat was missing.
type Gap struct {
	From  time.Time    `json:"from"`
	Until time.Time    `json:"until,omitzero"` // zero is that it still is
	Says  string       `json:"says"`
	Event prentice.Ref `json:"event"` // that told of it
}

// Lasted is how long it was missing, until now if it still is.
func (g Gap) Lasted(now time.Time) time.Duration {
	if g.Until.IsZero() {
		return now.Sub(g.From)
	}
	return g.Until.Sub(g.From)
}

// Stretch is a piece of the picture of a history in which the state stayed the same.
type Stretch struct {
	X, Width int
	State    string
	Says     string
}

// gapsIn are the times in which a heartbeat was missing, the newest first, from the
// events that tell of it, in any order.
func gapsIn(events []prentice.EventRecord) []Gap {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b prentice.EventRecord) int { return a.Time.Compare(b.Time) })
	var gaps []Gap
	for _, e := range events {
		open := len(gaps) > 0 && gaps[len(gaps)-1].Until.IsZero()
		switch {
		case e.Type == "heartbeat.failed" && !open:
			gaps = append(gaps, Gap{From: e.Time, Says: saidIn(e.Data), Event: prentice.NewRef("event", fmt.Sprint(e.Number))})
		case e.Type == "heartbeat.passed" && open:
			gaps[len(gaps)-1].Until = e.Time
		}
	}
	slices.Reverse(gaps)
	return gaps
}

func saidIn(data json.RawMessage) string {
	var said struct {
		Says string `json:"says"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return ""
	}
	return said.Says
}

// stretchesOf is the time from one moment to another: unknown until a heartbeat was
// heard first, and then heard but for the gaps. Of one that was never heard all of it
// is unknown, but for the gaps.
func stretchesOf(from, to, first time.Time, gaps []Gap) []Stretch {
	var all []Stretch
	at := func(t time.Time) int { return int(stripWidth * t.Sub(from) / to.Sub(from)) }
	add := func(state string, a, b time.Time) {
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		if a.Before(b) {
			all = append(all, Stretch{X: at(a), Width: max(at(b)-at(a), 2), State: state, Says: fmt.Sprintf("%s to %s: %s for %s", clockOf(a), clockOf(b), beatWords[state], span.String(b.Sub(a).Round(time.Second)))})
		}
	}
	known := func(a, b time.Time) {
		switch {
		case first.IsZero() || !first.Before(b):
			add("unknown", a, b)
		case first.After(a):
			add("unknown", a, first)
			add("well", first, b)
		default:
			add("well", a, b)
		}
	}
	last := from
	for _, g := range slices.Backward(gaps) {
		until := g.Until
		if until.IsZero() {
			until = to
		}
		if !until.After(from) {
			continue
		}
		known(last, g.From)
		add("down", g.From, until)
		last = until
	}
	known(last, to)
	return all
}

// beatWords says what a state of the picture means of a heartbeat.
var beatWords = map[string]string{"well": "heard", "down": "missing", "unknown": "not known"}

func clockOf(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }
