package oncall

import (
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
)

// Lint is what is wrong with who is called.
type Lint struct {
	Rotas    int      `json:"rotas"`
	Policies int      `json:"policies"`
	Findings []string `json:"findings"`
}

// lint looks for people who are not known or not reached, and for gaps ahead.
func lint(s *rota.Settings, now time.Time, over []rota.Override, known []prentice.Ref, reached func(prentice.Ref) bool) Lint {
	out := Lint{Findings: []string{}}
	if s == nil {
		return out
	}
	out.Rotas, out.Policies = len(s.Rotas), len(s.Policies)
	say := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(out.Findings, text) {
			out.Findings = append(out.Findings, text)
		}
	}
	look := func(where string, who prentice.Ref) {
		switch {
		case who.Kind() == "rota":
		case who.Kind() == string(prentice.Person) && !slices.Contains(known, who):
			say("%s: %s is not known here", where, who)
		case reached != nil && !reached(who):
			say("%s: no channel of notices.yaml reaches %s", where, who)
		}
	}
	for _, r := range s.Rotas {
		for _, who := range r.People() {
			look(string(r.Ref()), who)
		}
		gaps := r.GapsAhead(now, ahead, over)
		for _, g := range gaps[:min(len(gaps), 3)] {
			say("%s: no one is on call from %s until %s", r.Ref(), zoned(r.Zone, g.From), zoned(r.Zone, g.Until))
		}
		if more := len(gaps) - 3; more > 0 {
			say("%s: no one is on call at %d more times in the next %d days", r.Ref(), more, ahead)
		}
	}
	for _, p := range s.Policies {
		for _, step := range p.Steps {
			for _, who := range step.Call {
				look("policy "+p.Name, who)
			}
		}
	}
	if len(s.Rotas) > 0 && len(s.Policies) == 0 {
		say("there are no policies: no one is called for an incident, and the routes of notices.yaml alone tell of it")
	}
	return out
}
