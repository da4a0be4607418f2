package claims

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// The most that is kept of what a verdict says, in characters.
const (
	mostReason  = 500
	mostWitness = 2000
)

const verdictColumns = `number, claim, digest, subject, environment, tool, truth, reason, witness, run, made, valid_until`

// Reuse is the verdict on which a claim stands, if it has this basis and is still
// valid: what was asked on it need not be asked again. Unknown is no answer, so it is
// not reused.
func (s *Store) Reuse(ctx context.Context, now time.Time, b Basis) (v Verdict, found bool, err error) {
	v, err = verdict(func(dest ...any) error {
		return s.DB.QueryRow(ctx, `SELECT `+verdictColumns+` FROM claim_verdicts WHERE digest = ? AND subject = ? AND environment = ? AND tool = ?
			AND truth <> ? AND valid_until > ? AND number = (SELECT latest FROM claims WHERE id = claim)`,
			[]any{b.Claim, b.Subject, b.Environment, b.Tool, string(prentice.NotSeen), db.Micros(now)}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("look for a verdict that can be reused: %w", err)
	}
	return v, true, nil
}

// Add keeps verdicts, all or none. One that comes out as the last of its claim did,
// on the same basis and while that was valid, makes that valid for longer.
func (s *Store) Add(ctx context.Context, list []Verdict) error { return s.keep(ctx, list, add) }

// Follow is Add for claims about what changes all the time, such as the content of a
// branch: a verdict that comes out as the last one did, while that was valid, moves it on
// to the new subject. The history of such a claim has a line where the verdict changed,
// and not for each subject.
func (s *Store) Follow(ctx context.Context, list []Verdict) error { return s.keep(ctx, list, follow) }

func follow(tx *db.Tx, v Verdict) error {
	n, err := tx.Exec(`UPDATE claim_verdicts SET valid_until = ?, subject = ?, tool = ?, reason = ?, witness = ? WHERE number = (SELECT latest FROM claims WHERE id = ?)
		AND digest = ? AND environment = ? AND truth = ? AND valid_until >= ?`,
		db.Micros(v.Until), v.Subject, v.Tool, v.Reason, v.Witness, v.Claim, v.Basis.Claim, v.Environment, string(v.Truth), db.Micros(v.Time))
	if err != nil || n > 0 {
		return err
	}
	return add(tx, v)
}

func (s *Store) keep(ctx context.Context, list []Verdict, one func(*db.Tx, Verdict) error) error {
	for i := range list {
		v := &list[i]
		switch {
		case v.Truth != prentice.Pass && v.Truth != prentice.Fail && v.Truth != prentice.NotSeen, v.Reason == "":
			return prentice.Errorf(prentice.Invalid, "the verdict on claim %s is %q and its reason %q", v.Claim, v.Truth, v.Reason)
		case !v.Until.After(v.Time):
			return prentice.Errorf(prentice.Invalid, "the verdict on claim %s is valid for no time", v.Claim)
		}
		v.Reason, v.Witness = shorten(v.Reason, mostReason), shorten(v.Witness, mostWitness)
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, v := range list {
			if err := one(tx, v); err != nil {
				return fmt.Errorf("on claim %s: %w", v.Claim, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep verdicts: %w", err)
	}
	return nil
}

func add(tx *db.Tx, v Verdict) error {
	n, err := tx.Exec(`UPDATE claim_verdicts SET valid_until = ? WHERE number = (SELECT latest FROM claims WHERE id = ?)
		AND digest = ? AND subject = ? AND environment = ? AND tool = ? AND truth = ? AND valid_until >= ? AND valid_until < ?`,
		db.Micros(v.Until), v.Claim, v.Basis.Claim, v.Subject, v.Environment, v.Tool, string(v.Truth), db.Micros(v.Time), db.Micros(v.Until))
	if err != nil || n > 0 {
		return err
	}
	if v.Number, err = tx.Next("verdict"); err != nil {
		return err
	}
	n, err = tx.Exec(`UPDATE claims SET latest = ? WHERE id = ?`, v.Number, v.Claim)
	if err != nil {
		return err
	}
	if n == 0 {
		return prentice.Errorf(prentice.NotFound, "it was not declared")
	}
	_, err = tx.Exec(`INSERT INTO claim_verdicts (`+verdictColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.Number, v.Claim, v.Basis.Claim, v.Subject, v.Environment, v.Tool, string(v.Truth), v.Reason, v.Witness, v.Run, db.Micros(v.Time), db.Micros(v.Until))
	return err
}

// verdict reads one in the order of verdictColumns.
func verdict(scan func(dest ...any) error) (v Verdict, err error) {
	var made, until int64
	err = scan(&v.Number, &v.Claim, &v.Basis.Claim, &v.Subject, &v.Environment, &v.Tool, &v.Truth, &v.Reason, &v.Witness, &v.Run, &made, &until)
	v.Time, v.Until = db.Time(made), db.Time(until)
	return v, err
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	r := []rune(text)
	return string(r[:min(len(r), most)]) + "…"
}
