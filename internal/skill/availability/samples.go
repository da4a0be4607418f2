package availability

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
)

// The kinds of series that a probe has. The values of passKind are how long the
// answers took, in microseconds; of the others only how many there are counts.
const (
	passKind   = "probe.pass"
	failKind   = "probe.fail"
	unseenKind = "probe.unseen"

	degradedKind = "probe.degraded" // of those that passed
)

var kinds = []string{passKind, failKind, unseenKind, degradedKind}

// points are a slot as series have it. A kind of which there is nothing has an empty
// point.
func (s Slot) points() map[string]series.Point {
	return map[string]series.Point{
		passKind:   {Slot: s.Slot, Count: s.Passed, Sum: s.Latency.Microseconds(), Min: s.Fastest.Microseconds(), Max: s.Slowest.Microseconds()},
		failKind:   {Slot: s.Slot, Count: s.Failed},
		unseenKind: {Slot: s.Slot, Count: s.Unseen},

		degradedKind: {Slot: s.Slot, Count: s.Degraded},
	}
}

// slotOf is a point of one kind as a slot.
func slotOf(kind string, p series.Point) Slot {
	micros := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	switch kind {
	case passKind:
		return Slot{Slot: p.Slot, Passed: p.Count, Latency: micros(p.Sum), Fastest: micros(p.Min), Slowest: micros(p.Max)}
	case failKind:
		return Slot{Slot: p.Slot, Failed: p.Count}
	case unseenKind:
		return Slot{Slot: p.Slot, Unseen: p.Count}
	case degradedKind:
		return Slot{Slot: p.Slot, Degraded: p.Count}
	}
	return Slot{}
}

// add keeps the counts of a probe.
func (s store) add(tx *db.Tx, k key, slots day) error {
	byKind := map[string][]series.Point{}
	for _, slot := range slots {
		for kind, p := range slot.points() {
			byKind[kind] = append(byKind[kind], p)
		}
	}
	for _, kind := range kinds {
		if err := s.series().Add(tx, series.Key{Kind: kind, About: k.service, Name: k.probe}, byKind[kind]...); err != nil {
			return err
		}
	}
	return nil
}

// days reads the slots of all probes from one on.
func (s store) days(ctx context.Context, first int64) (map[key]day, error) {
	return s.slots(ctx, "", series.Fine, first)
}

// hours reads the hours of a service's probes from a time on.
func (s store) hours(ctx context.Context, service prentice.Ref, from time.Time) (map[string][]Slot, error) {
	all, err := s.slots(ctx, service, series.Hour, series.Hour.Slot(from))
	hours := map[string][]Slot{}
	for k, d := range all {
		hours[k.probe] = d
	}
	return hours, err
}

func (s store) slots(ctx context.Context, service prentice.Ref, step series.Step, first int64) (map[key]day, error) {
	all := map[key]day{}
	err := s.series().Read(ctx, service, step, first, func(of series.Key, p series.Point) {
		if one := slotOf(of.Kind, p); one.looked() {
			k := key{of.About, of.Name}
			all[k] = all[k].merge(one)
		}
	}, func(of series.Key, err error) { s.tell("day", key{of.About, of.Name}, err) })
	return all, err
}

func (s store) series() *series.Store { return &series.Store{DB: s.db} }
