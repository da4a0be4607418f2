package environment

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"prentice/internal/kit/db/dbtest"
)

// alone is a back end whose environments no other process finds.
type alone struct{ *scripted }

func (alone) Lone() bool { return true }

func TestWhatLayWithADeadReplicaIsMadeAnewWithItsSeeds(t *testing.T) {
	d := dbtest.SQLite(t)
	var dead atomic.Value // the replica that is taken for dead
	dead.Store("")
	replica := func(name string) *world {
		on := newScripted()
		on.codes["migrate"] = 0
		w := newWorld(t, d, on)
		w.Self, w.Backends = name, map[string]Backend{"scripted": alone{on}}
		w.Lives = func(owner string) bool { return owner != dead.Load() }
		return w
	}
	a, b := replica("a"), replica("b")
	a.run()
	id := a.await(a.ask(shop()...).ID, Ready).ID
	b.run()
	for range 20 { // it is left alone for as long as the other lives
		b.Ring()
		time.Sleep(5 * time.Millisecond)
	}
	if e, err := b.Find(t.Context(), id); err != nil || e.Owner != "a" || b.on.count() != 0 {
		t.Fatalf("it is of %q, and b has %d: %v", e.Owner, b.on.count(), err)
	}

	// a hangs, and is taken for dead.
	dead.Store("a")
	b.Ring()
	var e Environment
	for until := time.Now().Add(time.Minute); (e.Owner != "b" || e.Stage != Ready) && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		e, _ = b.Find(t.Context(), id)
	}
	b.on.mu.Lock()
	begun := slices.Clone(b.on.begun)
	b.on.mu.Unlock()
	if e.Owner != "b" || e.Stage != Ready || !slices.Equal(begun, []string{"db", "migrate", "web"}) {
		t.Fatalf("it is %s of %s, and begun were %v", e.Stage, e.Owner, begun)
	}

	// When a comes to, it lets go of what another has now, and leaves nothing.
	for until := time.Now().Add(time.Minute); a.on.count() > 0 && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		a.Ring()
	}
	if e, err := a.Find(t.Context(), id); err != nil || e.Owner != "b" || e.Stage != Ready || a.on.count() != 0 || b.on.count() != 1 {
		t.Errorf("it is %s of %s, and a has %d: %v", e.Stage, e.Owner, a.on.count(), err)
	}
	b.stop(id)
	b.await(id, Stopped)
}
