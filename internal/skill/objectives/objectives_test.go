package objectives

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var begun = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// world is the chapter with a database, files, and a clock that is set.
type world struct {
	*Desk
	t          *testing.T
	now        time.Time
	list       []objective.Objective
	wrong      []prentice.Finding
	maintained bool
	sent       []prentice.Event
}

func (w *world) Probe(prentice.Ref, string) (time.Duration, bool, []string) {
	return 30 * time.Second, true, []string{"http"}
}
func (w *world) Needs(prentice.Ref) []prentice.Ref { return nil }

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "objectives", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM objective_counts`)
		if err == nil {
			_, err = tx.Exec(`DELETE FROM objective_states`)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: begun, list: []objective.Objective{shop()}}
	w.again(d)
	return w
}

// again is the next process on the same database.
func (w *world) again(d *db.DB) {
	w.Desk = New(Deps{DB: d, Clock: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), World: w,
		Files:      func() ([]objective.Objective, []prentice.Finding, error) { return w.list, w.wrong, nil },
		Maintained: func(prentice.Ref, time.Time) bool { return w.maintained },
		Incidents: func(context.Context, prentice.Ref) ([]Incident, error) {
			return []Incident{{Ref: "incident/7", Opened: begun.Add(2 * time.Hour), Closed: begun.Add(3 * time.Hour)}}, nil
		},
		Send: func(_ context.Context, e prentice.Event) error { w.sent = append(w.sent, e); return nil },
	}).Self.(*Desk)
}

func shop() objective.Objective {
	target, _ := objective.ParseTarget("0.999", false)
	period := objective.Period{Rolling: objective.Default}
	return objective.Objective{Name: "shop", Service: "service/shop", Indicator: objective.Indicator{Probe: "http"}, Target: target, Period: period, Rules: objective.Standard(period)[:1], At: prentice.Pos{File: "objectives/shop.yaml", Line: 1}}
}

func (w *world) call() op.Call {
	return op.Call{Now: w.now, Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator}}
}

func (w *world) turns() {
	w.t.Helper()
	if err := w.turn(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// looks are looks of both half minutes, for some minutes; and then everything is judged.
func (w *world) looks(minutes int, truth prentice.Truth) {
	w.t.Helper()
	for range minutes * 2 {
		w.Seen("service/shop", prentice.Probe{Name: "http"}, w.now, prentice.Observation{Truth: truth, Latency: 100 * time.Millisecond})
		w.now = w.now.Add(30 * time.Second)
	}
	w.turns()
}

func (w *world) shown() Shown {
	w.t.Helper()
	s, err := w.show(w.t.Context(), w.call(), NameIn{"shop"})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) arms() {
	w.t.Helper()
	r, err := w.replay(w.t.Context(), w.call(), NameIn{"shop"})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.arm(w.t.Context(), w.call(), ArmIn{"shop", r.Digest}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) kinds() (list []string) {
	for _, e := range w.sent {
		list = append(list, e.Type)
	}
	return list
}

func TestABudgetIsCountedToTheLookAndSurvivesARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.turns()
		if s := w.shown(); s.State != Unknown || s.Left != "unknown" || s.Unseen != "100.0 %" {
			t.Errorf("nothing was seen: %+v", s.Line)
		}
		w.looks(60, prentice.Pass)
		w.looks(1, prentice.Fail)
		w.looks(1, prentice.NotSeen)
		w.again(d)
		w.turns()
		w.looks(58, prentice.Pass)
		s := w.shown()
		if b := s.Budget; b.Good != 236 || b.Bad != 2 || b.All() != 28*24*120 {
			t.Errorf("%+v", b)
		}
		if s.State != Kept || s.Left != "97.5 %" { // 2 of 80.64
			t.Errorf("%s %s", s.State, s.Left)
		}
		if n := len(s.Spent); n != 2 || s.Rows()[0].Bad != 2 {
			t.Errorf("%+v", s.Spent)
		}
	})
}

func TestNothingCallsAnyoneBeforeItIsArmedByItsReplay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.turns()
		w.looks(120, prentice.Pass)
		w.looks(10, prentice.Fail)
		w.looks(120, prentice.Pass)
		if len(w.sent) != 0 {
			t.Fatalf("%v", w.kinds())
		}
		r, err := w.replay(t.Context(), w.call(), NameIn{"shop"})
		if err != nil || r.Pages != 1 || len(r.Fired) != 1 || r.Armed || len(r.Fired[0].Incidents) != 1 || r.Fired[0].Incidents[0] != "incident/7" {
			t.Fatalf("%+v %v", r, err)
		}
		if _, err := w.arm(t.Context(), w.call(), ArmIn{"shop", "0000000000000000"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("what was not replayed is armed: %v", err)
		}
		w.list[0].Rules[0].Threshold++ // the file changes after the replay
		if _, err := w.arm(t.Context(), w.call(), ArmIn{"shop", r.Digest}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("what was changed since is armed: %v", err)
		}
		w.arms()
		if s := w.shown(); s.Arming != "armed" || len(s.Saw) != 1 {
			t.Errorf("%s %v", s.Arming, s.Saw)
		}
	})
}

func TestAnOutageIsToldOnceAndItsEndOnceWhateverRestarts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.turns()
		w.looks(120, prentice.Pass)
		w.arms()
		w.looks(2, prentice.Fail)
		if got := fmt.Sprint(w.kinds()); got != "[burn.failed]" {
			t.Fatal(got)
		}
		if s := w.shown(); s.State != Burning {
			t.Error(s.State)
		}
		w.again(d)
		w.turns()
		w.looks(5, prentice.Fail)
		w.looks(90, prentice.Pass)
		w.again(d)
		w.turns()
		if got := fmt.Sprint(w.kinds()); got != "[burn.failed burn.recovered]" {
			t.Fatal(got)
		}
		if w.sent[0].Subject != "service/shop" || w.sent[0].ID == w.sent[1].ID || !strings.Contains(string(w.sent[0].Data), `"name":"shop/fast"`) {
			t.Errorf("%+v", w.sent)
		}
	})
}

func TestAChangedFileLeavesWhatIsArmedUntilTheNewOneIs(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.turns()
	w.looks(120, prentice.Pass)
	w.arms()
	changed := shop()
	changed.Rules[0].Threshold = 900
	w.list = []objective.Objective{changed}
	w.looks(2, prentice.Fail)
	if s := w.shown(); fmt.Sprint(w.kinds()) != "[burn.failed]" || s.Arming != "changed" {
		t.Errorf("%v %s", w.kinds(), s.Arming)
	}
	w.arms() // the old alert is over with that
	if got := fmt.Sprint(w.kinds()); got != "[burn.failed burn.recovered]" {
		t.Error(got)
	}
}

func TestWithAnErrorInTheFilesNothingArmedIsGiven(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.turns()
	w.looks(120, prentice.Pass)
	w.arms()
	w.wrong = []prentice.Finding{{At: prentice.Pos{File: "objectives/shop.yaml", Line: 9}, Error: true, Text: "no"}}
	w.list = nil
	w.looks(2, prentice.Fail)
	if got := fmt.Sprint(w.kinds()); got != "[burn.failed]" {
		t.Fatal(got)
	}
	w.wrong = nil // now it is removed on purpose
	w.turns()
	if got := fmt.Sprint(w.kinds()); got != "[burn.failed burn.recovered]" {
		t.Error(got)
	}
}

func TestMaintenanceCountsOrNotAsTheObjectiveSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.turns()
		w.looks(60, prentice.Pass)
		w.maintained = true
		w.looks(10, prentice.Fail)
		w.maintained = false
		if b := w.shown().Budget; b.Bad != 20 || b.All() != 28*24*120 {
			t.Errorf("it counts: %+v", b)
		}
		w.list[0].Excludes = true
		if s := w.shown(); s.Budget.Bad != 0 || s.Excused != 20 || s.Budget.All() != 28*24*120-20 {
			t.Errorf("it does not: %+v", s.Budget)
		}
	})
}

func TestAQuickAnswerIsToldFromASlowOne(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.list[0].Indicator.Within = 99 * time.Millisecond
	w.turns()
	w.looks(2, prentice.Pass)
	if b := w.shown().Budget; b.Good != 0 || b.Bad != 4 {
		t.Errorf("%+v", b)
	}
	w.list[0].Indicator.Within = 0 // whether it answered was counted beside it
	if b := w.shown().Budget; b.Good != 4 || b.Bad != 0 {
		t.Errorf("%+v", b)
	}
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.turns()
		w.looks(1, prentice.Pass)
		w.now = w.now.Add(36 * 24 * time.Hour)
		if err := w.kept.prune(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		o := shop()
		minutes, err := w.kept.read(t.Context(), o, minute, 0)
		hours, err2 := w.kept.read(t.Context(), o, hour, 0)
		if err != nil || err2 != nil || len(minutes) != 0 || len(hours) != 1 {
			t.Errorf("%v %v %v %v", minutes, hours, err, err2)
		}
	})
}

func TestASumOfHoursAndMinutesIsThatOfItsMinutes(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.turns()
	w.now = begun.Add(17 * time.Minute)
	w.looks(300, prentice.Pass)
	o, at := shop(), objective.MinuteOf(begun)
	for _, c := range [][2]int64{{0, 400}, {17, 18}, {20, 50}, {30, 90}, {60, 120}, {61, 119}, {59, 181}, {0, 17}, {316, 317}, {317, 400}} {
		got, _, err := w.kept.sum(t.Context(), o, at+c[0], at+c[1])
		if want := 2 * max(0, min(c[1], 317)-max(c[0], 17)); err != nil || got.Good != want {
			t.Errorf("from %d to %d: %d, want %d (%v)", c[0], c[1], got.Good, want, err)
		}
	}
}
