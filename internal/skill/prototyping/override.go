package prototyping

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Override is a variant of a flag that holds for everyone until it ends.
type Override struct {
	Number  int64        `json:"number"`
	Flag    string       `json:"flag"`
	Variant string       `json:"variant"`
	Reason  string       `json:"reason"`
	By      prentice.Ref `json:"by"`
	Cause   prentice.Ref `json:"cause,omitempty"` // the run whose step made it
	Began   time.Time    `json:"began"`
	Ends    time.Time    `json:"ends"`
	Ended   time.Time    `json:"ended,omitzero"` // before its time
	EndedBy prentice.Ref `json:"ended_by,omitempty"`
}

// InForce says whether it holds. It is over at the very moment of its end.
func (o Override) InForce(now time.Time) bool { return o.Ended.IsZero() && now.Before(o.Ends) }

const (
	longest = 90 * 24 * time.Hour // that an override lasts
	usual   = 7 * 24 * time.Hour  // where nothing is said
)

// override keeps one. Of a flag there is one at a time: who wants another variant ends
// the first, so that no one loses theirs without a word.
func (f *Flags) override(ctx context.Context, o Override) (made Override, err error) {
	err = f.DB.Write(ctx, func(tx *db.Tx) error {
		now := f.Clock()
		if o.Number, err = tx.Next("flag_override"); err != nil { // one after the other, over all replicas
			return err
		}
		old, err := scanOverrides(tx.Query, `flag = ? AND ended = 0 AND ends > ?`, o.Flag, db.Micros(now))
		if err != nil {
			return err
		}
		if len(old) > 0 {
			return prentice.Errorf(prentice.Conflict, "flag/%s is overridden already: %s for everyone, by %s until %s: %s", o.Flag, old[0].Variant, old[0].By, old[0].Ends.UTC().Format(time.RFC3339), old[0].Reason).
				Try("end that first: prentice flag restore %s", o.Flag)
		}
		o.Began = now
		made = o
		if _, err := tx.Exec(`INSERT INTO flag_overrides (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '')`,
			o.Number, o.Flag, o.Variant, o.Reason, string(o.By), string(o.Cause), db.Micros(o.Began), db.Micros(o.Ends)); err != nil {
			return err
		}
		tx.After(f.Ring)
		return f.Record(tx, now, prentice.Note{Kind: "flag.overridden", Actor: o.By, Refs: o.refs(),
			Data: map[string]any{"variant": o.Variant, "reason": o.Reason, "ends": o.Ends.UTC().Format(time.RFC3339)}})
	})
	return made, err
}

// restore ends what overrides a flag.
func (f *Flags) restore(ctx context.Context, flag string, by, cause prentice.Ref, reason string) (ended Override, err error) {
	err = f.DB.Write(ctx, func(tx *db.Tx) error {
		now := f.Clock()
		if _, err := tx.Next("flag_override"); err != nil {
			return err
		}
		old, err := scanOverrides(tx.Query, `flag = ? AND ended = 0 AND ends > ?`, flag, db.Micros(now))
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return prentice.Errorf(prentice.Conflict, "flag/%s is not overridden", flag).Try("look at it: prentice flag show %s", flag)
		}
		ended = old[0]
		ended.Ended, ended.EndedBy = now, by
		if _, err := tx.Exec(`UPDATE flag_overrides SET ended = ?, ended_by = ? WHERE number = ?`, db.Micros(now), string(by), ended.Number); err != nil {
			return err
		}
		tx.After(f.Ring)
		refs := ended.refs()
		if cause != "" && cause != ended.Cause {
			refs = append(refs, cause)
		}
		return f.Record(tx, now, prentice.Note{Kind: "flag.restored", Actor: by, Refs: refs, Data: map[string]any{"variant": ended.Variant, "reason": reason}})
	})
	return ended, err
}

func (o Override) refs() []prentice.Ref {
	refs := []prentice.Ref{prentice.NewRef("flag", o.Flag)}
	if o.Cause != "" {
		refs = append(refs, o.Cause)
	}
	return refs
}

// past are the overrides of a flag, newest first.
func (f *Flags) past(ctx context.Context, flag string, most int) ([]Override, error) {
	return scanOverrides(f.reads(ctx), `flag = ? ORDER BY number DESC LIMIT ?`, flag, most)
}

const columns = `number, flag, variant, reason, by_whom, cause, began, ends, ended, ended_by`

func (f *Flags) reads(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(query string, args ...any) (*sql.Rows, error) { return f.DB.Query(ctx, query, args...) }
}

// scanOverrides reads those that are asked for. A row that cannot be read is an error: an
// override that is passed over would turn something on again.
func scanOverrides(query func(string, ...any) (*sql.Rows, error), where string, args ...any) (list []Override, err error) {
	rows, err := query(`SELECT `+columns+` FROM flag_overrides WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read overrides of flags: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Override
		var began, ends, ended int64
		if err := rows.Scan(&o.Number, &o.Flag, &o.Variant, &o.Reason, &o.By, &o.Cause, &began, &ends, &ended, &o.EndedBy); err != nil {
			return nil, fmt.Errorf("read overrides of flags: %w", err)
		}
		o.Began, o.Ends, o.Ended = db.Time(began), db.Time(ends), db.Time(ended)
		list = append(list, o)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}
