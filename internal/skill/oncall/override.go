package oncall

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
)

// mostOverrides is how many may lie ahead.
const mostOverrides = 2000

const overrideColumns = `number, rota, person, instead, starts, ends, by_whom, reason, made, ended`

func scanOverride(scan func(...any) error, o *rota.Override) error {
	var from, until, made, ended int64
	err := scan(&o.Number, &o.Rota, &o.Person, &o.For, &from, &until, &o.By, &o.Reason, &made, &ended)
	o.From, o.Until, o.Made, o.Ended = db.Time(from), db.Time(until), db.Time(made), db.Time(ended)
	return err
}

// overrides are those that hold at an instant or behind it, in the order in which they were made.
func (k *Desk) overrides(ctx context.Context, since time.Time) ([]rota.Override, error) {
	rows, err := k.DB.Query(ctx, `SELECT `+overrideColumns+` FROM oncall_overrides WHERE ends > ? ORDER BY number`, db.Micros(since))
	list, err := db.List(rows, err, scanOverride, nil)
	if err != nil {
		return nil, fmt.Errorf("read overrides: %w", err)
	}
	return list, nil
}

// keep writes an override down, with evidence.
func (k *Desk) keep(ctx context.Context, now time.Time, o *rota.Override) error {
	return k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		var ahead int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM oncall_overrides WHERE ends > ?`, []any{db.Micros(now)}, &ahead); err != nil {
			return err
		}
		if ahead >= mostOverrides {
			return prentice.Errorf(prentice.Limited, "%d overrides lie ahead already", ahead).Try("write the turns into oncall.yaml, or take some back: prentice rota uncover NUMBER")
		}
		if o.Number, err = tx.Next("oncall_override"); err != nil {
			return err
		}
		if _, err = tx.Exec(`INSERT INTO oncall_overrides (`+overrideColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
			o.Number, o.Rota, string(o.Person), string(o.For), db.Micros(o.From), db.Micros(o.Until), string(o.By), o.Reason, db.Micros(now)); err != nil {
			return err
		}
		if err := touch(tx, o.Rota, now); err != nil {
			return err
		}
		return k.Record(tx, now, prentice.Note{Kind: "rota.covered", Actor: o.By, Refs: []prentice.Ref{prentice.NewRef("rota", o.Rota), o.Ref(), o.Person}, Data: o})
	})
}

// takeBack ends an override.
func (k *Desk) takeBack(ctx context.Context, now time.Time, number int64, by prentice.Ref) (o rota.Override, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT `+overrideColumns+` FROM oncall_overrides WHERE number = ?`, number)
		list, err := db.List(rows, err, scanOverride, nil)
		switch {
		case err != nil:
			return err
		case len(list) == 0:
			return prentice.Errorf(prentice.NotFound, "there is no override %d", number).Try("see those of a rota: prentice rota show NAME")
		case !list[0].Ended.IsZero():
			return prentice.Errorf(prentice.Conflict, "override %d is taken back already", number)
		case !list[0].Until.After(now):
			return prentice.Errorf(prentice.Conflict, "override %d is over: who was on call stays so", number)
		}
		o = list[0]
		if o.From.Before(now) { // what was, stays
			o.Until = now
		} else {
			o.Ended = now
		}
		if _, err := tx.Exec(`UPDATE oncall_overrides SET ended = ?, ends = ? WHERE number = ?`, db.Micros(o.Ended), db.Micros(o.Until), number); err != nil {
			return err
		}
		if err := touch(tx, o.Rota, now); err != nil {
			return err
		}
		return k.Record(tx, now, prentice.Note{Kind: "rota.uncovered", Actor: by, Refs: []prentice.Ref{prentice.NewRef("rota", o.Rota), o.Ref(), o.Person}, Data: o})
	})
	return o, err
}
