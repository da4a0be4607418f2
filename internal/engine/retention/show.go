package retention

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice/internal/kit/db"
)

// Show is what is kept of each sort, and why nothing is removed, if so.
func (k *Keeper) Show(ctx context.Context) (r Report, err error) {
	if r.Held, r.Since, err = k.Held(ctx); err != nil {
		return r, err
	}
	if r.Database, r.Free, err = k.DB.Size(ctx); err != nil {
		return r, fmt.Errorf("ask how large the database is: %w", err)
	}
	for _, s := range k.Sorts {
		kept, err := k.kept(ctx, s)
		if err != nil {
			return r, err
		}
		r.Kept = append(r.Kept, kept)
	}
	return r, nil
}

func (k *Keeper) kept(ctx context.Context, s Sort) (is Kept, err error) {
	is = Kept{Name: s.Name, Holds: s.Holds, Keep: s.keeps(), Setting: s.By, Count: -1}
	if s.Stock != nil {
		stock, err := s.Stock(ctx)
		if err != nil {
			return is, fmt.Errorf("count %s: %w", s.Name, err)
		}
		is.Count, is.Bytes, is.Oldest = stock.Rows, stock.Bytes, stock.Oldest
		if !s.Ever && !is.Oldest.IsZero() {
			is.Next = is.Oldest.Add(s.Keep)
		}
	}
	var swept int64
	err = k.DB.QueryRow(ctx, `SELECT swept, last, removed FROM retention_sorts WHERE name = ?`, []any{s.Name}, &swept, &is.Last, &is.Removed)
	if errors.Is(err, sql.ErrNoRows) {
		return is, nil
	}
	is.Swept = db.Time(swept)
	return is, err
}

// keeps is how long, as a setting is written.
func (s Sort) keeps() string {
	switch {
	case s.Ever:
		return "ever"
	case s.Keep%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", s.Keep/(24*time.Hour))
	}
	return s.Keep.String()
}

// Held says why nothing is removed and since when; "" when it is.
func (k *Keeper) Held(ctx context.Context) (says string, since time.Time, err error) {
	var seen, held int64
	err = k.DB.QueryRow(ctx, `SELECT seen, held FROM retention_clock WHERE one = 1`, nil, &seen, &held)
	if errors.Is(err, sql.ErrNoRows) || err == nil && held == 0 {
		return "", since, nil
	}
	if err != nil {
		return "", since, fmt.Errorf("look whether the clock is believed: %w", err)
	}
	if says = leapt(db.Time(seen), k.Clock()); says == "" {
		says = "the clock was not right, and is again: it goes on within the hour"
	}
	return says, db.Time(held), nil
}
