// Package crash is the crash proof. It runs the real program on the sample team,
// kills it with SIGKILL at every persisted transition of every sample procedure
// and in the middle of every step that acts, starts it again, and looks from the
// outside at what has become of the runs.
//
// Its words: a kill is where the program dies: at a commit that changes what is
// known of a run (before:17, after:17), or while a step runs (start:1 is after
// the first line of step start). A trial is one scenario with its kills, in a data
// folder of its own. A sweep is a scenario's trials, kill after kill, until one
// ends without dying. A lane is a folder with the sample services, in which one
// trial follows another. A moment is what goes wrong besides the kill: the disk of
// the data folder is full, or a second process wants what the first one has.
//
// It refuses a run that is not in one of the eight end states soon after the last
// start, an effect that happened twice and must not, a lock that is held for
// no one, a ledger that does not verify, an incident that is fixed for ever, and a
// process that a crash has left behind.
package crash

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// lanes is how many trials are under way at once, and most how long a run may
// take to come to its end after the last start.
const (
	lanes = 6
	most  = time.Minute
)

func TestEveryRunEndsInAKnownStateWhereverPrenticeIsKilled(t *testing.T) {
	p, shop := build(t, "1"), compile(t, "prentice/stories/crash/shop")
	if !reachable() {
		t.Log("SKIPPED: kills during a step on another machine (there is no sshd)")
	}
	t.Run("sqlite", func(t *testing.T) { prove(t, proof{sort: "sqlite"}, onSQLite(t, p, shop)) })
	t.Run("postgres", func(t *testing.T) { prove(t, proof{sort: "postgres"}, onPostgres(t, p, shop)) })
	t.Run("replicas", func(t *testing.T) {
		prove(t, proof{sort: "postgres, two replicas", twins: true}, onPostgres(t, p, shop))
	})
}

var only = flag.String("scenario", "", "try only the scenarios that have this in their name, and nothing else that goes wrong")

var everywhere = flag.Bool("replicas-everywhere", false, "with two replicas, and of landings on PostgreSQL, try every kill point and not a sample of them")

var share = flag.String("share", "0/1", "try the K-th of N shares of the kill points alone (K/N)")

// shareOf reads -share.
func shareOf(t *testing.T) (k, n int) {
	if _, err := fmt.Sscanf(*share, "%d/%d", &k, &n); err != nil || k < 0 || k >= n {
		t.Fatalf("-share=%s: want K/N with K from 0 to N-1", *share)
	}
	return k, n
}

// proof is what is proven on which sort of database: of one server that is killed
// and started again, or of two, of which one is killed and the other takes over.
type proof struct {
	sort  string
	twins bool
}

// every is how many kill points there are to one that is tried: with two, each
// waits for the dead to be declared so.
func (p proof) every() int {
	switch {
	case p.twins && !*everywhere:
		return 7
	case testing.Short():
		return 9
	}
	return 1
}

// scenarios are those that the proof plays. A kill switch and a second death of the
// same run are about what a restart finds.
func (p proof) scenarios() []scenario {
	return slices.DeleteFunc(scenarios(), func(s scenario) bool {
		return !strings.Contains(s.name, *only) || p.twins && (s.stop || s.first != nil)
	})
}

// prove sweeps all scenarios on one sort of database and says what came out.
func prove(t *testing.T, of proof, tpl *template) {
	begun := time.Now()
	list := make([]*lane, lanes)
	for i := range list {
		var err error
		if list[i], err = openLane(t, tpl); err != nil {
			t.Fatal(err)
		}
		list[i].twins = of.twins
	}
	defer func() {
		for _, l := range list {
			l.close()
		}
	}()
	sweeps := rehearse(t, of, list)
	var found tally
	beside(list, func(l *lane, i int) {
		for s, kills := take(sweeps, i); s != nil; s, kills = take(sweeps, i) {
			out, err := l.trial(s.scenario, kills...)
			s.done(out, err)
			found.add(out, err)
			if err != nil {
				t.Errorf("%s, killed %s: %v", s.scenario.name, strings.Join(kills, ", then "), err)
			}
		}
	})
	for _, s := range sweeps {
		t.Logf("%-40s %3d kill points: %s", s.scenario.name, s.tried.kills, s.tried.ends())
		if s.tried.kills == 0 && s.every == 1 {
			t.Errorf("%s: no kill was reached", s.scenario.name)
		}
	}
	for _, m := range moments(t, of) {
		bear(t, of, list, sweeps, m)
	}
	line := fmt.Sprintf("crash proof: %d kill points, %d known ends (%s), %d doubled effects, %d wrong (%s, %s)",
		found.kills, found.known, found.ends(), found.doubled, found.wrong, of.sort, time.Since(begun).Round(time.Second))
	t.Log(line)
	fmt.Fprintln(os.Stderr, line)
}

