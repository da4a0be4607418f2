package check

import (
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"prentice"
)

// Judged is a rule and how it stands for a tree.
type Judged struct {
	Rule    Rule
	Outcome Outcome
	Reused  bool     // nothing was run for it
	Wrong   []string // why it has no teeth; nil where it has, or where that was not asked
	Plain   bool     // its kind runs commands, and needs no examples
}

// MostFindings is how many findings of one rule are kept.
const MostFindings = 500

func unknown(r Rule, why string) Judged {
	return Judged{Rule: r, Outcome: Outcome{Rule: r.ID, Truth: prentice.NotSeen, Reason: why}}
}

// sentence is an error on one line, with its hint.
func sentence(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// guarded does something and makes an error of a panic.
func guarded(kind string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = prentice.Errorf(prentice.Internal, "the check %s is broken: %v, at %s", kind, p, placeOf(debug.Stack())).Try("report it")
		}
	}()
	return do()
}

// placeOf is where in our code a panic began.
func placeOf(stack []byte) string {
	for line := range strings.Lines(string(stack)) {
		if _, at, found := strings.Cut(line, "/internal/"); found && !strings.Contains(line, "engine/check/run.go") {
			at, _, _ = strings.Cut(strings.TrimSpace(at), " ")
			return at
		}
	}
	return "an unknown place"
}

// hide lets each kind hide what it must in what the others found.
func hide(t *Tree, kinds map[string]Kind, judged []Judged) {
	for name, k := range kinds {
		if k.Hide == nil {
			continue
		}
		var found []*Finding
		for i := range judged {
			for n := range judged[i].Outcome.Findings {
				if judged[i].Rule.Kind != name {
					found = append(found, &judged[i].Outcome.Findings[n])
				}
			}
		}
		if len(found) == 0 {
			continue
		}
		if err := guarded(name, func() error { k.Hide(t, found); return nil }); err != nil {
			for _, f := range found {
				f.Saw = "" // rather nothing than what may be a secret
			}
		}
	}
}

// errTimeUp is why a slow kind is ended.
var errTimeUp = errors.New("its time is up")

// judgedOf are the outcomes of rules; without one a rule is unknown, for a reason.
func judgedOf(k Kind, rules []Rule, outcomes []Outcome, err error, missing string) []Judged {
	by := map[string]Outcome{}
	for _, o := range outcomes {
		by[o.Rule] = o
	}
	var list []Judged
	for _, r := range rules {
		o, found := by[r.ID]
		switch {
		case err != nil:
			list = append(list, unknown(r, sentence(err)))
		case !found:
			list = append(list, unknown(r, missing))
		default:
			list = append(list, Judged{Rule: r, Outcome: bounded(o), Plain: k.Commands})
		}
	}
	return list
}

// bounded is an outcome as it can be believed and kept: a rule with a finding does not
// pass, and what is unknown has a reason.
func bounded(o Outcome) Outcome {
	switch o.Truth {
	case prentice.Pass:
		if len(o.Findings) > 0 {
			o.Truth = prentice.Fail
		}
	case prentice.Fail:
	default:
		o.Truth = prentice.NotSeen
		if o.Reason == "" {
			o.Reason = "no one said why"
		}
	}
	slices.SortStableFunc(o.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Says, b.Says))
	})
	if more := len(o.Findings) - MostFindings; more > 0 {
		o.Findings = o.Findings[:MostFindings]
		o.Reason = strings.TrimSpace(fmt.Sprintf("%s and %d more findings", o.Reason, more))
	}
	for i := range o.Findings {
		o.Findings[i].Rule = o.Rule
		o.Findings[i].spell()
	}
	return o
}
