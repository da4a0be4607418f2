package oncall

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// PagesIn says which pages are wanted.
type PagesIn struct {
	Incident string `json:"incident,omitempty" arg:"1" maxLength:"40" example:"incident/17" doc:"Only those of this incident."`
	Who      string `json:"who,omitempty" of:"person" maxLength:"100" example:"ann" doc:"Only those of this person."`
	Limit    int    `json:"limit,omitempty" minimum:"1" maximum:"500" doc:"How many at most."`
}

// PageIn names one.
type PageIn struct {
	Number string `json:"number" arg:"1" maxLength:"40" example:"page/12" doc:"The page, such as page/12 or 12."`
}

// IncidentIn names an incident.
type IncidentIn struct {
	Number string `json:"number" arg:"1" maxLength:"40" example:"incident/17" doc:"The incident, such as incident/17 or 17."`
}

// EscalateIn asks for the next step of an incident.
type EscalateIn struct {
	IncidentIn
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why, in one sentence; those who are called read it."`
}

// About is the incident, which stands where its subject does.
func (i IncidentIn) About() ([]prentice.Ref, error) {
	n, err := numberOf("incident", i.Number)
	return []prentice.Ref{incidentRef(n)}, err
}

func (k *Desk) pageOps() []op.Op {
	return []op.Op{
		op.New("page.list", prentice.Look, prentice.Viewer, "List who was called, when, and who answered; of one incident with where its calling stands.", k.pageList).
			WithExample("prentice page list incident/17"),
		op.New("page.show", prentice.Look, prentice.Viewer, "Show one call of one person: by which rule and at which step, and who answered.", k.pageShow).
			WithExample("prentice page show page/12"),
		op.New("page.answer", prentice.Change, prentice.Operator, "Say that you have seen that you are called for an incident: you are not called again at this step.", k.pageAnswer).
			WithExample("prentice page answer incident/17").WithEvidence().
			WithHelp("Others are called on until someone acknowledges the incident: prentice incident ack. It is for steps at which each one answers for themselves, and for those who are not the one to take the incident."),
		op.New("incident.escalate", prentice.Change, prentice.Operator, "Call the next people for an incident at once.", k.escalate).
			WithExample("prentice incident escalate incident/17 --reason 'it is the database'").WithEvidence().
			WithHelp("The next step of its policy is begun now. If no one was called for it yet, or it is acknowledged, the calling begins with the first step. Who was called before is called on."),
	}
}

func (k *Desk) pageList(ctx context.Context, c op.Call, in PagesIn) (Pages, error) {
	if err := k.there(); err != nil {
		return Pages{}, err
	}
	where, args := `1 = 1`, []any(nil)
	out := Pages{}
	if in.Incident != "" {
		n, err := numberOf("incident", in.Incident)
		if err != nil {
			return Pages{}, err
		}
		where, args = where+` AND incident = ?`, append(args, n)
		if out.Escalation, err = k.escalationShown(ctx, n); err != nil {
			return Pages{}, err
		}
	}
	if in.Who != "" {
		where, args = where+` AND who = ?`, append(args, string(prentice.NewRef(string(prentice.Person), strings.TrimPrefix(in.Who, "person/"))))
	}
	limit := in.Limit
	if limit == 0 {
		limit = 100
	}
	var err error
	out.Pages, err = k.pages(ctx, where+` ORDER BY number DESC LIMIT ?`, append(args, limit)...)
	if out.Pages == nil {
		out.Pages = []Page{}
	}
	return out, err
}

// escalationShown is where the calling for an incident stands; nil where there is none.
func (k *Desk) escalationShown(ctx context.Context, incident int64) (*EscalationShown, error) {
	list, err := k.escalations(ctx, `incident = ?`, incident)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := &EscalationShown{Escalation: list[0]}
	settings := k.Settings()
	if v, found := settings.SeverityOf(list[0].Severity); found {
		out.Priority, out.RespondBy = v.Name, settings.Due(v, list[0].Begun, v.Respond)
		if about, err := k.Incident(ctx, incident); err == nil && about.Open && v.Update > 0 {
			out.UpdateBy = settings.Due(v, latest(list[0].Begun, list[0].Answered, about.LastWord), v.Update)
		}
	}
	return out, nil
}

