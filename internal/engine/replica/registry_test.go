package replica_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/replica"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// notes keeps what would be evidence.
type notes struct{ kinds []string }

func (n *notes) Append(_ *db.Tx, _ time.Time, list ...prentice.Note) error {
	for _, one := range list {
		n.kinds = append(n.kinds, one.Kind+" "+one.Refs[0].Name())
	}
	return nil
}

type world struct {
	*testing.T
	db    *db.DB
	notes notes
}

func each(t *testing.T, f func(*world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "replica", replica.Schema()); err != nil {
			t.Fatal(err)
		}
		f(&world{T: t, db: d})
	})
}

func (w *world) registry(name, folder string) *replica.Registry {
	return &replica.Registry{DB: w.db, Record: &w.notes, Clock: time.Now, Log: slog.New(slog.DiscardHandler), Name: name, Folder: folder, Copy: "1:" + folder, Machine: "here", URL: "http://" + name}
}

func (w *world) join(name string) *replica.Registry {
	w.Helper()
	r := w.registry(name, "one")
	if err := r.Join(w.Context()); err != nil {
		w.Fatal(err)
	}
	return r
}

// copied is one with a copy of the data folder on the same machine, and moved one
// with the same folder on another.
func (w *world) copied(name string) *replica.Registry {
	r := w.registry(name, "one")
	r.Copy = "1:copy"
	return r
}

func (w *world) moved(name string) *replica.Registry {
	r := w.registry(name, "one")
	r.Copy, r.Machine = "7:one", "there"
	return r
}

// silence makes a replica one that was last heard of long ago.
func (w *world) silence(name string) { w.Helper(); w.age(name, replica.Dead+time.Second) }

// live lets a registry beat until the test ends.
func (w *world) live(r *replica.Registry) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); r.Run(ctx) }() //nolint:errcheck // it ends with ctx
	w.Cleanup(func() { cancel(); <-ended })
}

func (w *world) eventually(what string, is func() bool) {
	w.Helper()
	for until := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			w.Fatalf("it does not come true: %s", what)
		}
	}
}

func TestTheFirstLeadsAndTheSecondFollows(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.join("a"), w.join("b")
		if !a.Leads() || b.Leads() || !a.Fit() || !b.Fit() {
			t.Errorf("a leads %v, b leads %v", a.Leads(), b.Leads())
		}
		if len(b.Living()) != 2 {
			t.Errorf("b knows %v", b.Living())
		}
	})
}

func TestALeaderThatYieldsIsFollowedByAnotherThatLives(t *testing.T) {
	each(t, func(w *world) {
		a := w.join("a")
		if err := a.Yield(w.Context()); err != nil || !a.Leads() {
			w.Fatalf("alone it leads %v (%v)", a.Leads(), err)
		}
		b := w.join("b")
		w.join("c")
		w.silence("c")
		if err := a.Yield(w.Context()); err != nil || a.Leads() {
			w.Errorf("a leads %v (%v)", a.Leads(), err)
		}
		w.live(b)
		for !b.Leads() {
			time.Sleep(time.Millisecond)
		}
		if err := a.Yield(w.Context()); err != nil || !b.Leads() {
			w.Errorf("b leads %v after another's word (%v)", b.Leads(), err)
		}
	})
}

func TestTheLeadOfWhoeverDiesIsTakenAndTheirIDNeverActsAgain(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.join("a"), w.join("b")
		was := a.ID()
		var unfit atomic.Bool
		a.OnUnfit(func() { unfit.Store(true) })
		w.silence("a")
		w.live(b)
		w.eventually("b leads", b.Leads)
		w.live(a)
		w.eventually("a is another", func() bool { return a.ID() != was && a.ID() != "" })
		if !unfit.Load() {
			t.Error("a was not told to stop acting")
		}
		if a.Leads() {
			t.Error("a leads again")
		}
	})
}

func TestALeaderThatIsNotFitDoesNotLead(t *testing.T) {
	each(t, func(w *world) {
		a := w.join("a")
		a.Age(replica.Unfit)
		if a.Leads() {
			t.Error("it leads, though another may")
		}
	})
}

