package build

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

// DeploymentOut is a deployment.
type DeploymentOut struct {
	release.Deployment
	Ref     prentice.Ref `json:"ref"`
	RunRef  prentice.Ref `json:"run_ref,omitempty"`
	Running bool         `json:"running"`        // it goes on
	Runs    string       `json:"runs,omitempty"` // the version that ran at the place at the time that was asked for
}

func deploymentOut(d release.Deployment) DeploymentOut {
	out := DeploymentOut{Deployment: d, Ref: d.Ref(), Running: d.Open()}
	if d.Run > 0 {
		out.RunRef = prentice.NewRef("run", fmt.Sprint(d.Run))
	}
	return out
}

// State is how it stands, as pages show it.
func (d DeploymentOut) State() string {
	switch {
	case d.Running:
		return "going on"
	case d.Fault != nil:
		return "failed later"
	}
	return string(d.Outcome)
}

// Word is how it stands.
func (d DeploymentOut) Word() string { return op.WordOf(states, d.State()) }

func (d DeploymentOut) sign() string {
	if badge, ok := states[d.State()]; ok {
		return badge.Sign
	}
	switch d.Outcome {
	case release.Failed:
		return "■"
	case release.Undone:
		return "↺"
	}
	return "◇"
}

// Text implements op.Texter.
func (d DeploymentOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s to %s: %s\n", d.Ref, d.sign(), d.What(), d.Place, d.Word())
	fmt.Fprintf(&b, "Asked     %s by %s\nBy        %s, procedure %s\n", op.At(d.Asked), d.By, cmp.Or(string(d.RunRef), "no run"), d.Procedure)
	if d.ByHand {
		b.WriteString("By hand   someone started its run, and no one asked whether it may\n")
	}
	if d.Reason != "" {
		fmt.Fprintf(&b, "Because   %s\n", d.Reason)
	}
	if d.Before != "" {
		word := "Before"
		if d.Back {
			word = "Back from"
		}
		fmt.Fprintf(&b, "%-9s %s\n", word, d.Before)
	}
	if d.Fixes != "" {
		fmt.Fprintf(&b, "Fixes     %s\n", d.Fixes)
	}
	if !d.Ended.IsZero() {
		fmt.Fprintf(&b, "Ended     %s: %s\n", op.At(d.Ended), d.Says)
	}
	if d.Fault != nil {
		fmt.Fprintf(&b, "Fault      since %s, said by %s: %s\n", op.At(d.Fault.At), d.Fault.By, d.Fault.Reason)
	}
	fmt.Fprintf(&b, "Digest    %s\n", cmp.Or(d.Digest, "not known"))
	if d.Unknown != "" {
		fmt.Fprintf(&b, "Brings    not known: %s\n", d.Unknown)
	}
	for i, c := range d.Brings {
		head := ""
		if i == 0 {
			head = "Brings"
		}
		fmt.Fprintf(&b, "%-9s change/%d %s\n", head, c.Number, c.Title)
	}
	return b.String()
}

// Deployments is a list of them.
type Deployments struct {
	At          time.Time       `json:"at,omitzero"` // what was where then
	Deployments []DeploymentOut `json:"deployments"`
}

// Table implements op.Tabler.
func (l Deployments) Table() (head []string, rows [][]string) {
	head = []string{"DEPLOYMENT", "RELEASE", "PLACE", "STATE", "ENDED (UTC)", "RUN", "BY"}
	if !l.At.IsZero() {
		head[1] = "RAN"
	}
	for _, d := range l.Deployments {
		what, by := d.What(), string(d.By)
		if d.ByHand {
			by += ", by hand"
		}
		if !l.At.IsZero() {
			what = release.Name(d.Service, cmp.Or(d.Runs, "?"))
		}
		rows = append(rows, []string{string(d.Ref), what, d.Place, d.sign() + " " + d.Word(), op.Cell(d.Ended), string(d.RunRef), by})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l Deployments) Empty() string {
	return "No deployment. Bring a release to its first place: prentice release deploy SERVICE@VERSION PLACE"
}

// Allowed says whether a release may go to a place, and what is missing.
type Allowed struct {
	claims.Answer
	Action  string `json:"action"`
	Service string `json:"service"`
	Version string `json:"version,omitempty"`
	Place   string `json:"place"`
}

// ExitCode implements op.Ender.
func (a Allowed) ExitCode() int {
	switch a.May {
	case prentice.Pass:
		return 0
	case prentice.Fail:
		return op.NotWell
	}
	return op.NotKnown
}

// Text implements op.Texter.
func (a Allowed) Text() string {
	var b strings.Builder
	sign, word := "◇", "unknown"
	switch a.May {
	case prentice.Pass:
		sign, word = "●", "yes"
	case prentice.Fail:
		sign, word = "✕", "no"
	}
	fmt.Fprintf(&b, "%s %s: may %s %s to %s\n", sign, word, a.Action, strings.TrimSuffix(release.Name(a.Service, a.Version), "@"), a.Place)
	for _, n := range a.Missing {
		sign := "◇"
		if n.Truth == prentice.Fail {
			sign = "✕"
		}
		fmt.Fprintf(&b, "%s %s: %s\n    %s\n", sign, n.Claim, n.Says, n.Reason)
		for _, do := range []string{n.Produce, n.Resolve} {
			if do != "" {
				fmt.Fprintf(&b, "    → %s\n", do)
			}
		}
	}
	for _, n := range a.Advice {
		fmt.Fprintf(&b, "▲ %s: %s\n", n.Claim, n.Reason)
	}
	fmt.Fprintf(&b, "  %s held\n", op.Count(len(a.Held), "claim is", "claims are"))
	return b.String()
}

var (
	_ op.Texter  = DeploymentOut{}
	_ op.Tabler  = Deployments{}
	_ op.Emptier = Deployments{}
	_ op.Texter  = Allowed{}
	_ op.Ender   = Allowed{}
)
