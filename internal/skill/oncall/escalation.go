package oncall

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
)

// The states of an escalation.
const (
	Calling   = "calling"   // people are called, step by step
	Answered  = "answered"  // someone has the incident
	Exhausted = "exhausted" // all steps were gone through, and no one answered
	Over      = "over"      // the incident is
)

// Escalation is the calling for one incident.
type Escalation struct {
	Incident   int64        `json:"incident"`
	Policy     string       `json:"policy"`
	Why        string       `json:"why"` // by which rule, and what began it
	Severity   string       `json:"severity,omitempty"`
	State      string       `json:"state"`
	Turn       int64        `json:"turn"` // how many times it began
	Round      int          `json:"round"`
	Step       int          `json:"step"` // that is next
	Due        time.Time    `json:"due,omitzero"`
	Begun      time.Time    `json:"begun"`
	Answered   time.Time    `json:"answered,omitzero"`
	AnsweredBy prentice.Ref `json:"answered_by,omitempty"`
	Lapse      time.Time    `json:"lapse,omitzero"` // when the answer ends

	nudged time.Time
}

// Page is one call of one person or channel.
type Page struct {
	Number     int64        `json:"number"`
	Ref        prentice.Ref `json:"ref"`
	Incident   prentice.Ref `json:"incident"`
	Turn       int64        `json:"turn"`
	Round      int          `json:"round"` // from 1
	Step       int          `json:"step"`  // from 1
	Target     prentice.Ref `json:"target"`
	Who        prentice.Ref `json:"who,omitempty"` // "" where no one was on call
	Why        string       `json:"why"`
	At         time.Time    `json:"at"`
	Rings      int64        `json:"rings"`
	NextRing   time.Time    `json:"next_ring,omitzero"`
	Answered   time.Time    `json:"answered,omitzero"`
	AnsweredBy prentice.Ref `json:"answered_by,omitempty"`

	again time.Duration
	each  bool
}

// mostRings is how often one page is sent.
const mostRings = 30

// Standing is how an incident stands, as the chapter that keeps it says.
type Standing struct {
	Subject  prentice.Ref
	Title    string
	Severity string
	Owner    prentice.Ref
	Open     bool
	Acked    bool
	Muted    bool
	LastWord time.Time // when a person last wrote something into its timeline
}

func incidentRef(n int64) prentice.Ref { return prentice.NewRef("incident", fmt.Sprint(n)) }
func pageRef(n int64) prentice.Ref     { return prentice.NewRef("page", fmt.Sprint(n)) }

const escalationColumns = `incident, policy, why, severity, state, turn, round, step, due, begun, answered, answered_by, lapse, nudged`

func scanEscalation(scan func(...any) error, e *Escalation) error {
	var due, begun, answered, lapse, nudged int64
	err := scan(&e.Incident, &e.Policy, &e.Why, &e.Severity, &e.State, &e.Turn, &e.Round, &e.Step, &due, &begun, &answered, &e.AnsweredBy, &lapse, &nudged)
	e.Due, e.Begun, e.Answered, e.Lapse, e.nudged = db.Time(due), db.Time(begun), db.Time(answered), db.Time(lapse), db.Time(nudged)
	return err
}

const pageColumns = `number, incident, turn, round, step, target, who, why, at, rings, again, each_one, next_ring, answered, answered_by`

func scanPage(scan func(...any) error, p *Page) error {
	var incident, at, again, each, next, answered int64
	err := scan(&p.Number, &incident, &p.Turn, &p.Round, &p.Step, &p.Target, &p.Who, &p.Why, &at, &p.Rings, &again, &each, &next, &answered, &p.AnsweredBy)
	p.Ref, p.Incident, p.Round, p.Step = pageRef(p.Number), incidentRef(incident), p.Round+1, p.Step+1
	p.At, p.NextRing, p.Answered = db.Time(at), db.Time(next), db.Time(answered)
	p.again, p.each = time.Duration(again)*time.Microsecond, each == 1
	return err
}

