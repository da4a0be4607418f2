package environment

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestServicesBeginInTheOrderOfTheirConditionsAndNothingIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, newScripted())
		w.on.codes["migrate"] = 0
		w.run()
		e := w.await(w.ask(shop()...).ID, Ready)
		if got := w.on.begun; !slices.Equal(got, []string{"db", "migrate", "web"}) {
			t.Errorf("they began as %v", got)
		}
		for _, s := range e.Services {
			if s.Service == "migrate" && !s.Done {
				t.Error("the migration is not done")
			}
		}
		w.stop(e.ID)
		for _, s := range w.await(e.ID, Stopped).Services {
			if want := map[bool]Standing{true: Done, false: Over}[s.Service == "migrate"]; s.State != want {
				t.Errorf("%s is %s after it was stopped", s.Service, s.State)
			}
		}
		if n := w.on.count(); n != 0 {
			t.Errorf("%d environments are left", n)
		}
		if text, err := w.Printed(t.Context(), e.ID, "web"); err != nil || text != "web said goodbye\n" {
			t.Errorf("of what it printed there is %q, %v", text, err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if want := []string{"environment.asked", "environment.making", "environment.ready", "environment.stopping", "environment.stopped"}; !slices.Equal(w.notes, want) {
			t.Errorf("evidence is %v", w.notes)
		}
		if want := []string{"environment.ready", "environment.stopped"}; !slices.Equal(w.told, want) {
			t.Errorf("told is %v", w.told)
		}
	})
}

func TestOneThatCannotBeMadeSaysWhyAndLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for why, script := range map[string]func(s *scripted){
			"migrate ended with code 3":    func(s *scripted) { s.codes["migrate"] = 3 },
			"db is unhealthy: no database": func(s *scripted) { s.sick["db"] = true },
			"the disk is full":             func(s *scripted) { s.refuse = prentice.Errorf(prentice.Unavailable, "the disk is full") },
		} {
			t.Run(why, func(t *testing.T) {
				w := newWorld(t, d, newScripted())
				script(w.on)
				w.run()
				e := w.ask(shop()...)
				for range 100 { // its health counts by the clock
					w.turn(time.Second)
				}
				if w.on.sick["db"] {
					go func() {
						for w.t.Context().Err() == nil {
							w.turn(time.Second)
							time.Sleep(10 * time.Millisecond)
						}
					}()
				}
				e = w.await(e.ID, Failed)
				if e.Says != why {
					t.Errorf("it says %q", e.Says)
				}
				for until := time.Now().Add(time.Minute); w.on.count() > 0 && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
				}
				if n := w.on.count(); n != 0 {
					t.Errorf("%d are left", n)
				}
				w.stop(e.ID)
				w.await(e.ID, Stopped)
			})
		}
	})
}

func TestAHundredThatAreAskedForAtOnceAreMadeTwoAtATime(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	quota := Usual()
	quota.PerRepository, quota.Running = 200, 200
	w.Quota = func() Quota { return quota }
	w.on.codes["migrate"] = 0
	w.run()
	ids := make([]string, 100)
	for i, err := range dbtest.Together(100, func(i int) error {
		e, err := w.Add(context.Background(), Environment{Repository: "shop", By: "person/ann", Backend: "scripted", Ends: noon.Add(time.Hour), Spec: Spec{Services: shop()}}, noon, quota)
		ids[i] = e.ID
		return err
	}) {
		if err != nil {
			t.Fatal(i, err)
		}
	}
	for _, id := range ids {
		w.await(id, Ready)
	}
	if w.on.most > 2 {
		t.Errorf("%d were made at the same moment", w.on.most)
	}
}

func TestOfTwoWhoAskForTheLastPlaceOneHasIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, newScripted())
		quota := Usual()
		quota.PerRepository = 3
		var mu sync.Mutex
		got, refused := 0, 0
		dbtest.Together(20, func(int) error {
			_, err := w.Add(context.Background(), Environment{Repository: "shop", By: "person/ann", Ends: noon.Add(time.Hour)}, noon, quota)
			mu.Lock()
			defer mu.Unlock()
			switch prentice.KindOf(err) {
			case prentice.Limited:
				refused++
			default:
				if err == nil {
					got++
				} else {
					t.Error(err)
				}
			}
			return nil
		})
		if got != 3 || refused != 17 {
			t.Errorf("%d got one and %d were refused", got, refused)
		}
	})
}

