package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

const columns = `e.number, e.source, e.id, e.type, e.subject, e.said, e.received, e.sender, e.note, e.causes, m.state, m.attempts, m.says, m.times, m.last`

// List is the events that a filter chooses, newest first, without their data.
func (in *Inbox) List(ctx context.Context, f Filter) ([]prentice.EventRecord, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	where, args := []string{"1 = 1"}, []any(nil)
	if f.Subject != "" {
		where, args = append(where, "e.subject = ?"), append(args, string(f.Subject))
	}
	if f.Type != "" {
		where, args = append(where, "e.type = ?"), append(args, f.Type)
	}
	if !f.Since.IsZero() {
		where, args = append(where, "e.received >= ?"), append(args, db.Micros(f.Since))
	}
	if f.Before > 0 {
		where, args = append(where, "e.number < ?"), append(args, f.Before)
	}
	args = append(args, min(limit, 500))
	return in.read(ctx, strings.Join(where, " AND ")+` ORDER BY e.number DESC LIMIT ?`, false, args...)
}

// Show is one event with its data.
func (in *Inbox) Show(ctx context.Context, number int64) (prentice.EventRecord, error) {
	found, err := in.read(ctx, `e.number = ?`, true, number)
	if err == nil && len(found) == 0 {
		if was, err := db.Given(in.db.Asking(ctx), "event", number); err == nil && was {
			return prentice.EventRecord{}, prentice.NotKept(eventRef(number))
		}
		return prentice.EventRecord{}, prentice.Errorf(prentice.NotFound, "no event %d", number).Try("list them with: prentice event list")
	}
	if err != nil {
		return prentice.EventRecord{}, err
	}
	return found[0], nil
}

// waiting is the events that listeners have to be told of, oldest first, behind
// one.
func (in *Inbox) waiting(ctx context.Context, after int64) ([]prentice.EventRecord, error) {
	return in.read(ctx, fmt.Sprintf(`m.state = 'waiting' AND m.number > ? ORDER BY m.number LIMIT %d`, atOnce), true, after)
}

func (in *Inbox) read(ctx context.Context, where string, data bool, args ...any) (list []prentice.EventRecord, err error) {
	what := columns + `, ''`
	if data {
		what = columns + `, e.data`
	}
	rows, err := in.db.Query(ctx, `SELECT `+what+` FROM inbox_marks m JOIN inbox_events e ON e.number = m.number WHERE `+where, args...)
	list, err = db.List(rows, err, func(from func(...any) error, e *prentice.EventRecord) (err error) {
		*e, err = scan(from)
		return err
	}, func(e *prentice.EventRecord, why error) { e.Unread, e.Says = why.Error(), why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return list, nil
}

func scan(from func(...any) error) (e prentice.EventRecord, err error) {
	var said, received, last int64
	var data, causes string
	err = from(&e.Number, &e.Source, &e.ID, &e.Type, &e.Subject, &said, &received, &e.Sender, &e.Note, &causes, &e.State, &e.Attempts, &e.Says, &e.Count, &last, &data)
	e.Time, e.Received, e.Last = db.Time(said), db.Time(received), db.Time(last)
	e.Causes = prentice.RefsIn(causes)
	if data != "" {
		e.Data = json.RawMessage(data)
	}
	return e, err
}

// Find is the last event that was kept under a source and id, anyone who sent it;
// its number is 0 when there is none.
func (in *Inbox) Find(ctx context.Context, source, id string) (prentice.EventRecord, error) {
	found, err := in.read(ctx, `e.source = ? AND e.id = ? ORDER BY e.number DESC LIMIT 1`, true, source, id)
	switch {
	case err != nil || len(found) == 0:
		return prentice.EventRecord{}, err
	case found[0].Unread != "":
		return prentice.EventRecord{}, prentice.Errorf(prentice.Internal, "%s: %s", found[0].Ref(), found[0].Unread)
	}
	return found[0], nil
}

// Seen is some events by their number, without their data.
func (in *Inbox) Seen(ctx context.Context, numbers []int64) (map[int64]prentice.EventRecord, error) {
	all := map[int64]prentice.EventRecord{}
	for some := range slices.Chunk(numbers, 100) {
		var args []any
		for _, n := range some {
			args = append(args, n)
		}
		found, err := in.read(ctx, `e.number IN (?`+strings.Repeat(`, ?`, len(some)-1)+`)`, false, args...)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if e.Unread == "" {
				all[e.Number] = e
			}
		}
	}
	return all, nil
}
