package silence

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Window is a time of maintenance as the calendar has it, by labels.
type Window struct {
	Name, Reason string
	Matchers     []string // all of which have to match; none: no label says what is muted
	Own          []string // of the matchers, those that people wrote
	Starts, Ends time.Time
}

// told is a silence of which another system hears: one of ours, or a window of
// maintenance, whose id is kept, so that the next process knows its copy.
type told struct {
	Silence
	window string // its name
	untold string // why it cannot be told, or ""
}

// ref is what it is called here.
func (t told) ref() prentice.Ref {
	if t.window != "" {
		return t.By
	}
	return t.Ref()
}

// untoldWindow is why a window cannot be told, or "".
func untoldWindow(w Window) string {
	switch {
	case len(w.Matchers) == 0:
		return "no label of an alert tells what it mutes"
	case len(w.Own) == 0:
		return ""
	}
	return untold(Silence{Matchers: w.Own})
}

// windows brings the kept windows to what the calendar says, and lists those whose
// end is still to come, also those that the calendar no longer has. A window that was
// changed is another one in its place.
func (s *Silences) windows(ctx context.Context, wanted []Window, now time.Time) (list []told, err error) {
	kept, err := keptWindows(now, s.reads(ctx))
	if err != nil {
		return nil, err
	}
	if fresh, gone := changed(kept, wanted, now); len(fresh)+len(gone) == 0 {
		return kept, nil
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Next("silence_window"); err != nil { // one process after the other
			return err
		}
		if kept, err = keptWindows(now, tx.Query); err != nil {
			return err
		}
		fresh, gone := changed(kept, wanted, now)
		if err := keepWindows(tx, fresh, gone, now); err != nil {
			return err
		}
		kept, err = keptWindows(now, tx.Query)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep windows of maintenance: %w", err)
	}
	return kept, nil
}

func keepWindows(tx *db.Tx, fresh []Window, gone []told, now time.Time) error {
	if _, err := tx.Exec(`DELETE FROM silence_windows WHERE ends <= ?`, db.Micros(now)); err != nil {
		return err
	}
	for _, t := range gone {
		if _, err := tx.Exec(`UPDATE silence_windows SET ended = ? WHERE id = ?`, db.Micros(now), t.ID); err != nil {
			return err
		}
	}
	for _, w := range fresh {
		raw, err := json.Marshal(w.Matchers)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO silence_windows (`+windowColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '')`,
			newID(), w.Name, string(raw), db.Micros(w.Starts), db.Micros(w.Ends), w.Reason, untoldWindow(w))
		if err != nil {
			return err
		}
	}
	return nil
}

// reads asks outside of any transaction.
func (s *Silences) reads(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(query string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, query, args...) }
}

// changed compares the kept windows with those that there should be. When a window
// that is open began does not matter.
func changed(kept []told, wanted []Window, now time.Time) (fresh []Window, gone []told) {
	same := func(t told, w Window) bool {
		return t.Ended.IsZero() && t.window == w.Name && t.Reason == w.Reason && t.untold == untoldWindow(w) && slices.Equal(t.Matchers, w.Matchers) && db.Micros(t.Ends) == db.Micros(w.Ends) &&
			(db.Micros(t.Starts) == db.Micros(w.Starts) || !t.Starts.After(now) && !w.Starts.After(now))
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(kept, func(t told) bool { return same(t, w) }) {
			fresh = append(fresh, w)
		}
	}
	for _, t := range kept {
		if t.Ended.IsZero() && !slices.ContainsFunc(wanted, func(w Window) bool { return same(t, w) }) {
			gone = append(gone, t)
		}
	}
	return fresh, gone
}

const windowColumns = `id, name, matchers, starts, ends, reason, untold, ended, elsewhere`

func keptWindows(now time.Time, query func(string, ...any) (*sql.Rows, error)) ([]told, error) {
	rows, err := query(`SELECT `+windowColumns+` FROM silence_windows WHERE ends > ? ORDER BY ended, starts, id LIMIT ?`, db.Micros(now), 2*mostAtOnce)
	list, err := db.List(rows, err, func(from func(...any) error, t *told) error {
		var matchers string
		var starts, ends, ended int64
		if err := from(&t.ID, &t.window, &matchers, &starts, &ends, &t.Reason, &t.untold, &ended, &t.Elsewhere); err != nil {
			return err
		}
		t.By, t.Starts, t.Ends, t.Ended = prentice.NewRef("calendar", t.window), db.Time(starts), db.Time(ends), db.Time(ended)
		return json.Unmarshal([]byte(matchers), &t.Matchers)
	}, func(t *told, why error) { t.untold = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read windows of maintenance: %w", err)
	}
	return list, nil
}

// WindowsElsewhere says how the maintenance of each name stands in the Alertmanager
// that hears of it: what is wrong with it, if anything is.
func (s *Silences) WindowsElsewhere(ctx context.Context, now time.Time) (map[string]string, error) {
	kept, err := keptWindows(now, s.reads(ctx))
	says := map[string]string{}
	for _, t := range kept {
		if !t.Ended.IsZero() {
			continue
		}
		is := cmp.Or(t.Elsewhere, "not told to Alertmanager yet")
		if had := says[t.window]; had == "" || strings.HasPrefix(had, isThere) {
			says[t.window] = is
		}
	}
	return says, err
}
