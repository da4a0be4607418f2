package catalog_test

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/reach"
	"prentice/internal/team/catalog"
)

// kinds are those of these tests: a page that may be asked for a status and a text,
// and a port.
var kinds = catalog.Kinds{
	kind{"http", []string{"status", "contains"}, reach.IsWeb, "an address on the web"},
	kind{"tcp", nil, reach.IsAddress, "host:port"},
	kind{"command", nil, func(s string) bool { return s != "" }, "a command"},
}

type kind struct {
	name string
	keys []string
	fits func(string) bool
	what string
}

func (k kind) Name() string                  { return k.name }
func (k kind) Keys() []string                { return k.keys }
func (k kind) Says(p prentice.Probe) string  { return "is " + k.what }
func (kind) Machine(p prentice.Probe) string { return "of " + p.Target }
func (k kind) Lint(p prentice.Probe) []prentice.Finding {
	if k.fits(p.Target) {
		return nil
	}
	return []prentice.Finding{{Error: true, Text: fmt.Sprintf("target %q is not %s", p.Target, k.what)}}
}
func (kind) Look(context.Context, prentice.Probe) prentice.Observation { return prentice.Observation{} }

var _ prentice.ProbeKind = kind{}
