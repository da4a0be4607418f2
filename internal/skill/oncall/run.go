package oncall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
)

const (
	self   = prentice.Ref("self/prentice")
	source = "prentice/oncall"
	beat   = time.Second      // between two looks
	muted  = 15 * time.Second // before a silenced incident is looked at again
)

// heard is what is read of an event of an incident.
type heard struct {
	Incident prentice.Ref `json:"incident"`
	Quiet    bool         `json:"quiet"`
	Why      string       `json:"why"`
	Severity string       `json:"severity"`
	Owner    prentice.Ref `json:"owner"`
	Assignee prentice.Ref `json:"assignee"`
	Called   string       `json:"called"`
	Summary  string       `json:"summary"`
}

// Listen hears what becomes of incidents. It may be told the same again: one that is calling
// does not begin anew, and one that was answered is answered.
func (k *Desk) Listen(ctx context.Context, r prentice.EventRecord) error {
	if r.Event.Source != "prentice/support" || k.there() != nil {
		return nil
	}
	var d heard
	if json.Unmarshal(r.Event.Data, &d) != nil || d.Incident.Kind() != "incident" {
		return nil
	}
	number, err := strconv.ParseInt(d.Incident.Name(), 10, 64)
	if err != nil {
		return nil
	}
	now := k.Clock().UTC()
	about := Standing{Subject: r.Event.Subject, Title: d.Called, Severity: d.Severity, Owner: d.Owner}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		switch r.Event.Type {
		case "incident.opened":
			if p, _, found := k.Settings().PolicyOf(d.Owner); !found || !p.Opened || d.Quiet {
				return nil
			}
			return k.begin(tx, now, number, about, "the incident was opened")
		case "person.called":
			return k.begin(tx, now, number, about, d.Why)
		case "incident.unacknowledged", "incident.unassigned":
			e, err := escalationIn(tx, number)
			if err != nil || e == nil || e.State != Answered {
				return err
			}
			why := d.Why
			if why == "" {
				why = "it was given back"
			}
			return k.begin(tx, now, number, about, why)
		case "incident.acknowledged":
			return k.answer(tx, now, number, d.Assignee)
		case "incident.closed":
			return k.end(tx, number)
		}
		return nil
	})
}

// Run calls people when they are due, until ctx ends.
func (k *Desk) Run(ctx context.Context) error {
	if k.there() != nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := k.round(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("call people", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-k.wake:
		case <-tick.C:
		}
	}
	return nil
}