// escalationIn reads one within a write; nil is none.
func escalationIn(tx *db.Tx, incident int64) (*Escalation, error) {
	rows, err := tx.Query(`SELECT `+escalationColumns+` FROM oncall_escalations WHERE incident = ?`, incident)
	list, err := db.List(rows, err, scanEscalation, nil)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

func saveEscalation(tx *db.Tx, e *Escalation) error {
	_, err := tx.Exec(`INSERT INTO oncall_escalations (`+escalationColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (incident) DO UPDATE SET policy = excluded.policy, why = excluded.why, severity = excluded.severity, state = excluded.state, turn = excluded.turn, round = excluded.round, step = excluded.step,
		due = excluded.due, begun = excluded.begun, answered = excluded.answered, answered_by = excluded.answered_by, lapse = excluded.lapse, nudged = excluded.nudged`,
		e.Incident, e.Policy, e.Why, e.Severity, e.State, e.Turn, e.Round, e.Step, db.Micros(e.Due), db.Micros(e.Begun), db.Micros(e.Answered), string(e.AnsweredBy), db.Micros(e.Lapse), db.Micros(e.nudged))
	return err
}

func (k *Desk) escalations(ctx context.Context, where string, args ...any) ([]Escalation, error) {
	rows, err := k.DB.Query(ctx, `SELECT `+escalationColumns+` FROM oncall_escalations WHERE `+where, args...)
	list, err := db.List(rows, err, scanEscalation, nil)
	if err != nil {
		return nil, fmt.Errorf("read escalations: %w", err)
	}
	return list, nil
}

func (k *Desk) pages(ctx context.Context, where string, args ...any) ([]Page, error) {
	rows, err := k.DB.Query(ctx, `SELECT `+pageColumns+` FROM oncall_pages WHERE `+where, args...)
	list, err := db.List(rows, err, scanPage, nil)
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	return list, nil
}

// begin begins to call for an incident, or begins anew. One that is calling goes on as it is.
func (k *Desk) begin(tx *db.Tx, now time.Time, incident int64, about Standing, why string) error {
	policy, rule, found := k.Settings().PolicyOf(about.Owner)
	if !found {
		return nil
	}
	was, err := escalationIn(tx, incident)
	if err != nil || was != nil && was.State == Calling {
		return err
	}
	e := Escalation{Incident: incident, Policy: policy.Name, Why: why + "; " + rule, Severity: about.Severity, State: Calling, Turn: 1, Due: now, Begun: now}
	if was != nil {
		e.Turn, e.Begun, e.nudged = was.Turn+1, was.Begun, was.nudged
		if err := quietAll(tx, incident, true); err != nil { // who is called anew is told anew
			return err
		}
	}
	if err := saveEscalation(tx, &e); err != nil {
		return err
	}
	tx.After(k.ring)
	return k.Record(tx, now, prentice.Note{Kind: "escalation.begun", Actor: self, Refs: []prentice.Ref{incidentRef(incident)}, Data: map[string]any{"policy": e.Policy, "why": e.Why}})
}

// answer ends the calling: someone has the incident.
func (k *Desk) answer(tx *db.Tx, now time.Time, incident int64, by prentice.Ref) error {
	e, err := escalationIn(tx, incident)
	if err != nil || e == nil || e.State == Over {
		return err
	}
	e.State, e.Answered, e.AnsweredBy, e.Due, e.Lapse = Answered, now, by, time.Time{}, time.Time{}
	if p, found := k.Settings().Policy(e.Policy); found && p.Lapse > 0 {
		e.Lapse = now.Add(p.Lapse)
	}
	if err := saveEscalation(tx, e); err != nil {
		return err
	}
	if err := answerPages(tx, now, incident, by); err != nil {
		return err
	}
	return quietAll(tx, incident, false)
}

// answerPages writes down that someone answers the pages that were for them.
func answerPages(tx *db.Tx, now time.Time, incident int64, by prentice.Ref) error {
	_, err := tx.Exec(`UPDATE oncall_pages SET answered = ?, answered_by = ?, next_ring = 0 WHERE incident = ? AND who = ? AND answered = 0`, db.Micros(now), string(by), incident, string(by))
	return err
}

// quietAll sends the pages of an incident no more. Those whom each person answers for
// themselves go on, unless all of them end.
func quietAll(tx *db.Tx, incident int64, each bool) error {
	where := ` AND each_one = 0`
	if each {
		where = ``
	}
	_, err := tx.Exec(`UPDATE oncall_pages SET next_ring = 0 WHERE incident = ? AND next_ring > 0`+where, incident)
	return err
}

// end ends the calling with the incident.
func (k *Desk) end(tx *db.Tx, incident int64) error {
	e, err := escalationIn(tx, incident)
	if err != nil || e == nil {
		return err
	}
	e.State, e.Due, e.Lapse = Over, time.Time{}, time.Time{}
	if err := saveEscalation(tx, e); err != nil {
		return err
	}
	return quietAll(tx, incident, true)
}

// callees are whom a step calls at an instant: rotas are asked who is on call.
func callees(s *rota.Settings, step rota.Step, now time.Time, over []rota.Override) (list []Page) {
	seen := map[prentice.Ref]bool{}
	for _, target := range step.Call {
		p := Page{Target: target, Who: target, again: step.Again, each: step.Each}
		if target.Kind() == "rota" {
			r, _ := s.Rota(target.Name())
			who, _ := r.At(now, over)
			p.Who = who.Person
			switch {
			case who.Person == "":
				p.Why = "no one is on call for " + string(target)
			case who.Override != "":
				p.Why = fmt.Sprintf("%s is on call for %s by %s", who.Person, target, who.Override)
			default:
				p.Why = fmt.Sprintf("%s is on call for %s", who.Person, target)
			}
		} else {
			p.Why = "the policy names " + string(target)
		}
		if p.Who != "" && seen[p.Who] {
			continue
		}
		seen[p.Who] = true
		list = append(list, p)
	}
	return list
}
