package availability

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
)

// source is where the events of this chapter come from.
const source = "prentice/probe"

// mostPending is how many events of one probe wait when they cannot be sent; the
// oldest are given up first.
const mostPending = 20

// look looks once, judges, and tells. The first failure of what was well is looked at
// again at once.
func (l *Lookout) look(ctx context.Context, w *watched, rule prentice.Probe, late, first bool) {
	seen := l.Prober.Probe(ctx, rule)
	if first && seen.Failed() {
		seen = l.confirm(ctx, rule, seen)
	}
	if ctx.Err() == nil {
		l.record(w, seen, late)
		l.tell(ctx, w)
	}
	l.mu.Lock()
	w.busy = false
	l.mu.Unlock()
}

// record judges what was seen.
func (l *Lookout) record(w *watched, seen prentice.Observation, late bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.work.Looks++
	if late {
		l.work.Late++
	}
	if w.gone { // the catalog has changed meanwhile
		return
	}
	now := l.Clock()
	if seen.OK() && seen.Degraded {
		l.work.Degraded++
	}
	fresh := w.state.passing()
	seen, cut := l.cut.weigh(now, string(w.service), w.rule, fresh, seen)
	if l.Seen != nil {
		l.Seen(w.service, w.rule, now, seen)
	}
	before := w.state
	var signals []Signal
	w.state, signals = Judge(now, rulesOf(w.rule), before, seen)
	w.day, w.unsaved = w.day.add(now, seen), w.unsaved.add(now, seen)
	w.dirty = w.dirty || matters(before, w.state)
	for i, s := range signals {
		w.pending = append(w.pending, w.event(now.Add(time.Duration(i)*time.Microsecond), s))
	}
	if cut {
		w.pending = append(w.pending, l.blind(now, seen))
	}
	w.pending = w.pending[max(0, len(w.pending)-mostPending):]
	if before.Word != w.state.Word {
		l.hub.Tell(Change{Time: now, Service: w.service, Probe: w.probe, From: orUnknown(before.Word), To: w.state.Word, Says: w.state.Reason}, everyone{})
	}
}

// matters says whether a state is worth writing down at once. Another pass of
// what is well is not.
func matters(before, after State) bool {
	return before.Word != after.Word || before.Told != after.Told || before.Fails != after.Fails || before.Settled != after.Settled || len(before.Flips) != len(after.Flips)
}

// tell sends what is to be told, in order. What cannot be sent now is sent after
// the next look.
func (l *Lookout) tell(ctx context.Context, w *watched) {
	for {
		l.mu.Lock()
		if len(w.pending) == 0 || l.Send == nil {
			l.mu.Unlock()
			return
		}
		first := w.pending[0]
		l.mu.Unlock()
		if err := l.Send(ctx, first); err != nil {
			if ctx.Err() == nil {
				l.Log.Error("send event; it is sent again after the next check", "event", first.ID, "err", err)
			}
			return
		}
		l.mu.Lock()
		if len(w.pending) > 0 && w.pending[0].ID == first.ID {
			w.pending = w.pending[1:]
		}
		l.mu.Unlock()
	}
}

// event is a signal as the rest of prentice hears it.
func (w *watched) event(now time.Time, s Signal) prentice.Event {
	data := map[string]any{
		"service": w.service.Name(), "probe": w.probe, "target": w.rule.Shown(), "consecutive": s.Consecutive,
		"first_failed": stamp(s.FirstFailed), "last_ok": stamp(s.LastOK),
	}
	switch s.Type {
	case "probe.failed":
		data["error"], data["down"], data["fail_after"] = s.Says, s.Down, max(1, w.rule.FailAfter)
	case "probe.passed":
		data["says"], data["was_down"], data["down_for"] = s.Says, s.WasDown, s.DownFor.Round(time.Millisecond).String()
	case "probe.flapping":
		data["says"], data["changes"] = s.Says, s.Changes
	}
	return w.made(now, s.Type, w.service, data)
}

// blind tells that the one who looks may be cut off.
func (l *Lookout) blind(now time.Time, seen prentice.Observation) prentice.Event {
	self := watched{key: key{"self/prentice", "network"}}
	return self.made(now, "probe.blind", "self/prentice", map[string]any{"says": seen.Says, "services": len(l.cut.suspects)})
}

func (w *watched) made(now time.Time, kind string, subject prentice.Ref, data map[string]any) prentice.Event {
	for name, value := range data {
		if value == "" {
			delete(data, name)
		}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic("strings and numbers always have a JSON form: " + err.Error())
	}
	return prentice.Event{ID: fmt.Sprintf("%s@%d", w.key, now.UnixMicro()), Source: source, Type: kind, Subject: subject, Time: now, Data: raw}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func orUnknown(w Word) Word {
	if w == "" {
		return Unknown
	}
	return w
}
