package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/op"
)

const (
	longestLook  = 30 * 24 * time.Hour
	usualLook    = 24 * time.Hour
	mostNear     = 60  // things whose evidence is read
	mostEvidence = 500 // of evidence about each
	mostChanges  = 50  // that are listed
	afterFirst   = time.Minute
)

// changed are the kinds of evidence that say that something was changed, and how that is told; the last are
// of everything, whatever they name.
var changed = map[string]string{
	"run.started":        "a run began",
	"run.break-glass":    "a run went past its approvals",
	"release.created":    "a release was made",
	"team.changed":       "the files of the team were changed",
	"team.released":      "the files of the team were let go on",
	"flag.overridden":    "a flag was overridden",
	"flag.restored":      "a flag was restored",
	"policy.adopted":     "a policy was adopted",
	"secret.set":         "a secret was set",
	"secret.rotated":     "a secret was given a new value",
	"secret.removed":     "a secret was removed",
	"maintenance.done":   "maintenance was done",
	"queue.landed":       "a change landed",
	"push.taken":         "commits were pushed",
	"limit.overridden":   "a limit was overridden",
	"host.key-accepted":  "the key of a host was accepted",
	"prototype.promoted": "a prototype was promoted",
	"work.resumed":       "work was let go on",
}

// ofEverything may concern whatever there is.
var ofEverything = []string{"team.changed", "team.released", "policy.adopted", "secret.set", "secret.rotated", "secret.removed", "flag.overridden", "flag.restored", "work.resumed"}

type incidentChangesIn struct {
	which
	Within time.Duration `json:"within,omitempty" doc:"How long before the first symptom to look, at most 30 days; a day unless you say so." example:"6h"`
}

func (s *Support) changeOps() []op.Op {
	return []op.Op{
		op.New("incident.changes", prentice.Look, prentice.Viewer, "List what was changed before an incident, the nearest first.", s.incidentChanges).
			WithExample("prentice incident changes incident/17").
			WithHelp("Runs, releases, flags, files of the team, policies, secrets and maintenance, on what is ill, on what it depends on and on what depends on it. " +
				"Each is weighed by its reach (1 for what is ill, 0.8 for each step along what it depends on, 0.3 for each step to what depends on it, 0.4 for what may concern everything) and by time: half an hour before the first symptom it counts for half. " +
				"What stands first is no proof: it is where to look first."),
	}
}

func (s *Support) incidentChanges(ctx context.Context, _ op.Call, in incidentChangesIn) (Changes, error) {
	if err := s.ready(); err != nil {
		return Changes{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Changes{}, err
	}
	if in.Within < 0 || in.Within > longestLook {
		return Changes{}, prentice.Errorf(prentice.Invalid, "%s is no time to look back over", in.Within).Try("say one of up to 720h, such as --within 6h")
	}
	if in.Within == 0 {
		in.Within = usualLook
	}
	found, err := s.incidents(ctx, `number = ?`, number)
	if err != nil {
		return Changes{}, err
	}
	if len(found) == 0 {
		return Changes{}, noIncident(number)
	}
	return s.changesBefore(ctx, found[0], in.Within)
}

// changesBefore reads what was changed on the neighbourhood of an incident.
func (s *Support) changesBefore(ctx context.Context, in Incident, within time.Duration) (Changes, error) {
	c := Changes{Incident: in.Ref, Subject: in.Subject, First: in.FirstSymptom, From: in.FirstSymptom.Add(-within), Changes: []Change{}}
	if s.Evidence == nil {
		return c, prentice.Errorf(prentice.Unavailable, "there is no evidence here").Try("start the server with: prentice up")
	}
	around := []Neighbour{{Ref: in.Subject}}
	if s.Around != nil {
		around = append(around, s.Around(in.Subject)...)
	}
	seen := map[int64]bool{}
	take := func(f ledger.Filter, reach float64, says string) error {
		f.Since, f.Limit = c.From, mostEvidence
		lines, err := s.Evidence(ctx, f)
		if err != nil {
			return fmt.Errorf("read what was changed: %w", err)
		}
		c.More = c.More || len(lines) == mostEvidence
		for _, e := range lines {
			if one, is := s.changeOf(ctx, in, e, reach, says); is && !seen[e.Seq] {
				seen[e.Seq] = true
				c.Changes = append(c.Changes, one)
			}
		}
		return nil
	}
	for _, n := range around[:min(mostNear, len(around))] {
		c.Looked = append(c.Looked, n.Ref)
		reach, says := n.reach(in.Subject)
		if err := take(ledger.Filter{Ref: n.Ref}, reach, says); err != nil {
			return c, err
		}
	}
	for _, kind := range ofEverything {
		if err := take(ledger.Filter{Kind: kind}, wholeTeam, "it may concern everything"); err != nil {
			return c, err
		}
	}
	c.More = c.More || len(around) > mostNear || len(c.Changes) > mostChanges
	c.Changes = ranked(c.Changes)
	c.Changes = c.Changes[:min(len(c.Changes), mostChanges)]
	return c, nil
}

// changeOf is a line of evidence as a change before an incident; false is none. What came of the incident
// is not before it, and what only looks changes nothing.
func (s *Support) changeOf(ctx context.Context, in Incident, e prentice.Evidence, reach float64, says string) (Change, bool) {
	what, is := changed[e.Kind]
	before := in.FirstSymptom.Sub(e.Time)
	if !is || before < -afterFirst || slices.Contains(e.Refs, in.Ref) || strings.HasPrefix(e.Kind, "run.") && s.onlyLooks(ctx, e.Refs) {
		return Change{}, false
	}
	var data struct {
		Says   string `json:"says"`
		Reason string `json:"reason"`
	}
	_ = json.Unmarshal(e.Data, &data) // data of another shape says nothing
	if data.Says == "" {
		data.Says = data.Reason
	}
	return Change{At: e.Time, Before: before, What: what, Says: clip(data.Says, 300), By: e.Actor, About: e.Refs, Reach: says,
		Near: near(reach, before), Evidence: prentice.NewRef("evidence", fmt.Sprint(e.Seq)), seq: e.Seq}, true
}

// onlyLooks says whether the run that evidence is about changed nothing. One that is not known any more may have.
func (s *Support) onlyLooks(ctx context.Context, refs []prentice.Ref) bool {
	i := slices.IndexFunc(refs, func(r prentice.Ref) bool { return r.Kind() == "run" })
	if i < 0 || s.RiskOf == nil {
		return false
	}
	number, err := numberOf("run", string(refs[i]))
	if err != nil {
		return false
	}
	risk, err := s.RiskOf(ctx, number)
	return err == nil && risk == prentice.Look
}
