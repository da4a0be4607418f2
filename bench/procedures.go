package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// measuredProcedure is a procedure with a loop.
const measuredProcedure = "---\nprocedure: p\nsummary: It is measured\ninputs:\n  values: {type: list}\ntargets: hosts()\n" +
	"limits: {max_targets: 50, parallel: 10, max_unhealthy: 50%, cooldown: 1m, timeout: 1m, approval_expires: 1h}\n---\n" +
	"\n## Act\n\n```sh id=a each=${inputs.values} idempotent\necho \"$EACH_VALUE\"\n```\n" +
	"\n```sh id=b each=${inputs.values} if=${each != \"none\"} idempotent\necho \"$EACH_VALUE\"\n```\n"

// madeProcedure is that procedure's library, and a catalog of fifty hosts.
func madeProcedure() (*procedure.Library, *team.Catalog, error) {
	l, findings := procedure.New([]procedure.File{{Name: "procedures/p.md", Text: []byte(measuredProcedure)}}, procedure.Kinds{&shell.Kind{}})
	for _, f := range findings {
		if f.Error {
			return nil, nil, fmt.Errorf("%s: %s", f.At, f.Text)
		}
	}
	cat := &team.Catalog{}
	for i := range 50 {
		cat.Hosts = append(cat.Hosts, team.Host{Ref: prentice.Ref(fmt.Sprintf("host/h%d", i)), Address: "10.0.0.1"})
	}
	return l, cat, nil
}

// unrolled is how long a plan takes that has two hundred rounds on fifty hosts.
func unrolled(context.Context) ([]figure, error) {
	l, cat, err := madeProcedure()
	if err != nil {
		return nil, err
	}
	req := prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"values": strings.Repeat("x,", 99) + "x"}}
	const n = 20
	begun := time.Now()
	for range n {
		plan, err := procedure.Render(l, cat, req)
		if err != nil || len(plan.Steps) != 200 {
			return nil, fmt.Errorf("a plan of %d steps: %w", len(plan.Steps), err)
		}
		plan.Hash()
	}
	took := float64(time.Since(begun).Microseconds()) / 1000 / n
	return []figure{{"proc.plan.unrolled", took, "ms", "≤ 100", took <= 100, "a plan of 200 rounds on 50 hosts, with its hash"}}, nil
}

// cases is how long a table of a hundred cases takes.
func cases(context.Context) ([]figure, error) {
	l, cat, err := madeProcedure()
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString("cases:\n")
	for i := range 100 {
		fmt.Fprintf(&text, "  - {name: case %d, procedure: p, inputs: {values: \"a,b,none\"}, steps: [a.1, a.2, a.3, b.1, b.2], left_out: [b.3]}\n", i)
	}
	begun := time.Now()
	list, findings := l.Cases(procedure.TestFile, []byte(text.String()))
	if r := l.Test(cat, list); r.Failed > 0 || len(r.Cases) != 100 || len(findings) > 0 {
		return nil, fmt.Errorf("%d of %d cases failed, %v", r.Failed, len(r.Cases), findings)
	}
	took := time.Since(begun).Seconds()
	return []figure{{"proc.test", took, "s", "≤ 1", took <= 1, "a table of 100 cases, read and tried"}}, nil
}
