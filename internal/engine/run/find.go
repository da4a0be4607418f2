package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// How many runs one page looks through at most when it looks for a host, which is
// in the plans, or for words.
const (
	HostSearched = 2000
	TextSearched = 5000
	mostWords    = 8
)

// Page is a page of runs, newest first. Like Runs it carries neither approvers nor
// targets. What no index knows is looked for in a bounded number of runs at a
// time, so that a page of a hundred thousand runs comes as fast as one of ten.
func (r *Store) Page(ctx context.Context, f Filter) (page Page, err error) {
	high, low, err := r.reach(ctx, f)
	if err != nil || high < low {
		page.Runs = []prentice.Run{}
		return page, err
	}
	page.Down = max(low, high-searched(f)+1)
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, MostListed)
	f.Before = high + 1
	where, args := chosen(f)
	where, args = where+" AND number >= ?", append(args, page.Down)
	if f.Host != "" {
		where, args = where+` AND p.canonical LIKE ? ESCAPE '\'`, append(args, `%"`+escaped(string(f.Host))+`"%`)
	}
	for _, word := range wordsOf(f.Text) {
		where, args = where+" AND "+haystack+` LIKE ? ESCAPE '\'`, append(args, "%"+escaped(word)+"%")
	}
	if page.Runs, err = r.list(ctx, where, args, f.Limit); err != nil {
		return page, err
	}
	switch {
	case len(page.Runs) == f.Limit:
		page.Next = page.Runs[len(page.Runs)-1].Number
	case page.Down > low:
		page.Next = page.Down
	}
	return page, nil
}

// haystack is what words are looked for in.
const haystack = `LOWER(procedure || ' ' || subject || ' ' || says || ' ' || reason || ' ' || requester || ' ' || incident || ' ' || COALESCE(p.command, '') || ' #' || CAST(number AS TEXT))`

func wordsOf(text string) []string {
	words := strings.Fields(strings.ToLower(text))
	return words[:min(len(words), mostWords)]
}

// escaped is a text in which LIKE finds nothing but itself.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

func searched(f Filter) int64 {
	switch {
	case f.Host != "":
		return HostSearched
	case len(wordsOf(f.Text)) > 0:
		return TextSearched
	default:
		return 1 << 62
	}
}

// reach is between which numbers the runs of a filter lie. Numbers grow with
// time, so that days need no index of their own.
func (r *Store) reach(ctx context.Context, f Filter) (high, low int64, err error) {
	if err = r.DB.QueryRow(ctx, "SELECT COALESCE(MAX(number), 0) FROM runs", nil, &high); err != nil {
		return 0, 0, fmt.Errorf("find runs: %w", err)
	}
	low = 1
	if !f.Since.IsZero() {
		if low, err = r.numberAt(ctx, f.Since, high); err != nil {
			return 0, 0, err
		}
	}
	if !f.Until.IsZero() {
		after, err := r.numberAt(ctx, f.Until, high)
		if err != nil {
			return 0, 0, err
		}
		high = after - 1
	}
	if f.Before > 0 {
		high = min(high, f.Before-1)
	}
	return high, low, nil
}

// numberAt is the number of the first run that was asked for at a moment or
// later; one above the last if there is none. Where the clock was set back it may
// be a number near it.
func (r *Store) numberAt(ctx context.Context, at time.Time, last int64) (int64, error) {
	var trouble error
	n := sort.Search(int(last), func(i int) bool {
		var created int64
		err := r.DB.QueryRow(ctx, "SELECT created FROM runs WHERE number > ? ORDER BY number LIMIT 1", []any{i}, &created)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			trouble = fmt.Errorf("find the runs of a day: %w", err)
			return true
		}
		return err != nil || created >= db.Micros(at)
	})
	return int64(n) + 1, trouble
}
