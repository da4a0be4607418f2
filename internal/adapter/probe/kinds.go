package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"prentice"
	"prentice/internal/kit/argv"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// port is the kind tcp: something takes connections.
type port struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (port) Name() string { return "tcp" }

// Keys implements prentice.ProbeKind.
func (port) Keys() []string { return nil }

// Lint implements prentice.ProbeKind.
func (port) Lint(q prentice.Probe) []prentice.Finding {
	if reach.IsAddress(q.Target) {
		return nil
	}
	return wrong("write host:port", "target %q is not host:port", clip.Text(q.Target))
}

// Says implements prentice.ProbeKind.
func (port) Says(prentice.Probe) string { return "takes connections" }

// Machine implements prentice.ProbeKind.
func (port) Machine(q prentice.Probe) string {
	host, _, err := net.SplitHostPort(q.Target)
	if err != nil {
		return ""
	}
	return host
}

// Look implements prentice.ProbeKind.
func (k port) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	return k.p.tcp(ctx, q)
}

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

var (
	_ prentice.ProbeKind = port{}
	_ prentice.ProbeKind = program{}
)