func TestWhoeverWasCutOffIsNotDeclaredDeadByItsOwnReturn(t *testing.T) {
	each(t, func(w *world) {
		a := w.join("a")
		a.Age(replica.Unfit)
		if a.MayJoin() {
			t.Error("what it did may still be ending, and others would begin it")
		}
		a.Age(replica.Dead - replica.Unfit)
		if !a.MayJoin() {
			t.Error("it may not join anew")
		}
	})
}

func TestWhoLeavesInOrderIsNotDead(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.join("a"), w.join("b")
		if err := a.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a.Fit() || a.ID() != "" {
			t.Error("a may still act")
		}
		w.live(b)
		w.eventually("b leads", b.Leads)
		list, err := b.List(t.Context())
		if err != nil || len(list) != 2 || list[0].How != "left" || list[1].How != "" || !list[1].Leads {
			t.Errorf("%+v, %v", list, err)
		}
		err = w.db.Write(t.Context(), func(tx *db.Tx) error {
			for id, lives := range map[string]bool{list[0].ID: false, b.ID(): true, "nobody#9": false} {
				if is, died, err := b.Fate(tx, id); err != nil || is != lives || died {
					t.Errorf("%s lives %v, died %v: %v", id, is, died, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if again := w.join("c"); again.Deserted() {
			t.Error("no one died")
		}
	})
}

func TestACrashThatNobodyLivedToSeeIsSeenByTheNext(t *testing.T) {
	each(t, func(w *world) {
		w.join("a")
		w.silence("a")
		if b := w.join("b"); !b.Deserted() {
			t.Error("b does not know that a died")
		}
		if c := w.join("c"); c.Deserted() {
			t.Error("c was told of a death that b lived to see")
		}
	})
}

func TestANameIsOneReplicasAtATime(t *testing.T) {
	each(t, func(w *world) {
		first := w.join("a")
		w.live(first)
		for _, r := range []*replica.Registry{w.registry("a", "another folder"), w.copied("a"), w.moved("a")} {
			if err := r.Join(w.Context()); prentice.KindOf(err) != prentice.Conflict {
				w.Errorf("a second a joined: %v", err)
			}
		}
		again := w.join("a") // the same folder: the first launch is gone
		if again.ID() == first.ID() {
			t.Error("two launches have one id")
		}
	})
}

func TestAllReplicasHaveOneDataFolder(t *testing.T) {
	each(t, func(w *world) {
		w.live(w.join("a"))
		for _, r := range []*replica.Registry{w.registry("b", "two"), w.copied("b")} {
			if err := r.Join(t.Context()); prentice.KindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "another data folder") {
				t.Errorf("b joined with another data folder: %v", err)
			}
		}
		if err := w.moved("b").Join(t.Context()); err != nil {
			t.Errorf("b is on another machine, with the same folder: %v", err)
		}
	})
}

func TestWorkIsDoneWhileOneLeads(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.join("a"), w.join("b")
		var at atomic.Int64 // how many do the work at this moment
		var both atomic.Bool
		work := func(ctx context.Context) error {
			if at.Add(1) > 1 {
				both.Store(true)
			}
			<-ctx.Done()
			at.Add(-1)
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		for _, r := range []*replica.Registry{a, b} {
			go func() { ended <- r.Leading(ctx, work) }()
		}
		w.eventually("someone works", func() bool { return at.Load() == 1 })
		if err := a.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.eventually("a stops", func() bool { return at.Load() == 0 || b.Leads() })
		w.live(b)
		w.eventually("b works", func() bool { return b.Leads() && at.Load() == 1 })
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if both.Load() {
			t.Error("two did the work at once")
		}
	})
}

func TestWorkThatFailsIsBegunAgainWhileOneLeads(t *testing.T) {
	each(t, func(w *world) {
		a := w.join("a")
		var times atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- a.Leading(ctx, func(ctx context.Context) error {
				if times.Add(1) == 1 {
					return errors.New("the database was away")
				}
				<-ctx.Done()
				return nil
			})
		}()
		w.eventually("it is begun again", func() bool { return times.Load() == 2 })
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
