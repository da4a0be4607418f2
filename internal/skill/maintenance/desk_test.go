package maintenance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/maintenance"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const file = `tasks:
  - name: restore-orders
    summary: Restore the newest backup of orders
    about: service/orders
    owner: group/payments
    every: 30d
    procedure: test-restore
    with: {service: orders}
  - name: rotate-key
    summary: Rotate the key
    every: 1w
    grace: 2d
`

// world is the chapter with a database, a clock that is set, and runs that are told.
type world struct {
	*Desk
	t      *testing.T
	now    time.Time
	runs   []prentice.Run // the newest first
	given  map[int64]map[string]string
	broken error // of runs
	takes  []string
	sent   []prentice.Event
	noted  []prentice.Note
	told   telling
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "maintenance", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), "claims", claims.Schema()); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM maintenance_done`)
		if err == nil {
			_, err = tx.Exec(`DELETE FROM maintenance_tasks`)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	set, findings := maintenance.Load(maintenance.TeamFile, []byte(file))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w := &world{t: t, now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), given: map[int64]map[string]string{}, takes: []string{"service"}, told: telling{events: map[string]bool{}}}
	w.Desk = New(Deps{
		DB: d, Clock: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), Set: func() *maintenance.Set { return set },
		Claims: &claims.Store{DB: d},
		Runs: func(_ context.Context, procedure string, number int64) (list []prentice.Run, err error) {
			for _, r := range w.runs {
				if r.Number > number && r.Procedure == procedure {
					list = append(list, r)
				}
			}
			return list, w.broken
		},
		Inputs: func(procedure string) ([]string, error) {
			if procedure != "test-restore" {
				return nil, prentice.Errorf(prentice.NotFound, "there is no procedure %s", procedure)
			}
			return w.takes, nil
		},
		Given: func(_ context.Context, number int64) (map[string]string, error) { return w.given[number], nil },
		Send:  func(_ context.Context, e prentice.Event) error { w.sent = append(w.sent, e); return nil },
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			w.noted = append(w.noted, notes...)
			return nil
		},
	}).Self.(*Desk)
	return w
}

func (w *world) call(who string) op.Call {
	return op.Call{Now: w.now, Actor: prentice.Actor{Kind: prentice.Person, Name: who, Role: prentice.Operator}}
}

// run tells of a run; a number that is there already changes.
func (w *world) run(number int64, state prentice.State, ended time.Time, inputs map[string]string) {
	one := prentice.Run{Number: number, Procedure: "test-restore", State: state, Ended: ended}
	w.given[number] = inputs
	for i := range w.runs {
		if w.runs[i].Number == number {
			w.runs[i] = one
			return
		}
	}
	w.runs = append([]prentice.Run{one}, w.runs...)
}

func (w *world) tends() {
	w.t.Helper()
	if err := w.tend(w.t.Context(), &w.told); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) shows(name string) Shown {
	w.t.Helper()
	s, err := w.show(w.t.Context(), w.call("ann"), NameIn{name})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

var orders = map[string]string{"service": "orders"}

func TestATaskIsDoneByAVerifiedRunOfItsProcedure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.run(1, prentice.Verified, w.now.AddDate(0, 0, -40), orders)
		w.run(2, prentice.Failed, w.now.AddDate(0, 0, -3), orders)
		w.run(3, prentice.Unverified, w.now.AddDate(0, 0, -2), orders)
		w.run(4, prentice.Verified, w.now.AddDate(0, 0, -1), map[string]string{"service": "bell"})
		w.tends()
		if s := w.shows("restore-orders"); len(s.Times) != 1 || s.Times[0].By != "run/1" || s.State != maintenance.Overdue || s.Due.Format(time.DateOnly) != "2026-02-20" {
			t.Errorf("%+v", s)
		}
		w.run(5, prentice.Running, time.Time{}, orders)
		w.run(6, prentice.Verified, w.now.Add(-time.Hour), orders)
		w.tends()
		w.tends() // twice
		if s := w.shows("restore-orders"); len(s.Times) != 2 || s.Times[0].By != "run/6" || s.Times[0].InTime || s.State != maintenance.Done {
			t.Errorf("%+v", s)
		}
		w.now = w.now.AddDate(0, 0, 1)
		w.run(5, prentice.Verified, w.now, orders)  // it was open when the later one was looked at
		w.told = telling{events: map[string]bool{}} // after a restart
		w.tends()
		if s := w.shows("restore-orders"); len(s.Times) != 3 || s.Times[0].By != "run/5" || s.Kept() != "2 of 3 times" {
			t.Errorf("%+v", s)
		}
		if len(w.noted) != 3 || w.noted[0].Kind != "maintenance.done" || w.noted[0].Refs[1] != "service/orders" {
			t.Errorf("%+v", w.noted)
		}
	})
}

func TestPeopleSayWhatTheyDidOnceADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.tends()
		if _, err := w.done(t.Context(), w.call("ann"), DoneIn{NameIn{"restore-orders"}, "it looked fine"}); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("a word for a run: %v", err)
		}
		if _, err := w.done(t.Context(), w.call("ann"), DoneIn{NameIn{"rotate-kye"}, "x"}); prentice.KindOf(err) != prentice.NotFound || !strings.Contains(prentice.HintOf(err), "rotate-key") {
			t.Errorf("%v, %s", err, prentice.HintOf(err))
		}
		var wg sync.WaitGroup
		answers := make([]error, 8)
		for i := range answers {
			wg.Go(func() {
				_, answers[i] = w.done(t.Context(), w.call(fmt.Sprint("p", i)), DoneIn{NameIn{"rotate-key"}, "ticket 4711"})
			})
		}
		wg.Wait()
		well := 0
		for _, err := range answers {
			if err == nil {
				well++
			} else if prentice.KindOf(err) != prentice.Conflict {
				t.Error(err)
			}
		}
		if s := w.shows("rotate-key"); well != 1 || len(s.Times) != 1 || s.Times[0].Note != "ticket 4711" || s.State != maintenance.Done || s.Due.Format(time.DateOnly) != "2026-03-09" {
			t.Errorf("%d went well: %+v", well, s)
		}
	})
}

func TestWhatIsDueIsToldOnceAndWhatIsOverdueOnceMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		types := func() (list []string) {
			for _, e := range w.sent {
				list = append(list, e.ID)
			}
			return list
		}
		w.tends()
		w.tends()
		if got := strings.Join(types(), "; "); got != "restore-orders maintenance.due 2026-03-02; rotate-key maintenance.due 2026-03-02" {
			t.Error(got)
		}
		if e := w.sent[0]; e.Subject != "service/orders" || !strings.Contains(string(e.Data), `"task":"maintenance/restore-orders"`) || w.sent[1].Subject != "maintenance/rotate-key" {
			t.Errorf("%+v", w.sent)
		}
		w.now = w.now.AddDate(0, 0, 3)
		w.tends()
		if got := types(); len(got) != 3 || got[2] != "rotate-key maintenance.overdue 2026-03-02" {
			t.Error(got)
		}
		list, err := w.Claims.List(t.Context(), w.now, claims.Filter{Truth: prentice.Fail})
		if err != nil || len(list) != 1 || list[0].Claim.ID != "maintenance:rotate-key" {
			t.Errorf("%+v %v", list, err)
		}
		coming, err := w.due(t.Context(), w.call("ann"), DueIn{})
		if err != nil || len(coming.Tasks) != 2 || coming.Tasks[0].Name != "rotate-key" {
			t.Errorf("%+v %v", coming, err)
		}
	})
}

func TestATaskThatNoRunCanDoSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if s := w.shows("restore-orders"); s.Wrong != "" {
			t.Error(s.Wrong)
		}
		w.takes = []string{"database"}
		if s := w.shows("restore-orders"); !strings.Contains(s.Says, `; it cannot be done: the procedure test-restore takes no input "service"`) {
			t.Error(s.Says)
		}
		w.Set().Tasks[0].Procedure = "test-restor"
		if s := w.shows("restore-orders"); !strings.Contains(s.Says, "; it cannot be done: there is no procedure test-restor") {
			t.Error(s.Says)
		}
	})
}

func TestWhatCannotBeReadOfRunsHidesNoOtherTask(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.broken = errors.New("the disk is full")
		if err := w.tend(t.Context(), &w.told); err == nil || !strings.Contains(err.Error(), "maintenance/restore-orders: the disk is full") {
			t.Error(err)
		}
		if len(w.sent) != 2 {
			t.Errorf("%+v", w.sent)
		}
	})
}
