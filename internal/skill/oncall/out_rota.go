package oncall

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/op"
)

// Line is a rota and who is on call.
type Line struct {
	Ref    prentice.Ref `json:"ref"`
	Name   string       `json:"name"`
	Zone   string       `json:"zone"`
	Person prentice.Ref `json:"person,omitempty"` // who is on call now
	Until  time.Time    `json:"until,omitzero"`   // when the shift ends
	Next   prentice.Ref `json:"next,omitempty"`   // who is on call then
	Shifts []rota.Shift `json:"shifts"`           // of the next four weeks
	Gaps   []rota.Gap   `json:"gaps"`             // in them

	from time.Time
}

// LineOf is how a rota stands at a moment.
func LineOf(r rota.Rota, now time.Time, over []rota.Override) Line {
	l := Line{Ref: r.Ref(), Name: r.Name, Zone: r.Zone.String(), from: now.UTC()}
	l.Shifts, l.Gaps = r.Shifts(now.UTC(), now.UTC().AddDate(0, 0, ahead), over)
	if l.Shifts == nil {
		l.Shifts = []rota.Shift{}
	}
	if l.Gaps == nil {
		l.Gaps = []rota.Gap{}
	}
	for n, s := range l.Shifts {
		if n == 0 && s.From.Equal(l.from) {
			l.Person, l.Until = s.Person, s.Until
			continue
		}
		if l.Next == "" && !s.From.After(maxTime(l.Until, s.From)) {
			l.Next = s.Person
		}
	}
	return l
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Local is an instant on the wall of the rota.
func (l Line) Local(at time.Time) string {
	zone, err := time.LoadLocation(l.Zone) // what came over the API has its name alone
	if err != nil {
		return op.At(at)
	}
	return zoned(zone, at)
}

// Rotas is who is on call.
type Rotas struct {
	Now   time.Time `json:"now"`
	Rotas []Line    `json:"rotas"`
}

// Table implements op.Tabler.
func (l Rotas) Table() (head []string, rows [][]string) {
	for _, r := range l.Rotas {
		who, until := "no one", ""
		if r.Person != "" {
			who, until = r.Person.Name(), r.Local(r.Until)
		}
		gaps := ""
		if len(r.Gaps) > 0 {
			gaps = fmt.Sprint(len(r.Gaps))
		}
		rows = append(rows, []string{r.Name, who, until, r.Next.Name(), gaps})
	}
	return []string{"ROTA", "ON CALL", "UNTIL", "THEN", "GAPS AHEAD"}, rows
}

// Empty implements op.Emptier.
func (Rotas) Empty() string {
	return "No one takes turns here. Write rotas into oncall.yaml in the team folder: who takes turns, from when on, and for how long."
}

// Shown is one rota, whole.
type Shown struct {
	Line
	Now       time.Time       `json:"now"`
	People    []prentice.Ref  `json:"people"`
	Overrides []rota.Override `json:"overrides"` // that are in force or lie ahead
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	who := "no one is on call"
	if s.Person != "" {
		who = fmt.Sprintf("%s is on call until %s", s.Person, s.Local(s.Until))
	}
	fmt.Fprintf(&b, "%s  %s\nZone      %s\n\nThe next %d days\n", s.Ref, who, s.Zone, ahead)
	for _, one := range s.Shifts {
		fmt.Fprintf(&b, "  %s – %s  %s%s\n", s.Local(one.From), s.Local(one.Until), one.Person, in(one.Override))
	}
	for _, g := range s.Gaps {
		fmt.Fprintf(&b, "  %s – %s  no one\n", s.Local(g.From), s.Local(g.Until))
	}
	if len(s.Overrides) > 0 {
		b.WriteString("\nCovers\n")
	}
	for _, o := range s.Overrides {
		fmt.Fprintf(&b, "  %s  %s%s, %s – %s, said by %s%s\n", o.Ref(), o.Person, insteadOf(o.For), s.Local(o.From), s.Local(o.Until), o.By, because(o.Reason))
	}
	return b.String()
}

func in(override prentice.Ref) string {
	if override == "" {
		return ""
	}
	return "  by " + string(override)
}

func insteadOf(who prentice.Ref) string {
	if who == "" {
		return ""
	}
	return " instead of " + string(who)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// OnCall is who is on call for a rota.
type OnCall struct {
	Rota     prentice.Ref `json:"rota"`
	Person   prentice.Ref `json:"person,omitempty"`
	At       time.Time    `json:"at"`
	Override prentice.Ref `json:"override,omitempty"`
}

// Who is who is on call for some rotas.
type Who struct {
	OnCall []OnCall `json:"on_call"`
}

// Table implements op.Tabler.
func (w Who) Table() (head []string, rows [][]string) {
	for _, o := range w.OnCall {
		who := "no one"
		if o.Person != "" {
			who = o.Person.Name()
		}
		rows = append(rows, []string{o.Rota.Name(), who, op.Cell(o.At), string(o.Override)})
	}
	return []string{"ROTA", "ON CALL", "AT (UTC)", "BY"}, rows
}

// Empty implements op.Emptier.
func (Who) Empty() string { return Rotas{}.Empty() }

// Covered is an override that was made or taken back.
type Covered struct {
	Ref prentice.Ref `json:"ref"`
	rota.Override
	Shifts []rota.Shift `json:"shifts"` // that come of it
	Back   bool         `json:"taken_back"`
}

// Text implements op.Texter.
func (c Covered) Text() string {
	if c.Back {
		return fmt.Sprintf("%s is taken back: the turns of rota/%s count again.\n", c.Ref, c.Rota)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s covers rota/%s%s from %s until %s.\n", c.Ref, c.Person, c.Rota, insteadOf(c.For), op.At(c.From), op.At(c.Until))
	if len(c.Shifts) == 0 {
		fmt.Fprintf(&b, "No shift is taken over by that: %s has none then. Take it back: prentice rota uncover %s\n", c.For, c.Ref)
	}
	return b.String()
}

// Text implements op.Texter.
func (l Lint) Text() string {
	if len(l.Findings) == 0 {
		return fmt.Sprintf("%d rotas and %d policies: no problems found.\n", l.Rotas, l.Policies)
	}
	return strings.Join(l.Findings, "\n") + "\n"
}

var (
	_ op.Tabler  = Rotas{}
	_ op.Emptier = Rotas{}
	_ op.Texter  = Shown{}
	_ op.Tabler  = Who{}
	_ op.Texter  = Covered{}
	_ op.Texter  = Lint{}
)
