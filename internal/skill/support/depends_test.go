package support

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

// needing gives a world what depends on what: "a b" is that a depends on b.
func (w *world) needing(pairs ...string) {
	needs := map[string][]prentice.Ref{}
	for _, p := range pairs {
		from, to, _ := strings.Cut(p, " ")
		needs[from] = append(needs[from], prentice.NewRef("service", to))
		needs[to] = append(needs[to], []prentice.Ref{}...)
	}
	c := &team.Catalog{}
	for name, all := range needs {
		c.Services = append(c.Services, team.Service{Ref: prentice.NewRef("service", name), DependsOn: all})
	}
	slices.SortFunc(c.Services, func(a, b team.Service) int { return strings.Compare(string(a.Ref), string(b.Ref)) })
	w.s.Depends = c
}

// fault is what prentice's own probe tells of a service; its probes all have the same name.
func (w *world) fault(name string, well bool) {
	w.t.Helper()
	kind, data := "probe.failed", `{"probe":"http","down":true,"consecutive":2,"says":"connection refused"}`
	if well {
		kind, data = "probe.passed", `{"probe":"http"}`
	}
	e := w.event(kind, data)
	e.Source, e.Subject = "prentice/probe", prentice.NewRef("service", name)
	w.hears(e)
}

func (w *world) still() (open []string) {
	w.t.Helper()
	list, err := w.s.incidents(w.t.Context(), `closed = 0 ORDER BY number`)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, in := range list {
		open = append(open, fmt.Sprintf("%s %s", in.Ref, in.Subject))
	}
	return open
}

var cascade = []string{"web api", "mobile api", "api auth", "report db", "auth db"}

// In whichever order the looks come, the cascade is one fault: one incident that is about the cause, one
// call, and each recovery is told.
func TestACascadeOfFiveDependantsIsOneIncidentAndOneCall(t *testing.T) {
	for _, order := range []string{"db auth api web mobile report", "web report auth db mobile api", "report mobile web api auth db", "api db web auth report mobile"} {
		t.Run(order, func(t *testing.T) {
			each(t, func(w *world) {
				w.needing(cascade...)
				for _, name := range strings.Fields(order) {
					w.fault(name, false)
					w.pass(time.Second)
				}
				w.pass(3 * time.Minute)
				w.settle()
				open := w.still()
				if len(open) != 1 || !strings.HasSuffix(open[0], " service/db") || w.told("person.called") != 1 {
					t.Fatalf("open: %v, calls: %d", open, w.told("person.called"))
				}
				number, _ := numberOf("incident", strings.Fields(open[0])[0])
				if d := w.show(number); len(d.Symptoms) != 6 || d.Title != "db is down: connection refused" {
					t.Errorf("%s: %v", d.Title, d.Symptoms)
				}
				for _, name := range []string{"db", "web", "auth", "report", "mobile", "api"} {
					w.fault(name, true)
				}
				d := w.show(number)
				if n := strings.Count(strings.Join(w.lines(number), "\n"), "recovery: probe.passed"); n != 6 || d.State != Watching {
					t.Errorf("%d recoveries are told, and it is %s:\n%s", n, d.State, strings.Join(w.lines(number), "\n"))
				}
				w.pass(3 * time.Minute)
				w.settle()
				if open := w.still(); len(open) != 0 {
					t.Errorf("left: %v", open)
				}
			})
		})
	}
}

func TestWhatStillFailsWhenItsCauseIsWellHasItsOwnIncident(t *testing.T) {
	each(t, func(w *world) {
		w.needing("web api", "api db")
		for _, name := range []string{"db", "api", "web"} {
			w.fault(name, false)
		}
		w.fault("db", true)
		w.fault("api", true)
		if open := w.still(); len(open) != 1 {
			t.Fatalf("open: %v", open)
		}
		w.pass(3 * time.Minute)
		w.settle()
		w.settle()
		if open := w.still(); !slices.Equal(open, []string{"incident/2 service/web"}) {
			t.Errorf("open: %v\n%s", open, strings.Join(w.lines(1), "\n"))
		}
		if !has(w.lines(2), "it was part of incident/1, and still fails") || !has(w.lines(1), "service/web still fails: it has incident/2") {
			t.Errorf("%v\n%v", w.lines(1), w.lines(2))
		}
	})
}

