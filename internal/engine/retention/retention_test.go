package retention

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const day = 24 * time.Hour

func TestAClockThatLeaptIsNotBelieved(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for by, says := range map[time.Duration]string{
		0: "", time.Hour: "", 6 * day: "", -30 * time.Minute: "",
		8 * day:           "the clock is 8 days ahead of the last time that it was believed, 2026-03-02 12:00 UTC",
		365 * day:         "the clock is 365 days ahead",
		-2 * time.Hour:    "the clock is 2h0m0s behind",
		-40 * 365 * day:   "the clock is 14600 days behind",
		250 * 365 * day:   "days ahead",
		-2*time.Hour + 60: "behind",
	} {
		got := leapt(noon, noon.Add(by))
		if (says == "") != (got == "") || !strings.Contains(got, says) {
			t.Errorf("by %s: %q", by, got)
		}
	}
}

func TestABatchThatTookLongMakesTheNextSmaller(t *testing.T) {
	for _, c := range []struct {
		most int
		took time.Duration
		want int
	}{
		{50, time.Millisecond, 76}, {50, 15 * time.Millisecond, 50}, {50, 30 * time.Millisecond, 25}, {200, time.Second, 50}, {5, time.Second, 5}, {499, 0, 500},
	} {
		if got := next(c.most, c.took); got != c.want {
			t.Errorf("behind %d in %s: %d, want %d", c.most, c.took, got, c.want)
		}
	}
}

// world is a keeper of things that end at a moment, with a clock that the test owns.
type world struct {
	t  *testing.T
	db *db.DB
	k  *Keeper

	mu     sync.Mutex // guards the rest
	now    time.Time
	notes  []prentice.Note
	needed map[string]bool
	most   int // of the largest batch that was asked for
	slow   time.Duration
	fails  error // of the sort that is broken
}

func each(t *testing.T, test func(*world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "retention", Schema()); err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, now: time.Now().UTC(), needed: map[string]bool{}}
		w.exec(`CREATE TABLE things (number BIGINT PRIMARY KEY, began BIGINT NOT NULL, ended BIGINT NOT NULL)`)
		w.restart()
		test(w)
	})
}

// restart is another process on the same database.
func (w *world) restart() {
	w.k = New(Keeper{DB: w.db, Clock: w.clock, Recorder: w, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Needed: func(context.Context) (map[string]bool, error) { return w.needed, nil },
		Sorts: []Sort{
			{Name: "evidence", Ever: true, Remove: func(context.Context, db.Sweep) (db.Swept, error) { panic("evidence is removed") }},
			{Name: "broken", Keep: day, Remove: func(context.Context, db.Sweep) (db.Swept, error) { return db.Swept{Over: true}, w.fails }},
			{Name: "things", Keep: 30 * day, By: "things-keep", Remove: w.remove, Stock: func(ctx context.Context) (db.Stock, error) { return w.db.Stock(ctx, "things", "number", "began") }},
		}})
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

func (w *world) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

func (w *world) Append(tx *db.Tx, _ time.Time, notes ...prentice.Note) error {
	tx.After(func() { w.mu.Lock(); defer w.mu.Unlock(); w.notes = append(w.notes, notes...) })
	return nil
}

func (w *world) remove(ctx context.Context, s db.Sweep) (db.Swept, error) {
	w.mu.Lock()
	w.most = max(w.most, s.Most)
	w.mu.Unlock()
	due, out, err := w.db.Aged(ctx, s, `SELECT number, began, ended, 'thing/' || CAST(number AS TEXT), '' FROM things WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil {
		return out, err
	}
	time.Sleep(w.slow)
	return out, w.db.Write(ctx, func(tx *db.Tx) error { return tx.Delete("things", "number", due) })
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Straight(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

// have adds things that began and ended so long ago; one that has not ended is still
// open.
func (w *world) have(n int, began, ended time.Duration) {
	w.t.Helper()
	end := db.Micros(w.clock().Add(-ended))
	if ended < 0 {
		end = 0
	}
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		for range n {
			number, err := tx.Next("thing")
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO things (number, began, ended) VALUES (?, ?, ?)`, number, db.Micros(w.clock().Add(-began)), end); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) left(want int64) {
	w.t.Helper()
	s, err := w.db.Stock(w.t.Context(), "things", "number", "began")
	if err != nil || s.Rows != want {
		w.t.Errorf("%d things are left, want %d (%v)", s.Rows, want, err)
	}
}

func (w *world) sweep() {
	w.t.Helper()
	if err := w.k.Pass(w.t.Context()); err != nil {
		w.t.Error(err)
	}
}

// kinds are the kinds of evidence so far.
func (w *world) kinds() string {
	var kinds []string
	for _, n := range w.notes {
		kinds = append(kinds, n.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestWhatIsOverAndOldGoesAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		w.have(300, 50*day, 40*day)
		w.have(1, 50*day, -1)     // still open
		w.have(1, 50*day, day)    // ended yesterday
		w.have(1, 50*day, 40*day) // is named by something open
		w.have(7, 2*day, day)
		w.needed["thing/303"] = true
		w.sweep()
		w.left(10)
		w.sweep() // again, when nothing is old
		w.left(10)
		r, err := w.k.Show(w.t.Context())
		if err != nil || r.Held != "" || r.Database <= 0 {
			w.t.Fatalf("%+v %v", r, err)
		}
		k := r.Kept[2]
		if k.Count != 10 || k.Keep != "30d" || k.Removed != 300 || k.Last != 0 || k.Setting != "things-keep" || k.Oldest.IsZero() || !k.Next.Equal(k.Oldest.Add(30*day)) {
			w.t.Errorf("%+v", k)
		}
		if r.Kept[0].Keep != "ever" {
			w.t.Errorf("%+v", r.Kept[0])
		}
		w.needed = nil
		w.pass(6 * day)
		w.sweep()
		w.left(9)
	})
}

func TestABacklogGoesInSmallBatches(t *testing.T) {
	each(t, func(w *world) {
		w.have(90, 50*day, 40*day)
		w.slow = 30 * time.Millisecond
		w.sweep()
		w.left(0)
		if w.most > 50 {
			w.t.Errorf("a slow batch was followed by one of %d", w.most)
		}
	})
}

func TestRowsOfAWrongClockDoNotEndASweep(t *testing.T) {
	each(t, func(w *world) {
		w.have(3, -365*day, -365*day) // written while the clock was a year ahead
		w.have(200, 50*day, 40*day)
		w.sweep()
		w.left(3)
	})
}

func TestARowThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	each(t, func(w *world) {
		w.have(3, 50*day, 40*day)
		if w.db.Postgres() {
			w.exec(`UPDATE things SET ended = 0 WHERE number = 2`) // it keeps no words there
		} else {
			w.exec(`UPDATE things SET ended = 'soon' WHERE number = 2`)
		}
		w.sweep()
		w.left(1)
	})
}

