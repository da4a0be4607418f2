package standards

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// StandardsIn chooses standards.
type StandardsIn struct {
	Text string `json:"text,omitempty" arg:"1" maxLength:"200" example:"permissions" doc:"Only rules that have all of these words in their name, what they say or why."`
}

// Agreed is the standards in the program, or a part of them.
type Agreed struct {
	Standards []Outlined `json:"standards"` // by name
	Rules     int        `json:"rules"`
}

// Outlined is a standard with its rules, in short.
type Outlined struct {
	standard.Standard
	Rules []Line `json:"rules"`
}

// Line is a rule in a list.
type Line struct {
	ID       string          `json:"id"`
	Says     string          `json:"says"`
	Severity claims.Severity `json:"severity"`
}

// Table is a line for each rule.
func (a Agreed) Table() ([]string, [][]string) {
	rows := make([][]string, 0, a.Rules)
	for _, s := range a.Standards {
		for _, r := range s.Rules {
			rows = append(rows, []string{r.ID, string(r.Severity), r.Says})
		}
	}
	return []string{"RULE", "SEVERITY", "WHAT HOLDS"}, rows
}

// Empty says how more is found.
func (a Agreed) Empty() string {
	return "No rule fits. All of them: prentice standard list"
}

func standardListOp(d Deps) op.Op {
	return op.New("standard.list", prentice.Look, prentice.Viewer, "List the rules of the standards in the program and in the team folder", func(_ context.Context, _ op.Call, in StandardsIn) (Agreed, error) { return d.standardList(in) }).Naming("standard").WithoutState().
		WithExample("prentice standard list permissions").WithHelp(
		"A standard is a Markdown file with an owner, a reason, a date of review, and rules, each with an example that breaks it and one that passes. These are a part of the program, and those that the team keeps in standards/ of its folder; a repository adds its own in .prentice/standards/.")
}

// all are the standards in the program, and those of the team that can be read.
func (d Deps) all() ([]standard.Standard, error) {
	theirs, err := rules(d).Theirs()
	if err != nil {
		return nil, err
	}
	list := slices.Clone(analyse.BuiltIn())
	for _, one := range theirs {
		if one.Wrong == nil {
			list = append(list, one.Standard)
		}
	}
	return list, nil
}

func (d Deps) standardList(in StandardsIn) (Agreed, error) {
	standards, err := d.all()
	all := Agreed{Standards: []Outlined{}}
	for _, s := range standards {
		o := Outlined{Standard: s, Rules: []Line{}}
		for _, r := range s.Rules {
			if hasWords(in.Text, s.Name, r.ID, r.Says, r.Why) {
				o.Rules = append(o.Rules, Line{r.ID, r.Says, r.Severity})
			}
		}
		if len(o.Rules) > 0 {
			all.Standards, all.Rules = append(all.Standards, o), all.Rules+len(o.Rules)
		}
	}
	return all, err
}

// hasWords says whether each of some words is in one of the texts.
func hasWords(wanted string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(wanted)), func(word string) bool { return !strings.Contains(all, word) })
}

// StandardIn names a standard.
type StandardIn struct {
	Name string `json:"name" arg:"1" of:"standard" maxLength:"120" example:"workflows" doc:"The standard."`
}

// StandardTold is a standard as people read it.
type StandardTold struct {
	standard.Standard
	Prose string `json:"prose,omitempty"` // what stands above its rules, in Markdown
	Rules []Rule `json:"rules"`
	File  string `json:"file"` // as it is written
}

// Rule is a rule as people read it.
type Rule struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"` // without the standard
	Says       string          `json:"says"`
	Why        string          `json:"why"`
	Severity   claims.Severity `json:"severity"`
	Asks       string          `json:"asks"`
	Remedy     string          `json:"remedy,omitempty"`
	Cites      []check.Cite    `json:"cites"`
	Violations int             `json:"violations"`
	Passes     int             `json:"passes"`
}

// Text is the standard for a terminal.
func (t StandardTold) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n", t.Title, t.Reason)
	fmt.Fprintf(&b, "Owner      %s\nReview by  %s\nSource     %s\nRules      %d\n", t.Owner, t.ReviewBy.Format(time.DateOnly), t.Source, len(t.Rules))
	for _, r := range t.Rules {
		fmt.Fprintf(&b, "\n%s (%s)\n  %s.\n  Why: %s\n", r.ID, r.Severity, strings.TrimSuffix(r.Says, "."), r.Why)
		if r.Remedy != "" {
			fmt.Fprintf(&b, "  To resolve: %s\n", r.Remedy)
		}
		for _, c := range r.Cites {
			fmt.Fprintf(&b, "  Serves: %s, %s\n", c.Title, c.URL)
		}
	}
	return b.String()
}

func standardShowOp(d Deps) op.Op {
	return op.New("standard.show", prentice.Look, prentice.Viewer, "Show a standard as people read it", func(_ context.Context, _ op.Call, in StandardIn) (StandardTold, error) { return d.standardShow(in) }).WithoutState().
		WithExample("prentice standard show workflows")
}

func (d Deps) standardShow(in StandardIn) (StandardTold, error) {
	standards, err := d.all()
	if err != nil {
		return StandardTold{}, err
	}
	name := strings.TrimPrefix(in.Name, "standard/")
	var names []string
	for _, s := range standards {
		if s.Name == name {
			return told(s), nil
		}
		names = append(names, s.Name)
	}
	hint := "list them with: prentice standard list"
	if near := nearest.Of(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return StandardTold{}, prentice.Errorf(prentice.NotFound, "no standard %q", clip.Text(name)).Try("%s", hint)
}

func told(s standard.Standard) StandardTold {
	t := StandardTold{Standard: s, Prose: prose(s.Text), File: s.Text, Rules: []Rule{}}
	for _, r := range s.Rules {
		one := Rule{ID: r.ID, Name: strings.TrimPrefix(r.ID, s.Name+"/"), Says: r.Says, Why: r.Why, Severity: r.Severity, Asks: r.Asks, Remedy: r.Remedy, Cites: r.Cites, Violations: len(r.Violations), Passes: len(r.Passes)}
		if one.Cites == nil {
			one.Cites = []check.Cite{}
		}
		t.Rules = append(t.Rules, one)
	}
	return t
}

// prose is what stands between the title of a standard and its first rule.
func prose(text string) string {
	_, body, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	body, _, _ = strings.Cut(body, "\n## ")
	if _, rest, found := strings.Cut(body, "\n# "); found || strings.HasPrefix(strings.TrimSpace(body), "# ") {
		if !found {
			rest = strings.TrimSpace(body)
		}
		_, body, _ = strings.Cut(rest, "\n")
	}
	return strings.TrimSpace(body)
}

var (
	_ op.Tabler  = Agreed{}
	_ op.Emptier = Agreed{}
	_ op.Texter  = StandardTold{}
)
