package availability

import (
	"strings"
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestOnlyTheFailureThatMakesItDownSaysSo(t *testing.T) {
	s := newService(t)
	s.sick.Store(true)
	w := watch(t, nil, serviceOf("checkout", probeOf("web", "http", s.URL)))
	w.until("three failures are told", func() bool { return len(w.heard("probe.failed")) >= 3 })
	for i, down := range []bool{false, false, true} {
		if got := w.heard("probe.failed")[i]; got["down"] != down || got["fail_after"] != 3.0 {
			t.Errorf("failure %d: %v", i+1, got)
		}
	}
}

func TestAProbeThatIsEditedRenamedOrRemovedEndsWhatItTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		s, well := newService(t), newService(t)
		s.sick.Store(true)
		failing := probeOf("web", "http", s.URL)
		w := watch(t, d, serviceOf("edited", failing), serviceOf("renamed", failing), serviceOf("removed", failing), serviceOf("kept", failing))
		for _, name := range []string{"edited", "renamed", "removed", "kept"} {
			w.untilStands(name, Down)
		}
		quicker := failing
		quicker.FailAfter = 1 // is no other question
		w.change(serviceOf("edited", probeOf("web", "http", well.URL)), serviceOf("renamed", probeOf("www", "http", s.URL)), serviceOf("kept", quicker))
		w.until("three are told to be gone", func() bool { return len(w.heard("probe.removed")) == 3 })
		for _, e := range w.heard("probe.removed") {
			says, _ := e["says"].(string)
			if e["probe"] != "web" || e["service"] == "kept" || e["service"] == "edited" != strings.Contains(says, "asks something else now") {
				t.Errorf("told %v", e)
			}
		}
		w.change(serviceOf("removed", failing), serviceOf("kept", failing))
		w.until("what comes back and fails is told afresh", func() bool {
			n := 0
			for _, e := range w.heard("probe.failed") {
				if e["service"] == "removed" && e["consecutive"] == 1.0 {
					n++
				}
			}
			return n == 2
		})
	})
}

// The catalog may be edited while no one is there.
func TestAProbeThatIsRemovedBetweenTwoProcessesEndsWhatItTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		s := newService(t)
		s.sick.Store(true)
		w := watch(t, d, serviceOf("checkout", probeOf("web", "http", s.URL)))
		w.untilStands("checkout", Down)
		w.stop()
		w = watch(t, d)
		w.until("it is told to be gone", func() bool { return len(w.heard("probe.removed")) == 1 })
		w.until("its state is forgotten", func() bool { states, err := w.kept.states(t.Context()); return err == nil && len(states) == 0 })
	})
}
