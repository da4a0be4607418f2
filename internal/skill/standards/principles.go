package standards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
)

// PrinciplesIn says of which topic.
type PrinciplesIn struct {
	Topic string `json:"topic,omitempty" arg:"1" enum:"standards,security,build" default:"standards" doc:"All standards, only secure development, or only how it is built and tested."`
	Dir   string `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	Quick bool   `json:"quick,omitempty" doc:"Leave out what runs commands. It is not judged."`
}

// Principles are what others have written on how software is made well, and how a
// repository keeps to it.
type Principles struct {
	Topic      string      `json:"topic"`
	Repository string      `json:"repository"`
	What       string      `json:"what"`
	Digest     string      `json:"digest"` // of what was looked at
	Principles []Principle `json:"principles"`
}

// Principle is one of them, with the rules that serve it.
type Principle struct {
	check.Cite
	Truth prentice.Truth `json:"truth"` // fail where a rule is broken, whether it blocks or not
	Rules []Ruled        `json:"rules"` // the broken first
}

// own is what rules serve that name no principle: those of the repository itself.
var own = check.Cite{Title: "What the repository asks of itself"}

// topics say which principles belong to a topic, by what their title holds. All belong to
// standards.
var topics = map[string][]string{
	"security": {"NCSC", "OSPS", "6: make things secure", "credentials", "least access"},
	"build":    {"6: secure the build", "7: continually test", "GitHub Actions", "Dockerfile", "OSPS-BR", "OSPS-QA", own.Title},
}

func principlesOp(d Deps) op.Op {
	return op.New("check.principles", prentice.Look, prentice.Viewer, "Explain the principles of modern development standards, and how this repository keeps to each", d.principles).
		WithExample("prentice check principles security").WithoutState().OnlyHere().WithHelp(
		"For who wants to learn, and for who wants to see: each principle with where it is written, the rules that serve it, why those exist, and what was found here. What no rule looks at is not said to be kept. What the topics are about is explained by: prentice explain standards.")
}

func (d Deps) principles(ctx context.Context, _ op.Call, in PrinciplesIn) (Principles, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Principles{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	c, err := d.judge(ctx, l, RunIn{Quick: in.Quick})
	if err != nil {
		return Principles{}, err
	}
	return Principles{Topic: in.Topic, Repository: c.Repository, What: c.What, Digest: c.Digest, Principles: principlesOf(in.Topic, c.Rules)}, nil
}

// principlesOf groups rules by the principles of a topic that they serve.
func principlesOf(topic string, rules []Ruled) []Principle {
	by := map[string]*Principle{}
	for _, r := range rules {
		cites := r.Cites
		if len(cites) == 0 {
			cites = []check.Cite{own}
		}
		for _, c := range cites {
			if !belongs(topic, c.Title) {
				continue
			}
			if by[c.Title] == nil {
				by[c.Title] = &Principle{Cite: c, Truth: prentice.Pass}
			}
			p := by[c.Title]
			p.Rules, p.Truth = append(p.Rules, r), worse(p.Truth, r.Truth)
		}
	}
	list := make([]Principle, 0, len(by))
	for _, p := range by {
		slices.SortStableFunc(p.Rules, func(a, b Ruled) int {
			return cmp.Or(cmp.Compare(rankOf(a.Truth), rankOf(b.Truth)), cmp.Compare(weight(a), weight(b)), cmp.Compare(a.ID, b.ID))
		})
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b Principle) int { return cmp.Compare(a.Title, b.Title) })
	return list
}

func rankOf(t prentice.Truth) int {
	switch t {
	case prentice.Fail:
		return 0
	case prentice.Pass:
		return 2
	}
	return 1
}

func belongs(topic, title string) bool {
	words, some := topics[topic]
	return !some || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(title, w) })
}

var lessons = map[string]string{"security": "secure development", "build": "building and testing"}

// Text implements op.Texter.
func (p Principles) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The principles of %s, and how %s keeps to them (%s)\n", orText(lessons[p.Topic], "modern development standards"), shown(p.Repository), p.What)
	for _, one := range p.Principles {
		one.write(&b)
	}
	fmt.Fprintf(&b, "\nOne rule, with all that was found: prentice check explain RULE. What has no rule is not looked at, and not said to be kept.\n")
	return b.String()
}

func (p Principle) write(b *strings.Builder) {
	sign, _, _ := strings.Cut(signOf(p.Truth), " ")
	fmt.Fprintf(b, "\n%s %s\n", sign, line(p.Title))
	if p.URL != "" {
		fmt.Fprintf(b, "  %s\n", line(p.URL))
	}
	var held []string
	for _, r := range p.Rules {
		if r.Truth == prentice.Pass {
			held = append(held, r.ID)
			continue
		}
		fmt.Fprintf(b, "  %s %s: %s\n      %s\n", ruledSign(r), r.ID, line(r.Says), r.brief())
		if r.Why != "" {
			fmt.Fprintf(b, "      why: %s\n", line(r.Why))
		}
	}
	if len(held) > 0 {
		fmt.Fprintf(b, "  ● %s: %s\n", op.Count(len(held), "rule holds", "rules hold"), strings.Join(held, ", "))
	}
}

var _ op.Texter = Principles{}
