package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// aims reads targets: "host/a" or "resource/q<host/a", which is reached from there.
func aims(words ...string) []prentice.Target {
	var list []prentice.Target
	for _, w := range words {
		ref, via, _ := strings.Cut(w, "<")
		list = append(list, prentice.Target{Ref: prentice.Ref(ref), Via: prentice.Via{Ref: prentice.Ref(via)}})
	}
	return list
}

var errTaken = errors.New("taken")

// takes locks what a run aims at, or says who holds it; nothing is taken then.
func takes(d *db.DB, run int64, targets ...string) (holder string, err error) {
	err = d.Write(context.Background(), func(tx *db.Tx) error {
		var err error
		if holder, err = Lock(tx, run, aims(targets...), time.Unix(1, 0)); err == nil && holder != "" {
			err = errTaken
		}
		return err
	})
	if errors.Is(err, errTaken) {
		err = nil
	}
	return holder, err
}

func letsGo(d *db.DB, run int64) error {
	return d.Write(context.Background(), func(tx *db.Tx) error { return Release(tx, run) })
}

func TestWhatIsReachedFromAHostExcludesTheHostAndNothingElseThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		for _, c := range []struct{ name, first, second, want string }{
			{"one database from two hosts", "resource/db<host/a", "resource/db<host/b", "resource/db is held by run/1"},
			{"two databases from one host", "resource/db<host/a", "resource/other<host/a", ""},
			{"the host while something is done from it", "resource/db<host/a", "host/a", "host/a is held by run/1, which acts on resource/db from there"},
			{"from a host that is being acted on", "host/a", "resource/db<host/a", "host/a is held by run/1"},
			{"another host", "resource/db<host/a", "host/b", ""},
			{"a database without a host, and this machine", "resource/db", "host/a", ""},
		} {
			if holder, err := takes(d, 1, c.first); holder != "" || err != nil {
				t.Fatalf("%s: the first got %q %v", c.name, holder, err)
			}
			if holder, err := takes(d, 1, c.first); holder != "" || err != nil {
				t.Errorf("%s: the first has its own no more: %q %v", c.name, holder, err)
			}
			if holder, err := takes(d, 2, c.second); holder != c.want || err != nil {
				t.Errorf("%s: the second got %q %v, want %q", c.name, holder, err, c.want)
			}
			for _, run := range []int64{1, 2} {
				if err := letsGo(d, run); err != nil {
					t.Fatal(err)
				}
			}
			if holder, err := takes(d, 3, c.second); holder != "" || err != nil {
				t.Errorf("%s: when the first has ended the second still got %q %v", c.name, holder, err)
			}
			if err := letsGo(d, 3); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// held is what runs have at a moment, as they believe.
type heldNow struct {
	mu   sync.Mutex
	own  map[string]int64
	pass map[string]int
	bad  []string
}

func (h *heldNow) take(run int64, targets []string, by int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range targets {
		ref, via, _ := strings.Cut(w, "<")
		if by > 0 && (h.own[ref] != 0 || h.pass[ref] > 0 || via != "" && h.own[via] != 0) {
			h.bad = append(h.bad, fmt.Sprintf("run %d has %s beside run %d, and %d go through it", run, w, h.own[ref], h.pass[ref]))
		}
		h.own[ref] = run
		if by < 0 {
			delete(h.own, ref)
		}
		if via != "" {
			h.pass[via] += by
		}
	}
}

// TestOfManyAtOnceNoTwoHaveOneThing lets runs of two processes take hosts, and what
// is reached from them by one way or another, as fast as they can.
func TestOfManyAtOnceNoTwoHaveOneThing(t *testing.T) {
	sets := [][]string{{"host/a"}, {"host/b"}, {"host/a", "host/b"}, {"resource/db<host/a"}, {"resource/db<host/b"},
		{"resource/other<host/a", "resource/queue<host/b"}, {"resource/db<host/b", "resource/queue<host/a"}, {"host/b", "resource/queue<host/a"}}
	hammer := func(t *testing.T, processes ...*db.DB) {
		now := &heldNow{own: map[string]int64{}, pass: map[string]int{}}
		var got [2]int
		var count sync.Mutex
		errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
			d, chance := processes[i%len(processes)], rand.New(rand.NewPCG(1, uint64(i)))
			for n := range 12 {
				run, set := int64(1+i*1000+n), sets[chance.IntN(len(sets))]
				holder, err := takes(d, run, set...)
				if err != nil {
					return err
				}
				count.Lock()
				got[min(1, len(holder))]++
				count.Unlock()
				if holder != "" {
					continue
				}
				now.take(run, set, 1)
				time.Sleep(time.Duration(chance.IntN(300)) * time.Microsecond)
				now.take(run, set, -1)
				if err := letsGo(d, run); err != nil {
					return err
				}
			}
			return nil
		})
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		if len(now.bad) > 0 {
			t.Errorf("%d times: %s", len(now.bad), now.bad[0])
		}
		if got[0] == 0 {
			t.Error("no one got anything")
		}
		if n := rowsLeft(t, processes[0]); n != 0 {
			t.Errorf("%d locks are left", n)
		}
		t.Logf("%d times taken, %d times held by another", got[0], got[1])
	}
	t.Run("sqlite", func(t *testing.T) {
		d := dbtest.SQLite(t)
		migrate(t, d)
		hammer(t, d)
	})
	t.Run("two processes", func(t *testing.T) {
		address := dbtest.PostgresURL(t)
		var both []*db.DB
		for range 2 {
			d, err := db.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			both = append(both, d)
		}
		if err := both[0].Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		migrate(t, both[0])
		hammer(t, both...)
	})
}

func rowsLeft(t *testing.T, d *db.DB) (n int) {
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM run_locks WHERE run > 0`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