// rehearse plays every scenario once without a kill, and makes the sweeps from
// what it sees.
func rehearse(t *testing.T, of proof, list []*lane) []*sweep {
	k, n := shareOf(t)
	sweeps := sweepsOf(of.scenarios(), of.every(), k, n)
	next := make(chan *sweep, len(sweeps))
	for _, s := range sweeps {
		next <- s
	}
	close(next)
	beside(list, func(l *lane, _ int) {
		for s := range next {
			out, err := l.trial(s.scenario)
			if err != nil {
				t.Errorf("%s, not killed: %v", s.scenario.name, err)
			}
			s.plan(out.commits, l.team.points)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return sweeps
}

func beside(list []*lane, do func(l *lane, i int)) {
	var all sync.WaitGroup
	for i, l := range list {
		all.Go(func() { do(l, i) })
	}
	all.Wait()
}

// tally counts trials.
type tally struct {
	mu             sync.Mutex // guards what follows
	kills          int        // trials in which the program died where it should
	known          int        // of them, those whose runs all came to a known end
	doubled, wrong int
	states         map[prentice.State]int
}

func (c *tally) add(out outcome, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.wrong++
	}
	c.doubled += out.doubled
	if !out.died {
		return
	}
	c.kills++
	if out.ended {
		c.known++
	}
	if c.states == nil {
		c.states = map[prentice.State]int{}
	}
	for _, s := range out.states {
		c.states[s]++
	}
}

func (c *tally) ends() string {
	var list []string
	for s, n := range c.states {
		list = append(list, fmt.Sprintf("%d %s", n, s))
	}
	sort.Strings(list)
	return strings.Join(list, ", ")
}

// sweep gives out the kills of a scenario: first those that are known from an
// undisturbed trial, and then commit after commit until one is not reached.
type sweep struct {
	scenario scenario
	every    int // 1 is all of them; 9 is a sample
	known    []string
	commits  int // of an undisturbed trial

	mu    sync.Mutex // guards what follows
	next  int
	over  bool // one was not reached
	tried tally
}

func sweepsOf(list []scenario, every, k, n int) []*sweep {
	var sweeps []*sweep
	for i, sc := range list {
		sweeps = append(sweeps, &sweep{scenario: sc, every: every * n, next: i%every + every*k})
	}
	return sweeps
}

// plan says where the kills are. Prentice is killed after every commit, and before
// those that tell of what has been done since the commit before: the others
// leave the world as the last one did.
func (s *sweep) plan(commits []string, points map[string]points) {
	of := s.scenario.procedure
	if of == "restart-dependency" {
		of = "restart-service" // which it uses
	}
	for _, point := range points[of][s.scenario.section] {
		s.known = append(s.known, point)
		if of != "charge-far" { // where it goes on by itself anyway
			s.known = append(s.known, point+"+")
		}
	}
	if s.scenario.first != nil {
		return // what a second life commits is not known
	}
	s.commits = len(commits)
	for i, what := range commits {
		n := i + 1
		if s.scenario.tail > 0 && n <= len(commits)-s.scenario.tail || s.scenario.every > 0 && n%s.scenario.every != 0 {
			continue
		}
		if n == 1 || strings.Contains(what, "DO UPDATE SET state") {
			s.known = append(s.known, fmt.Sprintf("before:%d", n))
		}
		s.known = append(s.known, fmt.Sprintf("after:%d", n))
	}
}

// take gives a lane its next kills. The lanes begin at different sweeps, so that
// all sorts of trials are under way together.
func take(sweeps []*sweep, lane int) (*sweep, []string) {
	for i := range sweeps {
		s := sweeps[(i+lane)%len(sweeps)]
		if kill := s.take(); kill != "" {
			return s, slices.Concat(s.scenario.first, []string{kill})
		}
	}
	return nil, nil
}

func (s *sweep) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next
	s.next += s.every
	switch {
	case n < len(s.known):
		return s.known[n]
	case !s.over:
		return fmt.Sprintf("after:%d", s.commits+n-len(s.known)+1)
	}
	return ""
}

func (s *sweep) done(out outcome, err error) {
	s.tried.add(out, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = s.over || !out.died
}

func ctx() context.Context { return context.Background() }
