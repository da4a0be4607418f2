package standards

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/db"
)

// outcomes keeps what was judged in the database, by what it depends on: one repository's
// verdict is another's where they have the same content.
type outcomes struct {
	*db.DB
	found []string // the keys of those that were there
	again bool     // what failed is not there
}

// inOneGo is how many are asked for by one question.
const inOneGo = 200

// Kept implements check.Keeper. What cannot be read is not there.
func (o *outcomes) Kept(ctx context.Context, of []basis) (map[basis]check.Outcome, error) {
	found := map[basis]check.Outcome{}
	for some := range slices.Chunk(of, inOneGo) {
		by, args := map[string]basis{}, []any{}
		for _, b := range some {
			by[keyOf(b)] = b
			args = append(args, keyOf(b))
		}
		rows, err := o.Query(ctx, `SELECT basis, body FROM check_outcomes WHERE basis IN (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
		type row struct{ basis, body string }
		list, err := db.List(rows, err, func(scan func(...any) error, one *row) error { return scan(&one.basis, &one.body) }, nil)
		if err != nil {
			return nil, fmt.Errorf("read what was judged before: %w", err)
		}
		for _, one := range list {
			var p check.Packed
			if json.Unmarshal([]byte(one.body), &p) == nil {
				outcome := p.Unpack()
				if o.again && outcome.Truth == prentice.Fail {
					continue
				}
				found[by[one.basis]] = outcome
				o.found = append(o.found, one.basis)
			}
		}
	}
	return found, nil
}

// Keep implements check.Keeper.
func (o *outcomes) Keep(ctx context.Context, now time.Time, list map[basis]check.Outcome) error {
	err := o.Write(ctx, func(tx *db.Tx) error {
		number, err := tx.NextFew("check_outcome", len(list))
		if err != nil {
			return err
		}
		for b, one := range list {
			raw, err := json.Marshal(check.Pack(one))
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO check_outcomes (number, basis, body, made, used) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (basis) DO UPDATE SET body = excluded.body, used = excluded.used`, number, keyOf(b), string(raw), db.Micros(now), db.Micros(now)); err != nil {
				return err
			}
			number++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep what was judged: %w", err)
	}
	return nil
}

// use says that what was there was asked for, so that it stays.
func (o *outcomes) use(ctx context.Context, now time.Time) error {
	return o.Write(ctx, func(tx *db.Tx) error {
		for some := range slices.Chunk(o.found, inOneGo) {
			args := []any{db.Micros(now), db.Micros(now.Add(-useful))}
			for _, key := range some {
				args = append(args, key)
			}
			if _, err := tx.Exec(`UPDATE check_outcomes SET used = ? WHERE used < ? AND basis IN (?`+strings.Repeat(", ?", len(some)-1)+`)`, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// useful is how old a note of use may be before it is made anew.
const useful = 24 * time.Hour

// Forget removes outcomes that were not asked for in a long time.
func (k *Desk) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	return k.forget(ctx, sweep, "check_outcomes", `SELECT number, made, used, '', '' FROM check_outcomes WHERE number > ? ORDER BY number LIMIT ?`)
}

// Stock is how many outcomes are kept.
func (k *Desk) Stock(ctx context.Context) (db.Stock, error) {
	return k.DB.Stock(ctx, "check_outcomes", "number", "made")
}

func (k *Desk) forget(ctx context.Context, sweep db.Sweep, table, query string) (db.Swept, error) {
	due, out, err := k.DB.Aged(ctx, sweep, query)
	if err != nil {
		return out, err
	}
	if err := k.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete(table, "number", due) }); err != nil {
		return db.Swept{}, fmt.Errorf("remove old checks: %w", err)
	}
	return out, nil
}

func keyOf(b basis) string {
	raw, err := json.Marshal(b)
	if err != nil {
		panic("a basis always has a JSON form: " + err.Error())
	}
	return prentice.Digest(raw)
}

var _ check.Keeper = (*outcomes)(nil)
