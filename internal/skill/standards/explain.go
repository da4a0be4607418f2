package standards

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/op"
)

// ExplainIn names a rule.
type ExplainIn struct {
	Rule string `json:"rule" arg:"1" maxLength:"200" example:"containers/pinned-base" doc:"The rule."`
	Dir  string `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Told is all there is to say of a rule and this repository.
type Told struct {
	Ruled
	Repository string         `json:"repository"`
	Owner      prentice.Ref   `json:"owner,omitempty"`
	Proven     bool           `json:"proven"`
	Waive      string         `json:"waive"` // the command
	Fixable    bool           `json:"fixable"`
	Waivers    []check.Waiver `json:"waivers,omitempty"`
}

func explainOp(d Deps) op.Op {
	return op.New("check.explain", prentice.Look, prentice.Viewer, "Explain a rule, and how this repository keeps it", d.explain).
		WithExample("prentice check explain containers/pinned-base").WithoutState().OnlyHere().WithHelp("Says what the rule is and why, which principles it serves, what was found here with file and line, the smallest change that would pass, and who may waive it.")
}

func (d Deps) explain(ctx context.Context, _ op.Call, in ExplainIn) (Told, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Told{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	j := d.judgeOf(l, false)
	rules, _ := j.Rules(ctx, l.rules)
	r, err := ruleOf(withCoverage(rules), in.Rule)
	if err != nil {
		return Told{}, err
	}
	judged, ofCoverage := r.ID, r.Kind == coverageKind
	if ofCoverage {
		judged = pipeline.Kind + strings.TrimPrefix(r.ID, coverageKind)
	}
	checked, err := d.judge(ctx, l, RunIn{Only: []string{judged}})
	if err != nil {
		return Told{}, err
	}
	t := Told{Repository: l.tree.Name, Owner: r.Owner, Proven: ofCoverage || j.Commands(r) || len(j.Toothless(ctx, r)) == 0, Waive: "prentice check waive " + r.ID + " --reason TEXT --owner group/NAME --expires DAY --write"}
	for _, one := range checked.Rules {
		if one.ID == r.ID {
			t.Ruled = one
		}
	}
	for _, w := range l.agreed.Waivers {
		if w.Rule == r.ID {
			t.Waivers = append(t.Waivers, w)
		}
	}
	for _, f := range t.Findings {
		t.Fixable = t.Fixable || len(f.Fix) > 0
	}
	return t, nil
}

// Text implements op.Texter.
func (t Told) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", t.ID, t.Says)
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s %s\n", name, line(text))
		}
	}
	say("Why", t.Why)
	for _, c := range t.Cites {
		say("Serves", c.Title+" "+c.URL)
	}
	say("Severity", string(t.Severity))
	say("Written", t.Source)
	say("Owner", string(t.Owner))
	if !t.Proven {
		say("Teeth", "it was not seen to fail where it must, so it blocks nothing: prentice check prove "+t.ID)
	}
	fmt.Fprintf(&b, "\nIn %s: %s %s\n", shown(t.Repository), t.Truth, line(t.Reason))
	for _, f := range t.Findings {
		fmt.Fprintf(&b, "  %s%s%s\n", at(f.Finding), line(f.Says), excused(f))
		if f.Saw != "" {
			fmt.Fprintf(&b, "      %s\n", line(f.Saw))
		}
		if f.Remedy != "" && f.Remedy != t.Remedy {
			fmt.Fprintf(&b, "      → %s\n", line(f.Remedy))
		}
	}
	if t.Truth != prentice.Pass {
		b.WriteByte('\n')
		say("To pass", t.Remedy)
		if t.Fixable {
			say("", "see the smallest patch with: prentice check fix "+t.ID)
		}
		say("Waive it", t.Waive)
	}
	for _, w := range t.Waivers {
		say("Waived", fmt.Sprintf("%s until %s, of %s: %s", orText(w.Where, "everywhere"), w.Last(), w.Owner, w.Reason))
	}
	return b.String()
}

// excused is why a finding does not count, behind it.
func excused(f Found) string {
	switch {
	case f.Excuse == check.Waived && f.Waiver != nil:
		return " (waived until " + f.Waiver.Last() + ": " + line(f.Waiver.Reason) + ")"
	case f.Quarantine != nil:
		return " (quarantined until " + f.Quarantine.Last() + ": " + line(f.Quarantine.Reason) + ")"
	case f.Excuse == check.Before:
		return " (in the baseline)"
	}
	return ""
}

var _ op.Texter = Told{}