func TestWithAClockThatIsAYearAheadNothingGoes(t *testing.T) {
	each(t, func(w *world) {
		w.sweep()
		w.have(20, 5*day, 4*day)
		if w.db.Postgres() { // whose own clock is right: that is enough
			w.exec(`UPDATE retention_clock SET seen = seen - ?`, (365 * day).Microseconds())
			w.have(20, 50*day, 40*day)
		} else {
			w.pass(365 * day)
		}
		all := int64(20)
		if w.db.Postgres() {
			all = 40
		}
		for range 3 { // also after a restart, and it is told once
			w.sweep()
			w.restart()
		}
		w.left(all)
		if w.kinds() != "retention.held" {
			w.t.Errorf("evidence: %s", w.kinds())
		}
		says, since, err := w.k.Held(w.t.Context())
		if err != nil || !strings.Contains(says, "36") || since.IsZero() {
			w.t.Errorf("%q %v %v", says, since, err)
		}
		olga := prentice.Actor{Kind: prentice.Person, Name: "olga"}
		if err := w.k.Resume(w.t.Context(), olga, "it was off for a year"); err != nil {
			w.t.Fatal(err)
		}
		w.sweep()
		w.left(all - 20)
		if w.kinds() != "retention.held retention.resumed" || w.notes[1].Actor != olga.Ref() {
			w.t.Errorf("evidence: %+v", w.notes)
		}
		if err := w.k.Resume(w.t.Context(), olga, "again"); prentice.KindOf(err) != prentice.Conflict {
			w.t.Errorf("resumed twice: %v", err)
		}
	})
}

func TestAClockThatIsSetRightAgainIsBelieved(t *testing.T) {
	each(t, func(w *world) {
		w.sweep()
		w.have(20, 50*day, 40*day)
		w.pass(-365 * day) // behind, which PostgreSQL's does not help against: the earlier counts
		w.sweep()
		w.left(20)
		if says, _, err := w.k.Held(w.t.Context()); err != nil || !strings.Contains(says, "behind") {
			w.t.Errorf("%q %v", says, err)
		}
		w.pass(365 * day)
		w.sweep()
		w.left(0)
		if w.kinds() != "retention.held retention.resumed" {
			w.t.Errorf("evidence: %s", w.kinds())
		}
	})
}

func TestASortThatCannotBeRemovedKeepsNoOtherBack(t *testing.T) {
	each(t, func(w *world) {
		w.have(5, 50*day, 40*day)
		w.fails = errors.New("no")
		if err := w.k.Pass(w.t.Context()); err == nil || !strings.Contains(err.Error(), "remove broken: no") {
			w.t.Error(err)
		}
		w.left(0)
	})
}

func TestTwoAtOnceRemoveEachThingOnce(t *testing.T) {
	each(t, func(w *world) {
		w.have(300, 50*day, 40*day)
		other := *w.k
		var both sync.WaitGroup
		var errs [2]error
		both.Go(func() { errs[0] = w.k.Pass(w.t.Context()) })
		both.Go(func() { errs[1] = other.Pass(w.t.Context()) })
		both.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			w.t.Error(err)
		}
		w.left(0)
	})
}

func TestAPassThatIsInterruptedGoesOnLater(t *testing.T) {
	each(t, func(w *world) {
		w.have(300, 50*day, 40*day)
		ctx, cancel := context.WithCancel(w.t.Context())
		n := 0
		w.k.Sorts[2].Remove = func(ctx context.Context, s db.Sweep) (db.Swept, error) {
			if n++; n == 3 {
				cancel()
				return db.Swept{}, fmt.Errorf("ends: %w", ctx.Err())
			}
			return w.remove(ctx, s)
		}
		if err := w.k.Pass(ctx); err == nil {
			w.t.Error("it was not interrupted")
		}
		r, err := w.k.Show(w.t.Context())
		if err != nil || r.Kept[2].Count == 0 || r.Kept[2].Count+r.Kept[2].Removed != 300 {
			w.t.Errorf("%+v %v", r.Kept[2], err)
		}
		w.restart()
		w.sweep()
		w.left(0)
	})
}
