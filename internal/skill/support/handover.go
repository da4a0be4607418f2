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

// Handover is how things stand when one person hands the watch to another.
type Handover struct {
	Now       time.Time       `json:"now"`
	Open      []HandoverFault `json:"open"`
	More      int             `json:"more,omitempty"` // that are open and not listed
	Ended     []Incident      `json:"ended"`          // in the last day
	Muted     []Muted         `json:"muted"`          // that is silenced and has no incident
	Followups []Followup      `json:"followups"`      // overdue, or due in a week
	OnCall    []OnDuty        `json:"on_call"`
}

// HandoverFault is an open incident, with what was tried and what waits.
type HandoverFault struct {
	Incident
	Runs  []IncidentRun `json:"runs"`
	Ruled []string      `json:"ruled"` // procedures whose checks have looked, and what they saw
	Held  []Held        `json:"held"`
	Word  string        `json:"word,omitempty"` // what a person wrote last
}

// OnDuty is who is on call by a rota, and who is then.
type OnDuty struct {
	Rota   string       `json:"rota"`
	Person prentice.Ref `json:"person,omitempty"`
	Until  time.Time    `json:"until,omitzero"`
	Next   prentice.Ref `json:"next,omitempty"`
}

const (
	mostHandedOver = 50 // open incidents that are told with all that belongs to them
	dueSoon        = 7 * 24 * time.Hour
)

func (s *Support) handoverOp() op.Op {
	return op.New("incident.handover", prentice.Look, prentice.Viewer, "Sum up what the next person on call needs to know, as Markdown.", s.handover).
		WithExample("prentice incident handover").AlsoTyped("handover").
		WithHelp("Open incidents, who has each, what was tried and what waits; what is silenced; what is to be done after incidents, overdue or due in a week; what ended in the last day; and who is on call now and next.")
}

func (s *Support) handover(ctx context.Context, c op.Call, _ struct{}) (h Handover, err error) {
	if err := s.ready(); err != nil {
		return h, err
	}
	h = Handover{Now: c.Now.UTC(), Open: []HandoverFault{}, Ended: []Incident{}, Muted: []Muted{}, Followups: []Followup{}, OnCall: []OnDuty{}}
	open, all, err := s.Broken(ctx)
	if err != nil {
		return h, err
	}
	held, err := s.Held(ctx)
	if err != nil {
		return h, err
	}
	for _, in := range open[:min(len(open), mostHandedOver)] {
		f := HandoverFault{Incident: in, Held: held[in.Ref]}
		if err := s.tried(ctx, &f); err != nil {
			return h, err
		}
		h.Open = append(h.Open, f)
	}
	h.More = all - len(h.Open)
	if h.Ended, err = s.incidents(ctx, `closed >= ? ORDER BY closed DESC LIMIT 50`, db.Micros(c.Now.Add(-usualLook))); err != nil {
		return h, err
	}
	if h.Muted, err = s.Muteds(ctx); err != nil {
		return h, err
	}
	if h.Followups, err = s.followups(ctx, c.Now, `f.done = 0 AND f.due < ? ORDER BY f.due LIMIT 100`, db.Micros(c.Now.Add(dueSoon))); err != nil {
		return h, err
	}
	if s.OnCall != nil {
		h.OnCall, err = s.OnCall(ctx, c.Now)
	}
	return h, err
}

// tried reads what was tried for an open incident, and what a person wrote last.
func (s *Support) tried(ctx context.Context, f *HandoverFault) (err error) {
	if f.Runs, err = runsOf(s.querying(ctx), f.Number); err != nil {
		return err
	}
	rows, err := s.DB.Query(ctx, `SELECT procedure_name, says FROM incident_tries WHERE incident = ? ORDER BY procedure_name`, f.Number)
	f.Ruled, err = db.List(rows, err, func(scan func(...any) error, text *string) error {
		var name, says string
		err := scan(&name, &says)
		*text = name + behind(says)
		return err
	}, func(text *string, why error) { *text = why.Error() })
	if err != nil {
		return fmt.Errorf("read what was tried for %s: %w", f.Ref, err)
	}
	rows, err = s.DB.Query(ctx, `SELECT says FROM incident_lines WHERE incident = ? AND kind = 'note' AND about = '' AND actor <> ? ORDER BY line DESC LIMIT 1`, f.Number, string(self))
	words, err := db.List(rows, err, func(scan func(...any) error, text *string) error { return scan(text) }, func(text *string, why error) { *text = why.Error() })
	if len(words) > 0 {
		f.Word = words[0]
	}
	return err
}

