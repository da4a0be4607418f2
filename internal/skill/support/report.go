package support

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// Report is what is known of an incident, drafted for the review after it. People complete it: what is not
// known is said to be so.
type Report struct {
	Incident  Detail     `json:"incident"`
	Changes   Changes    `json:"changes"`
	Followups []Followup `json:"followups"`
	Found     string     `json:"found"`    // by whom it was seen first
	Spent     []string   `json:"spent"`    // of the budgets of its objectives
	Alone     Alone      `json:"alone"`    // what such faults do by themselves
	Unknown   []string   `json:"unknown"`  // that a person has to add
	Affected  []string   `json:"affected"` // things that had symptoms
	Answered  string     `json:"answered,omitempty"`
}

// Alone is how earlier faults of the same thing went in which no run acted.
type Alone struct {
	Faults    int           `json:"faults"`    // earlier ones of the same thing, that are over
	Untouched int           `json:"untouched"` // of those, without a run that acted
	Recovered int           `json:"recovered"` // of the untouched, those that went away by themselves
	Median    time.Duration `json:"median"`    // of how long those lasted
}

// leastAlone is of how many faults something is said of what such faults do.
const leastAlone = 5

func (a Alone) String() string {
	if a.Untouched < leastAlone {
		return fmt.Sprintf("Whether it would have gone away by itself is not known: of earlier faults of the same thing, %d are over in which no run acted, and %d are needed.", a.Untouched, leastAlone)
	}
	return fmt.Sprintf("Of %d earlier faults of the same thing in which no run acted, %d went away by themselves, half of them within %s.", a.Untouched, a.Recovered, long(a.Median))
}

func (s *Support) reportOps() []op.Op {
	return []op.Op{
		op.New("incident.report", prentice.Look, prentice.Viewer, "Draft the report of an incident from its evidence, as Markdown.", s.incidentReport).
			WithExample("prentice incident report incident/17").
			WithHelp("What happened, by the evidence; how long it lasted, and what of the budgets went; what changed before; what was done, and who approved it; what such faults do by themselves; and what is to be done. What is not known is said to be so: a person adds it."),
		s.handoverOp(),
	}
}

func (s *Support) incidentReport(ctx context.Context, c op.Call, in which) (Report, error) {
	if err := s.ready(); err != nil {
		return Report{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Report{}, err
	}
	r := Report{Spent: []string{}, Unknown: []string{}, Affected: []string{}}
	if r.Incident, err = s.detail(ctx, number, c.Now); err != nil {
		return r, err
	}
	i := r.Incident.Incident
	if r.Followups, err = s.followups(ctx, c.Now, `f.incident = ? ORDER BY f.number`, number); err != nil {
		return r, err
	}
	if s.Evidence != nil {
		if r.Changes, err = s.changesBefore(ctx, i, usualLook); err != nil {
			return r, err
		}
	}
	if r.Alone, err = s.alone(ctx, i); err != nil {
		return r, err
	}
	if s.Spent != nil {
		until := i.Closed
		if until.IsZero() {
			until = c.Now
		}
		if r.Spent, err = s.Spent(ctx, i.Subject, i.FirstSymptom, until); err != nil {
			return r, err
		}
	}
	r.complete()
	return r, nil
}

// complete says what follows from the rest, and what a person has to add.
func (r *Report) complete() {
	d := r.Incident
	seen := map[prentice.Ref]bool{}
	for _, y := range d.Symptoms {
		about := y.About
		if about == "" {
			about = d.Subject
		}
		if !seen[about] {
			seen[about] = true
			r.Affected = append(r.Affected, string(about))
		}
	}
	r.Found = "by an alert or a probe"
	for _, l := range d.Timeline {
		if l.Kind == "opened" && l.Actor != self {
			r.Found = "by a person: " + string(l.Actor)
		}
		if r.Answered == "" && l.Kind == "holder" && strings.HasPrefix(l.Says, "acknowledged") {
			r.Answered = long(l.After)
		}
	}
	r.Unknown = append(r.Unknown, "How many people were hit, and how: prentice does not see them.", "What the causes were, and what made it harder or easier to see.")
	if len(r.Spent) == 0 {
		r.Unknown = append(r.Unknown, "What of a budget went: no objective of "+string(d.Subject)+" counted it.")
	}
	if len(r.Followups) == 0 {
		r.Unknown = append(r.Unknown, "What is to be done: write it down with prentice followup add "+string(d.Ref)+" '…' --owner NAME.")
	}
	if d.Closed.IsZero() {
		r.Unknown = append(r.Unknown, "How it ends: it is open.")
	}
}

// alone reads how earlier faults of the same thing went.
func (s *Support) alone(ctx context.Context, in Incident) (a Alone, err error) {
	list, err := s.incidents(ctx, `subject = ? AND closed > 0 AND number < ? AND how <> ? ORDER BY number DESC LIMIT 500`, string(in.Subject), in.Number, byCause)
	if err != nil {
		return a, err
	}
	acted := map[int64]bool{}
	rows, err := s.DB.Query(ctx, `SELECT DISTINCT r.incident FROM incident_runs r JOIN incidents i ON i.number = r.incident WHERE i.subject = ? AND r.state NOT IN (?, ?, ?)`,
		string(in.Subject), string(prentice.RunRefused), string(prentice.Expired), string(prentice.Cancelled))
	numbers, err := db.List(rows, err, func(scan func(...any) error, n *int64) error { return scan(n) }, func(*int64, error) {})
	if err != nil {
		return a, fmt.Errorf("read which faults had runs: %w", err)
	}
	for _, n := range numbers {
		acted[n] = true
	}
	return aloneOf(list, acted), nil
}

func aloneOf(list []Incident, acted map[int64]bool) (a Alone) {
	var lasted []time.Duration
	for _, i := range list {
		a.Faults++
		if acted[i.Number] {
			continue
		}
		a.Untouched++
		if i.How == byItself && !i.WellSince.IsZero() {
			a.Recovered++
			lasted = append(lasted, max(0, i.WellSince.Sub(i.FirstSymptom)))
		}
	}
	a.Median = median(lasted)
	return a
}
