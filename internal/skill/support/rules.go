package support

import (
	"encoding/json"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// The times that rules wait unless they are set.
const (
	DefaultQuiet    = 2 * time.Minute  // a service must stay well so long before its incident closes by itself
	DefaultLag      = 15 * time.Minute // anyone who tells of a symptom may take so long to tell of its end, once a run is verified
	DefaultPatience = 2 * time.Minute  // a symptom that counts itself may stay unmatched so long before a person is called
)

// wellAgain says whether a service has stayed well long enough to close its
// incident without a verified run. While a run acts, no one can tell who helped;
// one that waits for people does nothing and holds up nothing.
func wellAgain(now, wellSince time.Time, acting int, quiet time.Duration) bool {
	return !wellSince.IsZero() && acting == 0 && now.Sub(wellSince) >= quiet
}

// counts says whether a symptom counts itself, as a probe counts its failures in
// a row. Where the first matches nothing, the third may, so the first wakes
// no one; other symptoms that match nothing call a person at once.
func counts(e prentice.Event) bool {
	var data struct {
		Consecutive *json.Number `json:"consecutive"`
	}
	return json.Unmarshal(e.Data, &data) == nil && data.Consecutive != nil
}

// nobodyComes says whether it is time to call a person for a fault that nothing
// has matched, or that a verified run has not ended.
func nobodyComes(now, callAt time.Time, runs int, verified bool) bool {
	return !callAt.IsZero() && (runs == 0 || verified) && !now.Before(callAt)
}

// stateOf is where an incident stands.
func stateOf(closed, wellSince time.Time, openRuns int) State {
	switch {
	case !closed.IsZero():
		return Closed
	case openRuns > 0:
		return Fixing
	case !wellSince.IsZero():
		return Watching
	default:
		return Open
	}
}

// relieved is since when an incident has nothing left to fix; zero while it has.
func relieved(in Incident) time.Time {
	if !in.Closed.IsZero() {
		return in.Closed
	}
	return in.WellSince
}

// acts says whether a run in this state may be changing the world.
func acts(s prentice.State) bool { return !s.Ended() && s != prentice.Waiting }

// needsPerson says whether a run that ended so leaves the fault to people. Who
// cancelled it is there already, and an unverified run may have helped: the
// symptoms will tell. A run that did nothing wakes no one once the symptoms are
// gone: it was refused, or no one answered, because there was no need any more.
func needsPerson(s prentice.State, well bool) bool {
	return s.Harmful() || !well && (s == prentice.RunRefused || s == prentice.Expired)
}

// choice is what the checks of several procedures lead to: one to start, or "".
type choice struct {
	start string
	says  string
}

// choose starts a procedure only when its checks alone fit. Two that fit are two
// opinions about the fault, and a person must decide.
func choose(seen []run.Diagnosis) choice {
	var fit []string
	for _, d := range seen {
		if d.Fits {
			fit = append(fit, d.Procedure)
		}
	}
	switch len(fit) {
	case 0:
		return choice{says: "none fits: " + whatChecksSaw(seen)}
	case 1:
		return choice{start: fit[0], says: "only the checks of " + fit[0] + " fit: " + whatChecksSaw(seen)}
	default:
		return choice{says: "several fit, and a person must choose between " + strings.Join(fit, " and ") + ": " + whatChecksSaw(seen)}
	}
}

func whatChecksSaw(seen []run.Diagnosis) string {
	words := make([]string, len(seen))
	for i, d := range seen {
		words[i] = d.Procedure + " (" + clip(d.Says, 300) + ")"
	}
	return strings.Join(words, "; ")
}

// happened is when an event happened, for a timeline. A sender's clock is
// believed within a day before ours; no event lies in the future.
func happened(e prentice.Event, now time.Time) time.Time {
	if e.Time.IsZero() || e.Time.After(now) || now.Sub(e.Time) > 24*time.Hour {
		return now
	}
	return e.Time.UTC()
}