// Text implements op.Texter: the hand-over as Markdown.
func (h Handover) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Hand-over at %s\n\n## On call\n\n", op.At(h.Now))
	for _, o := range h.OnCall {
		fmt.Fprintf(&b, "- %s: %s", md(o.Rota), orNoOne(o.Person))
		if !o.Until.IsZero() {
			fmt.Fprintf(&b, " until %s, then %s", op.At(o.Until), orNoOne(o.Next))
		}
		b.WriteByte('\n')
	}
	if len(h.OnCall) == 0 {
		b.WriteString("No rota is kept here.\n")
	}
	b.WriteString("\n## Open\n\n")
	for _, f := range h.Open {
		f.text(&b, h.Now)
	}
	if h.More > 0 {
		fmt.Fprintf(&b, "- %d more are open: `prentice incident list --open`\n", h.More)
	}
	if len(h.Open) == 0 {
		b.WriteString("No incident is open.\n")
	}
	b.WriteString("\n## Silenced, without an incident\n\n")
	for _, m := range h.Muted {
		fmt.Fprintf(&b, "- %s on %s since %s: %s\n", md(m.What), md(string(m.Subject)), op.At(m.Since), md(muteText(m.Mute)))
	}
	if len(h.Muted) == 0 {
		b.WriteString("Nothing.\n")
	}
	b.WriteString("\n## To be done after incidents, overdue or due in a week\n\n")
	for _, f := range h.Followups {
		fmt.Fprintf(&b, "- %s, %s, by %s until %s: %s (%s)\n", f.Ref, f.State, md(string(f.Owner)), op.At(f.Due), md(f.Says), f.Incident)
	}
	if len(h.Followups) == 0 {
		b.WriteString("Nothing.\n")
	}
	b.WriteString("\n## Ended in the last day\n\n")
	for _, in := range h.Ended {
		fmt.Fprintf(&b, "- %s, %s: %s; ended %s: %s\n", in.Ref, md(string(in.Subject)), md(in.Title), in.How, md(in.Says))
	}
	if len(h.Ended) == 0 {
		b.WriteString("Nothing.\n")
	}
	return b.String()
}

func (f HandoverFault) text(b *strings.Builder, now time.Time) {
	fmt.Fprintf(b, "- %s, %s, for %s: %s (%s)\n", f.Ref, f.State, long(max(0, now.Sub(f.FirstSymptom))), md(f.Title), md(string(f.Subject)))
	who := f.Who()
	if who == "" {
		who = "no one"
	}
	fmt.Fprintf(b, "  - has it: %s\n", md(who))
	if f.Incident.Muted != nil {
		fmt.Fprintf(b, "  - silenced: %s\n", md(muteText(*f.Incident.Muted)))
	}
	if f.Recurs != "" {
		fmt.Fprintf(b, "  - it is %s\n", md(f.Recurs))
	}
	for _, r := range f.Runs {
		fmt.Fprintf(b, "  - tried: %s of %s is %s: %s\n", r.Run, md(r.Procedure), r.State, md(r.Says))
	}
	for _, says := range f.Ruled {
		fmt.Fprintf(b, "  - looked: %s\n", md(says))
	}
	for _, held := range f.Held {
		fmt.Fprintf(b, "  - waits: %s\n", md(held.String()))
	}
	if f.Word != "" {
		fmt.Fprintf(b, "  - last word: %s\n", md(f.Word))
	}
}

func orNoOne(who prentice.Ref) string {
	if who == "" {
		return "no one"
	}
	return md(who.Name())
}

var _ op.Texter = Handover{}
