package procedure

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// CaseResults is what came of a team's table of cases.
type CaseResults struct {
	Cases  []CaseResult `json:"cases"`
	Failed int          `json:"failed"`
	Untold []string     `json:"untold"` // procedures of which no case speaks
}

// CaseResult is one case of the table.
type CaseResult struct {
	Name string       `json:"name"`
	Pass bool         `json:"pass"`
	Want string       `json:"want"`
	Says string       `json:"says,omitempty"` // what is otherwise
	At   prentice.Pos `json:"at"`
}

// Test tries every case against the procedures and a catalog, and says of which
// procedures no case speaks. It runs nothing.
func (l *Library) Test(cat *team.Catalog, cases []Case) CaseResults {
	t := CaseResults{Cases: []CaseResult{}, Untold: []string{}}
	told := map[string]bool{}
	for _, c := range cases {
		one := CaseResult{Name: c.Name, Want: c.wants(), At: c.At, Says: l.differs(cat, c)}
		one.Pass = one.Says == ""
		if !one.Pass {
			t.Failed++
		}
		t.Cases = append(t.Cases, one)
		told[c.Request.Procedure] = true
		for _, name := range c.Proposes {
			told[name] = true
		}
	}
	for _, e := range l.entries {
		if !told[e.proc.Name] {
			t.Untold = append(t.Untold, e.proc.Name)
		}
	}
	return t
}

// wants is what a case expects, in short.
func (c Case) wants() string {
	switch {
	case c.Proposes != nil && len(c.Proposes) == 0:
		return c.Request.Event.Type + " proposes nothing"
	case c.Proposes != nil:
		return c.Request.Event.Type + " proposes " + strings.Join(c.Proposes, ", ")
	case c.Refused != "":
		return c.Request.Procedure + " is refused"
	}
	return c.Request.Procedure + " is planned"
}

// differs says what is not as a case expects it, or "".
func (l *Library) differs(cat *team.Catalog, c Case) string {
	if c.Proposes != nil {
		return l.proposals(c)
	}
	plan, says, err := c.plan(l, cat, l.said(c))
	switch {
	case says != "":
		return says
	case c.Refused == "" && err != nil:
		return "it is refused: " + err.Error()
	case c.Refused != "" && err == nil:
		return "wanted a refusal, got a plan of " + ids(plan)
	case c.Refused != "" && !strings.Contains(err.Error(), c.Refused):
		return fmt.Sprintf("wanted a refusal that says %q, got: %v", c.Refused, err)
	case c.Refused != "":
		return ""
	}
	return c.Plan.differs(plan)
}

// said is what a case says that sources answer. A list of the case is of every input of
// that name.
func (l *Library) said(c Case) Answers {
	a := Answers{Lists: map[string]prentice.ChoiceList{}}
	l.eachInput(c.Request.Procedure, map[string]bool{}, func(in prentice.Input) {
		if values, there := c.Choices[in.Name]; there && in.Source != nil {
			a.Lists[in.Source.Key()] = prentice.ChoiceList{Values: values}
		}
	})
	return a
}

func (l *Library) proposals(c Case) string {
	matching, findings := l.Match(*c.Request.Event)
	names := []string{}
	for _, p := range matching {
		names = append(names, p.Name)
	}
	want := slices.Sorted(slices.Values(c.Proposes))
	switch {
	case slices.Equal(names, want):
		return ""
	case len(findings) > 0:
		return fmt.Sprintf("wanted %s, got %s: %s", list(want), list(names), findings[0].Text)
	}
	return fmt.Sprintf("wanted %s, got %s", list(want), list(names))
}

// differs says what of a plan is not as expected, or "".
func (e Expected) differs(p prentice.Plan) string {
	left, targets := []string{}, []string{}
	for _, l := range p.LeftOut {
		left = append(left, l.ID)
	}
	for _, t := range p.Targets {
		targets = append(targets, t.Ref.Name())
	}
	for _, say := range []string{
		differ("steps", e.Steps, stepIDs(p)), differ("left_out", e.LeftOut, left), differ("targets", bare(e.Targets), targets),
		unlike("risk", e.Risk, p.Risk.String()), unlike("subject", e.Subject, string(p.Subject)),
	} {
		if say != "" {
			return say
		}
	}
	if e.Undoable != nil && *e.Undoable != p.Undoable {
		return fmt.Sprintf("undoable: wanted %t, got %t", *e.Undoable, p.Undoable)
	}
	return e.environ(p)
}

// environ says which variable of a step is not as expected.
func (e Expected) environ(p prentice.Plan) string {
	for _, id := range sortedKeys(e.Env) {
		i := slices.IndexFunc(p.Steps, func(s prentice.PlannedStep) bool { return s.ID == id })
		if i < 0 {
			return fmt.Sprintf("env: the plan has no step %s, it has %s", id, ids(p))
		}
		for _, name := range sortedKeys(e.Env[id]) {
			got, set := p.Steps[i].Env[name]
			switch {
			case !set:
				return fmt.Sprintf("env: step %s has no %s", id, name)
			case got != e.Env[id][name]:
				return fmt.Sprintf("env: %s of step %s: wanted %q, got %q", name, id, e.Env[id][name], got)
			}
		}
	}
	return ""
}

func stepIDs(p prentice.Plan) []string {
	names := []string{}
	for _, s := range p.Steps {
		names = append(names, s.ID)
	}
	return names
}

func ids(p prentice.Plan) string { return list(stepIDs(p)) }

// bare are the names of refs; nil stays nil.
func bare(refs []string) []string {
	names := slices.Clone(refs)
	for i, ref := range names {
		if _, name, found := strings.Cut(ref, "/"); found {
			names[i] = name
		}
	}
	return names
}

func differ(what string, want, got []string) string {
	if want == nil || slices.Equal(want, got) {
		return ""
	}
	return fmt.Sprintf("%s: wanted %s, got %s", what, list(want), list(got))
}

func unlike(what, want, got string) string {
	if want == "" || want == got {
		return ""
	}
	return fmt.Sprintf("%s: wanted %s, got %s", what, want, got)
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