// A dependant asks for no procedure while its cause fails: to restart it would not help.
func TestADependantAsksForNothingWhileItsCauseFails(t *testing.T) {
	each(t, func(w *world) {
		w.needing("web db")
		w.fault("db", false)
		w.matches["probe.failed"] = []string{"restart"}
		w.fault("web", false)
		if asked := w.askedFor(); len(asked) != 0 {
			t.Errorf("asked for %v", asked)
		}
		w.fault("db", true) // only the cause is well
		w.pass(3 * time.Minute)
		w.settle()
		w.settle()
		if asked := w.askedFor(); !slices.Equal(asked, []string{"restart"}) {
			t.Errorf("asked for %v", asked)
		}
	})
}

// A cause for which no one is called hides nothing for which people are.
func TestAQuietCauseExplainsNothing(t *testing.T) {
	each(t, func(w *world) {
		w.s.Router = routes{}
		w.needing("web db")
		e := w.event("alert.firing", `{"alertname":"Slow","fingerprint":"f1","severity":"warning"}`)
		e.Source, e.Subject = "alertmanager/eu", "service/db"
		w.hears(e)
		w.fault("web", false)
		if open := w.still(); !slices.Equal(open, []string{"incident/1 service/db", "incident/2 service/web"}) {
			t.Errorf("open: %v", open)
		}
	})
}

// Over random graphs, with rings, and random orders of faults and recoveries: two open incidents of which
// one depends on the other never both suffer, each service that fails is a live symptom of exactly one open
// incident, none that is well is, and when all are well nothing is left.
func TestOverRandomGraphsNoFaultIsLostOrToldTwice(t *testing.T) {
	d := dbtest.SQLite(t)
	chance := rand.New(rand.NewPCG(17, 209))
	w := fresh(t, d)
	for round := range 25 {
		n := 3 + chance.IntN(6)
		var pairs, names []string
		for i := range n {
			names = append(names, fmt.Sprintf("r%ds%d", round, i))
		}
		for range n + chance.IntN(n) {
			pairs = append(pairs, names[chance.IntN(n)]+" "+names[chance.IntN(n)])
		}
		w.needing(pairs...)
		bad := map[string]bool{}
		for step := range 3 * n {
			name := names[chance.IntN(n)]
			bad[name] = !bad[name]
			w.fault(name, !bad[name])
			w.pass(time.Duration(chance.IntN(200)) * time.Second)
			w.settle()
			w.agrees(fmt.Sprintf("round %d step %d %v", round, step, pairs), names, bad)
		}
		for _, name := range names {
			if bad[name] {
				w.fault(name, true)
			}
		}
		for range 3 {
			w.pass(3 * time.Minute)
			w.settle()
		}
		if open := w.still(); len(open) != 0 {
			t.Fatalf("round %d %v: all is well, and open is %v", round, pairs, open)
		}
	}
}

func (w *world) agrees(when string, names []string, bad map[string]bool) {
	w.t.Helper()
	held := map[prentice.Ref]int{}
	err := w.s.write(w.t.Context(), func(tx *db.Tx, _ time.Time) error {
		list, err := symptomsWhere(tx, `gone = 0 AND incident IN (SELECT number FROM incidents WHERE closed = 0)`)
		for _, y := range list {
			about := y.about
			if about == "" {
				if err := tx.QueryRow(`SELECT i.subject FROM incidents i JOIN incident_symptoms s ON s.incident = i.number WHERE s.event = ? AND i.closed = 0 AND s.gone = 0 AND s.about = ''`, []any{y.event}, &about); err != nil {
					return err
				}
			}
			held[about]++
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range names {
		want := 0
		if bad[name] {
			want = 1
		}
		if got := held[prentice.NewRef("service", name)]; got != want {
			w.t.Fatalf("%s: %s fails %v, and %d incidents have it", when, name, bad[name], got)
		}
	}
	list, err := w.s.incidents(w.t.Context(), `closed = 0 AND well_since = 0`)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range list {
		for _, b := range list {
			if slices.Contains(w.s.Depends.Causes(a.Subject), b.Subject) {
				w.t.Fatalf("%s: %s of %s and %s of %s are both open", when, a.Ref, a.Subject, b.Ref, b.Subject)
			}
		}
	}
}
