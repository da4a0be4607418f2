package inbox

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

// tellRepeats sums up the windows that have closed, every now and then.
func (in *Inbox) tellRepeats(ctx context.Context) {
	every := min(max(in.Window/10, 100*time.Millisecond), 15*time.Second)
	for {
		if err := in.SumUp(ctx); err != nil && ctx.Err() == nil {
			in.log.Error("sum up repeated events", "err", err)
		}
		if !span.Wait(ctx, every) {
			return
		}
	}
}

// SumUp writes one line of evidence for each event that was repeated and whose
// window has closed, with the count. One line for ten thousand events is what
// keeps a storm from burying the ledger.
func (in *Inbox) SumUp(ctx context.Context) error {
	now := in.clock().UTC()
	closed, err := in.closedRepeats(ctx, now)
	if err != nil || len(closed) == 0 {
		return err
	}
	return in.write(ctx, func(tx *db.Tx) error {
		for _, e := range closed {
			if err := in.sumUp(tx, now, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (in *Inbox) sumUp(tx *db.Tx, now time.Time, e prentice.EventRecord) error {
	var times, last int64
	err := tx.QueryRow(`SELECT times, last FROM inbox_marks WHERE number = ?`, []any{e.Number}, &times, &last)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE inbox_marks SET told = 1 WHERE number = ? AND told = 0`, e.Number)
	if err != nil || n == 0 {
		return err
	}
	err = in.record.Append(tx, now, prentice.Note{
		Kind: "event.repeated", Actor: e.Sender, Refs: []prentice.Ref{e.Ref(), e.Subject},
		Data: map[string]any{
			"source": e.Source, "type": e.Type, "count": times,
			"first": e.Received.Format(time.RFC3339Nano), "last": db.Time(last).Format(time.RFC3339Nano),
		},
	})
	return err
}

func (in *Inbox) closedRepeats(ctx context.Context, now time.Time) ([]prentice.EventRecord, error) {
	return in.read(ctx, `m.times > 1 AND m.told = 0 AND e.received <= ? ORDER BY e.number LIMIT 100`, false, db.Micros(now.Add(-in.Window)))
}
