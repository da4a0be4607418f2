package rota

import (
	"slices"
	"time"

	"prentice"
)

// When a step of a policy counts.
const (
	Always  = ""
	Working = "working" // in the team's working hours
	Outside = "outside" // of them
)

// Step is whom to call at once, and how long to wait for an answer.
type Step struct {
	Call  []prentice.Ref // rotas, people and channels
	Wait  time.Duration  // before the next step
	Again time.Duration  // each is called again after so long, until they answer; 0 is never
	Each  bool           // each one answers for themselves: another's answer ends no one else's calls
	When  string
}

// Policy is whom to call for an incident.
type Policy struct {
	Name   string
	Owners []prentice.Ref // whose incidents; none is all others
	Opened bool           // it begins when the incident opens, and not only when no procedure helps
	Steps  []Step
	Repeat int           // how many times all steps are gone through again
	Lapse  time.Duration // an acknowledgement lasts so long; 0 is for good
}

// Severity is how soon people answer an incident, and how often they say how it stands.
type Severity struct {
	Name    string   // P1 to P4
	Of      []string // the severities of alerts that it is
	Respond time.Duration
	Update  time.Duration // 0 is never
	Working bool          // its clocks go in working hours alone
}

// Settings is a team's oncall.yaml. The nil Settings calls no one.
type Settings struct {
	Hours      *Hours // nil: every hour is one
	Rotas      []Rota
	Policies   []Policy
	Severities []Severity
}

// All are the rotas.
func (s *Settings) All() []Rota {
	if s == nil {
		return nil
	}
	return s.Rotas
}

// Rota finds one by name.
func (s *Settings) Rota(name string) (Rota, bool) {
	for _, r := range s.All() {
		if r.Name == name {
			return r, true
		}
	}
	return Rota{}, false
}

// PolicyOf is the policy for what belongs to an owner, and by which rule it is. The first that
// names the owner counts, and else the first that names none.
func (s *Settings) PolicyOf(owner prentice.Ref) (p Policy, why string, found bool) {
	if s == nil {
		return p, "", false
	}
	for _, p := range s.Policies {
		if owner != "" && slices.Contains(p.Owners, owner) {
			return p, "policy " + p.Name + " is for what " + string(owner) + " owns", true
		}
	}
	for _, p := range s.Policies {
		if len(p.Owners) == 0 {
			return p, "policy " + p.Name + " is for all that no other policy is for", true
		}
	}
	return p, "", false
}

// Policy finds one by name.
func (s *Settings) Policy(name string) (Policy, bool) {
	if s != nil {
		for _, p := range s.Policies {
			if p.Name == name {
				return p, true
			}
		}
	}
	return Policy{}, false
}

// SeverityOf is the severity of an incident whose alerts say theirs.
func (s *Settings) SeverityOf(alerts string) (Severity, bool) {
	if s != nil {
		for _, one := range s.Severities {
			if one.Name == alerts || slices.Contains(one.Of, alerts) {
				return one, true
			}
		}
	}
	return Severity{}, false
}

// Due is when something is due that may take so long, by the clock of a severity.
func (s *Settings) Due(v Severity, from time.Time, length time.Duration) time.Time {
	if v.Working {
		return s.Hours.After(from, length)
	}
	return from.Add(length)
}

// Place is where an escalation stands: how many times all steps were gone through, and which
// step is next.
type Place struct {
	Round int
	Step  int
}

// Next is the first place from one on whose step counts at an instant; false when all rounds are
// over. A policy none of whose steps counts at this hour calls its first: no one is forgotten.
func (p Policy) Next(s *Settings, from Place, at time.Time) (Place, bool) {
	counts := func(n int) bool {
		switch p.Steps[n].When {
		case Working:
			return s.Hours.Open(at)
		case Outside:
			return !s.Hours.Open(at)
		}
		return true
	}
	any := false
	for n := range p.Steps {
		any = any || counts(n)
	}
	for round, step := from.Round, from.Step; round <= p.Repeat; round, step = round+1, 0 {
		for ; step < len(p.Steps); step++ {
			if counts(step) || !any && step == 0 {
				return Place{round, step}, true
			}
		}
	}
	return Place{}, false
}
