package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/argv"
)

// program is the kind command: a program says yes.
type program struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (program) Name() string { return "command" }

// Keys implements prentice.ProbeKind.
func (program) Keys() []string { return nil }

// Lint implements prentice.ProbeKind: it refuses what could not be started, or not
// as it is meant.
func (program) Lint(q prentice.Probe) []prentice.Finding {
	line := strings.TrimSpace(q.Target)
	_, err := argv.Split(line)
	switch {
	case line == "":
		return wrong("write the command line", "the target is empty")
	case errors.Is(err, argv.ErrShell):
		return wrong("write sh -c '…', with the command in single quotes", "the command line %v", err)
	case err != nil:
		return wrong("write a program and its arguments", "the command line %v", err)
	}
	return nil
}

// Says implements prentice.ProbeKind.
func (program) Says(prentice.Probe) string { return "succeeds" }

// Machine implements prentice.ProbeKind.
func (program) Machine(prentice.Probe) string { return "" }

// Look implements prentice.ProbeKind.
func (k program) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	return k.p.command(ctx, q)
}

func wrong(hint, format string, args ...any) []prentice.Finding {
	return []prentice.Finding{{Error: true, Text: fmt.Sprintf(format, args...), Hint: hint}}
}

var _ prentice.ProbeKind = program{}
