package environment

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestTeamsTakeTurnsAtBeingMade(t *testing.T) {
	of := func(list string) (all []Environment) { // a1 is of team a and was asked for first
		for _, id := range strings.Fields(list) {
			e := Environment{ID: id, Number: int64(id[1] - '0'), Team: prentice.NewRef("group", id[:1])}
			if id[0] == 'r' {
				e.Team, e.Repository = "", "r"
			}
			all = append(all, e)
		}
		return all
	}
	for _, c := range []struct{ says, waiting, making, want string }{
		{"no one", "", "a1", ""},
		{"one team keeps its order", "a2 a1 a3", "", "a1 a2 a3"},
		{"the only one of another does not wait behind all", "a1 a2 a3 b4", "", "a1 b4 a2 a3"},
		{"what is made of a team counts", "a3 a4 b5 b6", "a1 a2", "b5 b6 a3 a4"},
		{"three", "a1 a2 a3 b4 b5 c6", "", "a1 b4 c6 a2 b5 a3"},
		{"without a team it is the repository's turn", "a1 a2 r3 r4", "", "a1 r3 a2 r4"},
	} {
		var got []string
		for _, e := range Turns(of(c.waiting), of(c.making)) {
			got = append(got, e.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.says, got, c.want)
		}
	}
}

func TestWhoAsksForManyKeepsNoOtherTeamWaiting(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	w.on.codes["migrate"] = 0
	w.on.hold = make(chan struct{})
	ask := func(team prentice.Ref) Environment {
		e, err := w.Add(t.Context(), Environment{Team: team, Repository: team.Name(), By: "person/ann", Backend: "scripted", Ends: noon.Add(time.Hour), Spec: Spec{Services: shop()}}, noon, Usual())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := ask("group/many")
	rest := []Environment{}
	for range 5 {
		rest = append(rest, ask("group/many"))
	}
	other := ask("group/other")
	w.run()
	w.await(first.ID, Making)
	w.await(other.ID, Making)
	says := ""
	for until := time.Now().Add(time.Minute); says == "" && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		e, err := w.Find(t.Context(), rest[4].ID)
		if err != nil {
			t.Fatal(err)
		}
		says = e.Says
	}
	if !strings.Contains(says, "2 are made at the same moment") {
		t.Errorf("one that waits says %q", says)
	}

	// One that waits is stopped at once: nothing of it was made, and nothing is removed.
	if _, err := w.Edit(t.Context(), rest[4].ID, noon, "person/ann", func(e *Environment) error { return e.Turn(Stopped, noon, "seen") }); err != nil {
		t.Fatal(err)
	}
	close(w.on.hold)
	for _, e := range []Environment{first, other, rest[0], rest[1], rest[2], rest[3]} {
		w.await(e.ID, Ready)
	}
	if e := w.await(rest[4].ID, Stopped); !e.Began.IsZero() || w.on.count() != 6 {
		t.Errorf("it began at %s, and there are %d", e.Began, w.on.count())
	}
}

func TestOneThatIsExtendedTwiceAtOnceLastsBothLongerAndIsToldAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, newScripted())
		w.on.codes["migrate"] = 0
		w.run()
		id := w.await(w.ask(shop()...).ID, Ready).ID
		w.turn(23*time.Hour + 5*time.Minute)
		w.awaitTold(id, 1)
		extend := func(by time.Duration) error {
			_, err := w.Edit(context.Background(), id, w.now(), "person/ann", func(e *Environment) (err error) {
				e.Ends, err = Usual().Extended(*e, w.now(), by)
				e.Told = time.Time{}
				return err
			})
			return err
		}
		for i, err := range dbtest.Together(2, func(i int) error { return extend(time.Duration(i+1) * time.Hour) }) {
			if err != nil {
				t.Error(i, err)
			}
		}
		if e, err := w.Find(t.Context(), id); err != nil || !e.Ends.Equal(noon.Add(27*time.Hour)) {
			t.Errorf("it ends at %s: %v", e.Ends, err)
		}
		w.turn(3 * time.Hour) // an hour before its new end
		w.awaitTold(id, 2)

		// Of two that together pass the bound, one is refused.
		var no int
		for _, err := range dbtest.Together(2, func(int) error { return extend(100 * time.Hour) }) {
			if prentice.KindOf(err) == prentice.Refused {
				no++
			} else if err != nil {
				t.Error(err)
			}
		}
		if e, _ := w.Find(t.Context(), id); no != 1 || !e.Ends.Equal(noon.Add(127*time.Hour)) {
			t.Errorf("%d were refused, and it ends at %s", no, e.Ends)
		}
	})
}

// awaitTold waits until the end of an environment was told so often.
func (w *world) awaitTold(id string, times int) {
	w.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		w.mu.Lock()
		n := countOf(w.told, "environment.ending")
		w.mu.Unlock()
		if n == times {
			return
		}
		if n > times {
			w.t.Fatalf("the end of %s was told %d times", id, n)
		}
	}
	w.t.Fatalf("the end of %s was not told for the %d. time", id, times)
}

func TestAClockThatGoesBackAndForthTellsNothingTwiceAndEndsNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	w.on.codes["migrate"] = 0
	w.run()
	id := w.await(w.ask(shop()...).ID, Ready).ID
	w.turn(23*time.Hour + 5*time.Minute)
	w.awaitTold(id, 1)
	for range 3 {
		w.turn(-48 * time.Hour) // to before it was asked for
		w.looks()
		w.turn(48 * time.Hour)
		w.looks()
	}
	w.awaitTold(id, 1)
	e := w.await(id, Ready)
	if states, _ := w.on.States(t.Context(), id); !e.Ends.Equal(noon.Add(24*time.Hour)) || !states["web"].Running || countOf(w.on.begun, "web") != 1 {
		t.Errorf("it ends at %s, and web is %+v after %v", e.Ends, states["web"], w.on.begun)
	}
	w.turn(time.Hour)
	w.await(id, Stopped)
	w.turn(-24 * time.Hour) // what is over does not come back
	w.looks()
	if w.await(id, Stopped); w.on.count() != 0 {
		t.Error("something is there")
	}
}

// looks has the conductor look once more, by what it does for another.
func (w *world) looks() {
	w.t.Helper()
	e, err := w.Add(w.t.Context(), Environment{By: "person/ann", Backend: "scripted", Ends: w.now().Add(time.Hour), Spec: Spec{Services: []Service{{Name: "one"}}}}, w.now(), w.quota())
	if err != nil {
		w.t.Fatal(err)
	}
	w.await(e.ID, Ready)
	w.stop(e.ID)
	w.await(e.ID, Stopped)
}

func TestAProcessThatBeginsAfterTheEndOfOneStopsIt(t *testing.T) {
	for _, at := range []Stage{Queued, Making, Ready} {
		t.Run(string(at), func(t *testing.T) {
			d, on := dbtest.SQLite(t), newScripted()
			on.codes["migrate"] = 0
			w := newWorld(t, d, on)
			w.ask(shop()...)
			if at == Making {
				on.hold = make(chan struct{})
			}
			if at != Queued {
				w.run()
				w.await("1", at)
				w.end()
			}
			on.lose()
			on.hold = nil
			next := newWorld(t, d, on)
			next.turn(25 * time.Hour)
			next.run()
			if e := next.await("1", Stopped); e.Says != "its end came" || on.count() != 0 {
				t.Errorf("it says %q, and %d are there", e.Says, on.count())
			}
			if at != Ready && slices.Contains(on.begun, "web") {
				t.Errorf("after its end it was made: %v", on.begun)
			}
		})
	}
}