func TestAnEndIsToldBeforeItComesAndThenNothingIsLeft(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	w.on.codes["migrate"] = 0
	w.run()
	e := w.await(w.ask(shop()...).ID, Ready)
	w.turn(23*time.Hour + 5*time.Minute)
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if e, _ = w.Find(t.Context(), e.ID); !e.Told.IsZero() {
			break
		}
	}
	if e.Told.IsZero() || e.Stage != Ready {
		t.Fatalf("an hour before its end it is %s, told %s", e.Stage, e.Told)
	}
	w.turn(time.Hour)
	if e = w.await(e.ID, Stopped); e.Says != "its end came" {
		t.Errorf("it says %q", e.Says)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.told, "environment.ending") {
		t.Errorf("told was %v", w.told)
	}
}

func TestAnotherProcessGoesOnWhereOneWasKilled(t *testing.T) {
	moments := []string{"taken", "preparing", "prepared", "starting db", "started db", "starting migrate", "started migrate", "starting web", "started web", "ready", "removing", "removed"}
	for _, at := range moments {
		t.Run(at, func(t *testing.T) {
			d, on := dbtest.SQLite(t), newScripted()
			on.codes["migrate"] = 0
			killed := make(chan struct{})
			w := newWorld(t, d, on)
			kill := sync.OnceFunc(func() { close(killed) })
			w.Saw = func(moment string) {
				if moment == at {
					kill()
					select {} // nothing comes after it: a process that is killed does nothing more
				}
			}
			ctx, cancel := context.WithCancel(context.Background())
			go w.Run(ctx) //nolint:errcheck // it is left where it stands
			defer cancel()
			id := w.ask(shop()...).ID
			stops := at == "removing" || at == "removed"
			if stops {
				w.await(id, Ready)
				w.stop(id)
			}
			select {
			case <-killed:
			case <-time.After(time.Minute):
				t.Fatal("the moment did not come")
			}
			cancel()
			if !stops {
				on.lose()
			}
			next := newWorld(t, d, on)
			next.run()
			if stops {
				next.await(id, Stopped)
			} else {
				e := next.await(id, Ready)
				if n := countOf(on.begun, "migrate"); n > 2 {
					t.Errorf("the migration ran %d times", n)
				}
				states, _ := on.States(t.Context(), id)
				if !states["web"].Running || !states["db"].Running {
					t.Errorf("it is ready, and its services are %+v", states)
				}
				next.stop(e.ID)
				next.await(id, Stopped)
			}
			if n := on.count(); n != 0 {
				t.Errorf("%d are left", n)
			}
		})
	}
}

func countOf(list []string, what string) (n int) {
	for _, one := range list {
		if one == what {
			n++
		}
	}
	return n
}

func TestWhatNoOneKnowsIsRemovedAndNothingElse(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	w.on.codes["migrate"] = 0
	w.on.there["e7xabcde"] = map[string]State{"web": {Running: true}}
	w.run()
	e := w.await(w.ask(shop()...).ID, Ready)
	for until := time.Now().Add(time.Minute); w.on.count() > 1 && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
	}
	w.turn(10 * time.Minute) // it looks once more
	time.Sleep(50 * time.Millisecond)
	if all, _ := w.on.All(t.Context()); !slices.Equal(all, []string{e.ID}) {
		t.Errorf("there is %v", all)
	}
}

func TestOneIsStoppedWhileItIsMade(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	w.on.hold = make(chan struct{})
	w.run()
	e := w.await(w.ask(shop()...).ID, Making)
	w.stop(e.ID)
	w.await(e.ID, Stopped)
	if n := w.on.count(); n != 0 {
		t.Errorf("%d are left", n)
	}
}

func TestReplicasMakeAnEnvironmentOnceAndTakeOverFromADeadOne(t *testing.T) {
	d, err := db.Open(t.Context(), dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) //nolint:errcheck // the test is over
	if err := d.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	on := newScripted()
	on.codes["migrate"] = 0
	var mu sync.Mutex
	living := []string{"a", "b"}
	replica := func(name string) *world {
		w := newWorld(t, d, on)
		w.Self = name
		w.Lives = func(owner string) bool { mu.Lock(); defer mu.Unlock(); return slices.Contains(living, owner) }
		w.run()
		return w
	}
	a, b := replica("a"), replica("b")
	e := a.await(a.ask(shop()...).ID, Ready)
	if n := countOf(on.begun, "web"); n != 1 {
		t.Errorf("it was begun %d times", n)
	}
	dead, alive := a, b
	if e.Owner == "b" {
		dead, alive = b, a
	}
	dead.end()
	mu.Lock()
	living = []string{alive.Self}
	mu.Unlock()
	for until := time.Now().Add(time.Minute); e.Owner != alive.Self && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		alive.Ring()
		e, _ = alive.Find(t.Context(), e.ID)
	}
	if e.Owner != alive.Self || e.Stage != Ready {
		t.Fatalf("it is %s of %s", e.Stage, e.Owner)
	}
	alive.stop(e.ID)
	alive.await(e.ID, Stopped)
}
