package environment

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Looked is what is known of a service at a moment: what the back end says, what its health
// was asked, and what is remembered of it.
type Looked struct {
	State
	Begun  bool // the back end knows it
	Done   bool // it was to end and did, with code 0
	Pulse  Pulse
	Begins int       // how often this process began it
	Last   time.Time // when it did so last
}

// Todo is what is to be done next.
type Todo struct {
	Start []string      // services that can begin now
	Fail  string        // why it cannot become ready, or ""
	Ready bool          // all services are as they are to be
	Waits string        // for what it waits
	In    time.Duration // when to look again at the latest; 0 is as always
	Seen  []Seen
}

// mostBegins is how often a service is begun before it is ready: one that ends again and
// again says so, and does not go on for ever.
const mostBegins = 5

// Next says what to do with the services of an environment. It decides by what was looked at
// alone, so that a process that begins with an environment that another left does the same.
func Next(s Spec, ready bool, looked map[string]Looked, now time.Time) (t Todo) {
	t.Ready = true
	var waits []string
	for _, one := range s.Services {
		at := looked[one.Name]
		seen := Seen{Service: one.Name, State: standing(one, at), Since: at.Since, Restarts: at.Restarts + max(0, at.Begins-1), Version: at.Version, Done: at.Done, Says: at.Said}
		switch seen.State {
		case Running, Well:
		case Done:
			if of := s.seeds(one.Name); of != "" {
				seen.Says = "the data of " + of + " begins with what it makes"
			}
		case Starting:
			t.Ready = false
			waits = append(waits, one.Name+" to be healthy")
		case Unwell:
			t.Ready = false
			seen.Says = cmp.Or(at.Pulse.Says, "its health check fails")
			if !ready {
				t.fail("%s is unhealthy: %s", one.Name, seen.Says)
			}
		case Waiting:
			t.Ready = false
			may, why, never := mayBegin(s, one, looked)
			switch {
			case never != "":
				t.fail("%s cannot begin: %s", one.Name, never)
			case may:
				t.Start = append(t.Start, one.Name)
			default:
				seen.Says = why
				waits = append(waits, why)
			}
		case Gone:
			t.Ready = false
			again, in := goesAgain(one, at, ready, now)
			seen.Says = endedSays(at)
			switch {
			case again && in == 0:
				t.Start = append(t.Start, one.Name)
			case again:
				t.In = sooner(t.In, in)
				waits = append(waits, one.Name+", which is begun again")
			case !ready:
				t.fail("%s %s", one.Name, seen.Says)
			}
		}
		t.Seen = append(t.Seen, seen)
	}
	slices.Sort(waits)
	if waits = slices.Compact(waits); len(waits) > 0 {
		t.Waits = "waits for " + waits[0]
		if len(waits) > 1 {
			t.Waits += fmt.Sprintf(" and %d more", len(waits)-1)
		}
	}
	return t
}

func (t *Todo) fail(format string, args ...any) {
	if t.Fail == "" {
		t.Fail = fmt.Sprintf(format, args...)
	}
}

func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}

// standing is how a service is, in a word.
func standing(one Service, at Looked) Standing {
	switch {
	case at.Done:
		return Done
	case !at.Begun:
		return Waiting
	case !at.Running && at.Code == 0 && at.Said == "" && !at.Killed && (one.Once || one.Restart == Never || one.Restart == OnFailure):
		return Done
	case !at.Running:
		return Gone
	case one.Health == nil:
		return Running
	case at.Pulse.Well:
		return Well
	case at.Pulse.Failed:
		return Unwell
	}
	return Starting
}

// mayBegin says whether all that a service waits for is there; why it waits; and why that
// will never be.
func mayBegin(s Spec, one Service, looked map[string]Looked) (may bool, why, never string) {
	names := make([]string, 0, len(one.After))
	for name := range one.After {
		names = append(names, name)
	}
	slices.Sort(names)
	may = true
	for _, name := range names {
		other := s.Service(name)
		if other == nil {
			return false, "", "it waits for " + name + ", which is no service here"
		}
		at := looked[name]
		is := standing(*other, at)
		switch one.After[name] {
		case Healthy:
			if is == Well || other.Health == nil && is == Running {
				continue
			}
			if is == Done {
				return false, "", name + " ended, and was to be healthy"
			}
			why = name + " to be healthy"
		case Completed:
			if is == Done {
				continue
			}
			why = name + " to end"
		default:
			if is != Waiting && is != Gone {
				continue
			}
			why = name + " to begin"
		}
		may = false
	}
	return may, why, ""
}

// goesAgain says whether a service that ended is begun again, and in how long. Once an
// environment is ready, what was lost with its process comes back as its policy says.
func goesAgain(one Service, at Looked, ready bool, now time.Time) (again bool, in time.Duration) {
	switch one.Restart {
	case Always, UnlessStopped:
	case OnFailure:
		if at.Code == 0 && !at.Killed && at.Said == "" {
			return false, 0
		}
	default:
		return false, 0
	}
	if !ready && at.Begins >= mostBegins {
		return false, 0
	}
	wait := min(100*time.Millisecond<<min(at.Begins, 10), time.Minute)
	if left := wait - now.Sub(at.Last); left > 0 {
		return true, left
	}
	return true, 0
}

func endedSays(at Looked) string {
	switch {
	case at.Said != "":
		return "could not begin: " + at.Said
	case at.Killed:
		return "was ended as it used more memory than it may"
	case at.Begins >= mostBegins:
		return fmt.Sprintf("ended with code %d, %d times", at.Code, at.Begins)
	}
	return fmt.Sprintf("ended with code %d", at.Code)
}
