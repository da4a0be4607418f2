package inbox

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// OnForget is told which events are removed, within the write that removes them. It
// must be set before the first, if at all.
func (in *Inbox) OnForget(f func(tx *db.Tx, events []int64) error) { in.forgotten = f }

// Forget removes events that were said for the last time long ago, with the ids by
// which they were known and what was last told of their alerts. One stays that waits
// for its listeners, or whose repetitions have not been summed up. An event of which
// nothing is known any more is a new one when it is sent again.
func (in *Inbox) Forget(ctx context.Context, s db.Sweep) (db.Swept, error) {
	due, out, err := in.db.Aged(ctx, s, `SELECT e.number, e.received, CASE WHEN m.state = 'waiting' OR m.times > 1 AND m.told = 0 THEN 0 ELSE m.last END,
		'event/' || CAST(e.number AS TEXT), '' FROM inbox_events e JOIN inbox_marks m ON m.number = e.number WHERE e.number > ? ORDER BY e.number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = in.write(ctx, func(tx *db.Tx) error {
		for _, table := range []string{"inbox_alerts", "inbox_known", "inbox_marks", "inbox_events"} {
			if err := tx.Delete(table, "number", due); err != nil {
				return err
			}
		}
		if in.forgotten == nil {
			return nil
		}
		return in.forgotten(tx, due)
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old events: %w", err)
	}
	return out, nil
}

// Stock is how many events are kept, and when the oldest was received.
func (in *Inbox) Stock(ctx context.Context) (db.Stock, error) {
	return in.db.Stock(ctx, "inbox_events", "number", "received")
}
