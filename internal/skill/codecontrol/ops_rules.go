package codecontrol

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/op"
)

// BranchRules is what a branch asks of what comes to it, and who says so.
type BranchRules struct {
	Repository string       `json:"repository"`
	Branch     string       `json:"branch"`
	Protected  bool         `json:"protected"`
	Review     change.Rules `json:"review"` // of both files
	Says       string       `json:"says"`   // of review, in a sentence
	Own        string       `json:"own"`    // what the branch itself says of review, and where
	Team       Asks         `json:"team"`   // what the team asks
	Signature  string       `json:"signature"`
}

// Text implements op.Texter.
func (b BranchRules) Text() string {
	var t strings.Builder
	moves := "pushes move it"
	if b.Protected {
		moves = "nothing but the merge queue moves it"
	}
	fmt.Fprintf(&t, "%s of %s: %s\n", b.Branch, b.Repository, moves)
	fmt.Fprintf(&t, "review     %s\n", b.Says)
	fmt.Fprintf(&t, "  of which %s\n", b.Own)
	fmt.Fprintf(&t, "team asks  %s\n", b.Team.Text())
	for _, by := range b.Team.By {
		fmt.Fprintf(&t, "  by       %s\n", by)
	}
	fmt.Fprintf(&t, "lands by   %s: %s\n", names(b.Team.Methods), b.Signature)
	return t.String()
}

var _ op.Texter = BranchRules{}

func (k *Desk) rulesOps() []op.Op {
	return []op.Op{
		op.New("branch.rules", prentice.Look, prentice.Viewer, "Say what a branch asks of pushes and changes, and which file says so", k.branchRules).
			WithExample("prentice branch rules shop").
			WithHelp("Rules are those of the team's code.yaml in force and of .prentice/review.yaml of the branch as it is: of each thing the stricter counts, and nothing that a change brings counts for itself."),
	}
}

func (k *Desk) branchRules(ctx context.Context, _ op.Call, in QueueIn) (out BranchRules, err error) {
	h, err := k.Repository(ctx, NameIn{in.Name}.name())
	if err != nil {
		return out, err
	}
	out.Repository, out.Branch = h.Name, in.Branch
	if out.Branch == "" {
		out.Branch = h.Branch
	}
	if out.Protected, err = k.Protected(ctx, h.Name, out.Branch); err != nil {
		return out, err
	}
	if out.Team, err = k.asks(h.Name, out.Branch); err != nil {
		return out, err
	}
	usual, own := change.Usual(), "no "+change.RulesFile+" is there, so it is as usual"
	if k.Open != nil {
		code, err := k.Open(ctx, h.Name)
		if err != nil {
			return out, err
		}
		defer code.Close() //nolint:errcheck // it was only read
		rules, tip, err := rulesOf(ctx, code, out.Branch)
		if err != nil && tip != "" {
			return out, err
		}
		if err == nil {
			usual = rules
		}
		if _, err := code.File(ctx, tip, change.RulesFile, 1<<20); err == nil && tip != "" {
			own = change.RulesFile + " of the branch: " + rules.Text()
		}
	}
	out.Own, out.Review = own, out.Team.Over(usual)
	out.Says = out.Review.Text()
	if m, err := out.Team.Method(""); err == nil {
		out.Signature = Signature(m)
	}
	return out, nil
}