func (k *Desk) pageShow(ctx context.Context, _ op.Call, in PageIn) (PageShown, error) {
	if err := k.there(); err != nil {
		return PageShown{}, err
	}
	n, err := numberOf("page", in.Number)
	if err != nil {
		return PageShown{}, err
	}
	list, err := k.pages(ctx, `number = ?`, n)
	if err != nil {
		return PageShown{}, err
	}
	if len(list) == 0 {
		return PageShown{}, prentice.Errorf(prentice.NotFound, "there is no page %d", n).Try("list them with: prentice page list")
	}
	number, err := numberOf("incident", string(list[0].Incident))
	if err != nil {
		return PageShown{}, err
	}
	out := PageShown{Page: list[0]}
	out.Escalation, err = k.escalationShown(ctx, number)
	return out, err
}

func (k *Desk) pageAnswer(ctx context.Context, c op.Call, in IncidentIn) (Pages, error) {
	if err := k.there(); err != nil {
		return Pages{}, err
	}
	n, err := numberOf("incident", in.Number)
	if err != nil {
		return Pages{}, err
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		var called, waits int
		who := string(c.Actor.Ref())
		if err := tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN answered = 0 THEN 1 ELSE 0 END), 0) FROM oncall_pages WHERE incident = ? AND who = ?`, []any{n, who}, &called, &waits); err != nil {
			return err
		}
		if called == 0 {
			return prentice.Errorf(prentice.Conflict, "%s was not called for incident/%d", who, n).Try("see who was: prentice page list incident/%d", n)
		}
		if waits == 0 {
			return nil
		}
		if err := answerPages(tx, c.Now, n, c.Actor.Ref()); err != nil {
			return err
		}
		return k.Record(tx, c.Now, prentice.Note{Kind: "oncall.answered", Actor: c.Actor.Ref(), Refs: []prentice.Ref{incidentRef(n)}})
	})
	if err != nil {
		return Pages{}, err
	}
	return k.pageList(ctx, c, PagesIn{Incident: in.Number})
}

func (k *Desk) escalate(ctx context.Context, c op.Call, in EscalateIn) (Pages, error) {
	if err := k.there(); err != nil {
		return Pages{}, err
	}
	n, err := numberOf("incident", in.Number)
	if err != nil {
		return Pages{}, err
	}
	about, err := k.Incident(ctx, n)
	switch {
	case err != nil:
		return Pages{}, err
	case !about.Open:
		return Pages{}, prentice.Errorf(prentice.Conflict, "incident/%d is closed", n).Try("look at it with: prentice incident show incident/%d", n)
	case about.Muted:
		return Pages{}, prentice.Errorf(prentice.Conflict, "all that is wrong with incident/%d is silenced, and no one is called for it", n).Try("end the silence first: prentice silence list")
	case about.Acked:
		return Pages{}, prentice.Errorf(prentice.Conflict, "incident/%d is acknowledged, and no one is called for it", n).Try("give it back first: prentice incident unassign incident/%d", n)
	}
	if _, _, found := k.Settings().PolicyOf(about.Owner); !found {
		return Pages{}, prentice.Errorf(prentice.Conflict, "oncall.yaml has no policy for incident/%d", n).Try("write one under policies, without owners for all that no other is for")
	}
	why := c.Actor.Name + " escalates"
	if reason := clip.To(in.Reason, 300); reason != "" {
		why += ": " + reason
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		e, err := escalationIn(tx, n)
		if err != nil {
			return err
		}
		if err := k.Record(tx, c.Now, prentice.Note{Kind: "escalation.escalated", Actor: c.Actor.Ref(), Refs: []prentice.Ref{incidentRef(n)}, Data: map[string]any{"why": why}}); err != nil {
			return err
		}
		if e == nil || e.State != Calling {
			return k.begin(tx, c.Now, n, about, why)
		}
		e.Due, e.Why = c.Now, cut(e.Why+"; "+why)
		tx.After(k.ring)
		return saveEscalation(tx, e)
	})
	if err != nil {
		return Pages{}, err
	}
	return k.pageList(ctx, c, PagesIn{Incident: in.Number})
}

func cut(text string) string { return clip.To(text, 1000) }

// EscalationShown is where the calling for an incident stands, and by when what is due.
type EscalationShown struct {
	Escalation
	Priority  string    `json:"priority,omitempty"`  // P1 to P4
	RespondBy time.Time `json:"respond_by,omitzero"` // someone has to answer
	UpdateBy  time.Time `json:"update_by,omitzero"`  // someone has to say how it stands
}

// Says is where it stands, in a sentence.
func (e EscalationShown) Says() string {
	switch e.State {
	case Calling:
		return fmt.Sprintf("calling: step %d of policy %s%s is next, at %s", e.Step+1, e.Policy, inRound(e.Round), op.At(e.Due))
	case Answered:
		says := fmt.Sprintf("%s answered at %s", e.AnsweredBy, op.At(e.Answered))
		if !e.Lapse.IsZero() {
			says += ", until " + op.At(e.Lapse)
		}
		return says
	case Exhausted:
		return fmt.Sprintf("no one answered: all steps of policy %s were gone through", e.Policy)
	}
	return "over"
}

// Late says whether it was answered too late, or is not yet and ought to be.
func (e EscalationShown) Late(now time.Time) bool {
	if e.RespondBy.IsZero() {
		return false
	}
	if !e.Answered.IsZero() {
		return e.Answered.After(e.RespondBy)
	}
	return e.State != Over && now.After(e.RespondBy)
}

// Pages is who was called.
type Pages struct {
	Escalation *EscalationShown `json:"escalation,omitempty"` // of the incident that was asked for
	Pages      []Page           `json:"pages"`
}

// Outcome is how a page ended, or that it goes on.
func (p Page) Outcome() string {
	switch {
	case p.Who == "":
		return "no one on call"
	case !p.Answered.IsZero():
		return "answered at " + op.At(p.Answered)
	case !p.NextRing.IsZero():
		return fmt.Sprintf("called %d times, again at %s", p.Rings, op.At(p.NextRing))
	case p.Rings > 1:
		return fmt.Sprintf("called %d times", p.Rings)
	}
	return "not answered"
}

// Table implements op.Tabler.
func (l Pages) Table() (head []string, rows [][]string) {
	for _, p := range l.Pages {
		who := "no one"
		if p.Who != "" {
			who = string(p.Who)
		}
		rows = append(rows, []string{string(p.Ref), string(p.Incident), op.Cell(p.At), who, string(p.Target), fmt.Sprintf("%d.%d", p.Round, p.Step), p.Outcome()})
	}
	if e := l.Escalation; e != nil {
		rows = append(rows, []string{"", string(incidentRef(e.Incident)), "", "", "", "", e.Says()})
	}
	return []string{"PAGE", "INCIDENT", "AT (UTC)", "CALLED", "BY", "STEP", "ANSWER"}, rows
}

// Empty implements op.Emptier.
func (Pages) Empty() string {
	return "No one was called. A policy in oncall.yaml says who is, when no procedure helps: prentice rota lint"
}

// PageShown is one page, whole.
type PageShown struct {
	Page
	Escalation *EscalationShown `json:"escalation,omitempty"`
}

// Text implements op.Texter.
func (p PageShown) Text() string {
	var b strings.Builder
	who := "no one"
	if p.Who != "" {
		who = string(p.Who)
	}
	fmt.Fprintf(&b, "%s  %s was called for %s\nAt        %s\nWhy       %s\nAnswer    %s\n", p.Ref, who, p.Incident, op.At(p.At), p.Why, p.Outcome())
	if p.Escalation != nil {
		fmt.Fprintf(&b, "Now       %s\n", p.Escalation.Says())
	}
	return b.String()
}

var (
	_ op.Tabler  = Pages{}
	_ op.Emptier = Pages{}
	_ op.Texter  = PageShown{}
)
