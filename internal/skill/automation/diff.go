package automation

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/op"
)

// DiffIn names two versions.
type DiffIn struct {
	A     string `json:"a" arg:"1" file:"maybe" maxLength:"1048577" example:"restart-service@HEAD~1" doc:"The older: the name of a procedure, NAME@COMMIT, or a file."`
	B     string `json:"b,omitempty" arg:"2" file:"maybe" maxLength:"1048577" example:"restart-service" doc:"The newer; without it the procedure as it is in force."`
	Of    string `json:"of,omitempty" maxLength:"120" example:"restart-service" doc:"Which procedure is meant where B is not given; without it that of A."`
	NameA string `json:"name_a,omitempty" nameof:"a" maxLength:"500" doc:"What the file A is called."`
	NameB string `json:"name_b,omitempty" nameof:"b" maxLength:"500" doc:"What the file B is called."`
}

// Diffed is what differs between two versions of a procedure.
type Diffed struct {
	A       string             `json:"a"`
	B       string             `json:"b"`
	Changes []procedure.Change `json:"changes"`
	Errors  []string           `json:"errors,omitempty"` // why a version cannot be read to its end: more may differ
}

// Text is a line for each change, and the lines of texts that differ.
func (d Diffed) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s → %s\n", d.A, d.B)
	for _, e := range d.Errors {
		fmt.Fprintf(&b, "▲ %s\n", e)
	}
	for _, c := range d.Changes {
		b.WriteString("  " + c.String() + "\n")
		for line := range strings.Lines(c.Lines) {
			b.WriteString("    │ " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	if len(d.Changes) == 0 {
		b.WriteString("● nothing differs\n")
	}
	return b.String()
}

func diffOp(d Deps) op.Op {
	return op.New("procedure.diff", prentice.Look, prentice.Viewer, "Say what differs between two versions of a procedure", d.diff).
		WithExample("prentice procedure diff restart-service@HEAD~1 restart-service").FromFiles().WithHelp(
		"A version is the name of a procedure in force, NAME@COMMIT for one of the team folder's git, or a file. With one version alone it is compared with the procedure in force.\n\n" +
			"What differs is said in words of the plan: what it takes, whom it acts on, how far it may go, and step by step what it does; texts for people come last. Steps are the same when their ids are.")
}

func (d Deps) diff(ctx context.Context, _ op.Call, in DiffIn) (Diffed, error) {
	a, err := d.version(ctx, in.A, in.NameA)
	if err != nil {
		return Diffed{}, err
	}
	if in.B == "" {
		in.B = cmp.Or(in.Of, a.proc.Name)
	}
	b, err := d.version(ctx, in.B, in.NameB)
	if err != nil {
		return Diffed{}, err
	}
	out := Diffed{A: a.called, B: b.called, Changes: procedure.Compare(a.proc, b.proc)}
	for _, v := range []version{a, b} {
		if len(v.errors) > 0 {
			out.Errors = append(out.Errors, fmt.Sprintf("%s has %s, and more may differ: %s: %s", v.called, op.Count(len(v.errors), "error", "errors"), v.errors[0].At, v.errors[0].Text))
		}
	}
	return out, nil
}

var _ op.Texter = Diffed{}