func (k *Desk) ring() {
	select {
	case k.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// round does all that is due. One escalation that cannot be gone on with holds up no other.
func (k *Desk) round(ctx context.Context) error {
	now := k.Clock().UTC()
	if err := k.mark(ctx, now); err != nil {
		return err
	}
	due, err := k.escalations(ctx, `state = 'calling' AND due <= ? ORDER BY due, incident LIMIT 200`, db.Micros(now))
	if err != nil {
		return err
	}
	for _, e := range due {
		if err := k.advance(ctx, now, e); err != nil && ctx.Err() == nil {
			k.Log.Error("call people", "incident", e.Incident, "err", err)
		}
	}
	held, err := k.escalations(ctx, `state = 'answered' ORDER BY incident LIMIT 500`)
	if err != nil {
		return err
	}
	for _, e := range held {
		if err := k.tend(ctx, now, e); err != nil && ctx.Err() == nil {
			k.Log.Error("call people", "incident", e.Incident, "err", err)
		}
	}
	return k.ringAgain(ctx, now)
}

// advance does the next step of one escalation. What the incident is like is asked at that
// moment: its news may still be on their way.
func (k *Desk) advance(ctx context.Context, now time.Time, e Escalation) error {
	about, err := k.Incident(ctx, e.Incident)
	if err != nil {
		return err
	}
	over, err := k.overrides(ctx, now)
	if err != nil {
		return err
	}
	settings := k.Settings()
	policy, found := settings.Policy(e.Policy)
	if !found {
		policy, _, found = settings.PolicyOf(about.Owner)
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		at, err := escalationIn(tx, e.Incident)
		if err != nil || at == nil || at.State != Calling || at.Turn != e.Turn || at.Round != e.Round || at.Step != e.Step {
			return err // another was faster
		}
		switch {
		case !about.Open:
			at.State, at.Due = Over, time.Time{}
			return saveEscalation(tx, at)
		case about.Acked:
			at.Due = now.Add(beat) // its news are on their way
			return saveEscalation(tx, at)
		case about.Muted:
			at.Due = now.Add(muted)
			return saveEscalation(tx, at)
		case !found:
			return k.exhaust(tx, now, at, about, "oncall.yaml has no policy for it any more")
		}
		place, more := policy.Next(settings, rota.Place{Round: at.Round, Step: at.Step}, now)
		if !more {
			return k.exhaust(tx, now, at, about, fmt.Sprintf("all steps of policy %s were gone through, %d times", policy.Name, policy.Repeat+1))
		}
		return k.step(tx, now, at, about, policy, place, callees(settings, policy.Steps[place.Step], now, over))
	})
}

// step calls those of one step. A step that reaches no one is over at once.
func (k *Desk) step(tx *db.Tx, now time.Time, e *Escalation, about Standing, policy rota.Policy, place rota.Place, list []Page) error {
	reached := 0
	for _, p := range list {
		p.Incident, p.Turn, p.Round, p.Step, p.At = incidentRef(e.Incident), e.Turn, place.Round, place.Step, now
		p.Why = fmt.Sprintf("%s (step %d of policy %s%s); %s", p.Why, place.Step+1, policy.Name, inRound(place.Round), e.Why)
		if p.Who != "" {
			reached++
		}
		if err := k.page(tx, now, e, about, p); err != nil {
			return err
		}
	}
	e.Round, e.Step, e.Due = place.Round, place.Step+1, now.Add(policy.Steps[place.Step].Wait)
	if reached == 0 {
		e.Due = now
		tx.After(k.ring)
	}
	return saveEscalation(tx, e)
}

func inRound(round int) string {
	if round == 0 {
		return ""
	}
	return fmt.Sprintf(", round %d", round+1)
}

// page keeps one page and tells it, in one write.
func (k *Desk) page(tx *db.Tx, now time.Time, e *Escalation, about Standing, p Page) (err error) {
	if p.Number, err = tx.Next("oncall_page"); err != nil {
		return err
	}
	p.Ref = pageRef(p.Number)
	rings, next := int64(1), int64(0)
	if p.Who == "" {
		rings = 0
	} else if p.again > 0 {
		next = db.Micros(now.Add(p.again))
	}
	if p.Who != "" { // one page of each person rings at a time
		if _, err := tx.Exec(`UPDATE oncall_pages SET next_ring = 0 WHERE incident = ? AND who = ? AND next_ring > 0`, e.Incident, string(p.Who)); err != nil {
			return err
		}
	}
	each := 0
	if p.each {
		each = 1
	}
	n, err := tx.Exec(`INSERT INTO oncall_pages (`+pageColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '') ON CONFLICT (incident, turn, round, step, target, who) DO NOTHING`,
		p.Number, e.Incident, p.Turn, p.Round, p.Step, string(p.Target), string(p.Who), p.Why, db.Micros(now), rings, p.again.Microseconds(), each, next)
	if err != nil || n == 0 {
		return err
	}
	refs := []prentice.Ref{incidentRef(e.Incident), p.Ref}
	if p.Who != "" {
		refs = append(refs, p.Who)
	}
	if err := k.Record(tx, now, prentice.Note{Kind: "oncall.paged", Actor: self, Refs: refs, Data: map[string]any{"target": p.Target, "who": p.Who, "why": p.Why}}); err != nil || p.Who == "" {
		return err
	}
	return k.tell(tx, now, about, p, 1)
}

// tell tells the notices of a page. Each ring of it is one event, known by its id.
func (k *Desk) tell(tx *db.Tx, now time.Time, about Standing, p Page, ring int64) error {
	data := map[string]any{"incident": p.Incident, "called": about.Title, "severity": about.Severity, "owner": about.Owner, "why": p.Why, "for": p.Who, "count": ring}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return k.Tell(tx, prentice.Event{ID: fmt.Sprintf("%s ring %d", p.Ref, ring), Source: source, Type: "oncall.page", Subject: about.Subject, Time: now, Data: raw})
}

// exhaust ends the calling without an answer, and tells it by the routes of incidents.
func (k *Desk) exhaust(tx *db.Tx, now time.Time, e *Escalation, about Standing, why string) error {
	e.State, e.Due = Exhausted, time.Time{}
	if err := errors.Join(saveEscalation(tx, e), quietAll(tx, e.Incident, false)); err != nil {
		return err
	}
	ref := incidentRef(e.Incident)
	if err := k.Record(tx, now, prentice.Note{Kind: "escalation.exhausted", Actor: self, Refs: []prentice.Ref{ref}, Data: map[string]any{"why": why}}); err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"incident": ref, "called": about.Title, "severity": about.Severity, "owner": about.Owner, "why": why})
	if err != nil {
		return err
	}
	return k.Tell(tx, prentice.Event{ID: fmt.Sprintf("%s exhausted %d", ref, e.Turn), Source: source, Type: "oncall.exhausted", Subject: about.Subject, Time: now, Data: raw})
}

// ringAgain sends the pages that are not answered once more.
func (k *Desk) ringAgain(ctx context.Context, now time.Time) error {
	due, err := k.pages(ctx, `next_ring > 0 AND next_ring <= ? ORDER BY next_ring, number LIMIT 500`, db.Micros(now))
	if err != nil {
		return err
	}
	for _, p := range due {
		number, _ := strconv.ParseInt(p.Incident.Name(), 10, 64)
		about, err := k.Incident(ctx, number)
		if err != nil {
			return err
		}
		err = k.DB.Write(ctx, func(tx *db.Tx) error {
			next := db.Micros(now.Add(p.again))
			if !about.Open || p.Rings+1 >= mostRings {
				next = 0
			}
			rings := p.Rings + 1
			if !about.Open || about.Muted {
				rings = p.Rings
			}
			n, err := tx.Exec(`UPDATE oncall_pages SET rings = ?, next_ring = ? WHERE number = ? AND rings = ? AND next_ring = ?`, rings, next, p.Number, p.Rings, db.Micros(p.NextRing))
			if err != nil || n == 0 || rings == p.Rings {
				return err
			}
			return k.tell(tx, now, about, p, rings)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tend looks at one that was answered: whether the answer has lapsed, and whether people who
// wait for word have waited too long.
func (k *Desk) tend(ctx context.Context, now time.Time, e Escalation) error {
	if !e.Lapse.IsZero() && !e.Lapse.After(now) {
		if err := k.Lapse(ctx, e.Incident, fmt.Sprintf("%s answered at %s, and it is still open", e.AnsweredBy, e.Answered.Format("15:04 UTC"))); err != nil {
			return err
		}
		return k.DB.Write(ctx, func(tx *db.Tx) error { // Listen begins it anew
			_, err := tx.Exec(`UPDATE oncall_escalations SET lapse = 0 WHERE incident = ? AND turn = ? AND lapse = ?`, e.Incident, e.Turn, db.Micros(e.Lapse))
			return err
		})
	}
	settings := k.Settings()
	v, found := settings.SeverityOf(e.Severity)
	if !found || v.Update == 0 || e.AnsweredBy.Kind() != string(prentice.Person) {
		return nil
	}
	about, err := k.Incident(ctx, e.Incident)
	if err != nil || !about.Open {
		return err
	}
	due := settings.Due(v, latest(e.Begun, e.Answered, about.LastWord), v.Update)
	if due.After(now) || !due.After(e.nudged) {
		return nil
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE oncall_escalations SET nudged = ? WHERE incident = ? AND turn = ? AND nudged = ?`, db.Micros(due), e.Incident, e.Turn, db.Micros(e.nudged))
		if err != nil || n == 0 {
			return err
		}
		p := Page{Incident: incidentRef(e.Incident), Who: e.AnsweredBy, Ref: prentice.Ref(fmt.Sprintf("%s/update/%d", incidentRef(e.Incident), db.Micros(due)))}
		p.Why = fmt.Sprintf("word of how it stands was due at %s: %s is told of every %s", due.Format("15:04 UTC"), v.Name, v.Update)
		return k.tell(tx, now, about, p, 1)
	})
}

func latest(list ...time.Time) (last time.Time) {
	for _, t := range list {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// numberOf reads the number of an incident.
func numberOf(kind, text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, kind+"/"), 10, 64)
	if err != nil || n < 1 {
		return 0, prentice.Errorf(prentice.Invalid, "%.80q is not one of kind %s", text, kind).Try("write %s/7 or 7", kind)
	}
	return n, nil
}
