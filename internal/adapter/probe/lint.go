package probe

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

var attributes = []string{"service", "probe", "settle", "silence", "interval", "id", "risk", "where", "expect", "idempotent", "of"}

// Lint implements prentice.StepKind. What is worked out when the plan is made
// (${…}) is looked at then.
func (*Kind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, attributes) {
		fail(u.Hint, "a probe step has no attribute %q", u.Word)
	}
	known := map[string]string{}
	for name := range s.Attrs {
		if !strings.Contains(s.Attrs[name], "${") {
			known[name] = s.Attrs[name]
		}
	}
	if s.Attrs["service"] == "" {
		fail("write service=${inputs.service}, or a name", "a probe step names no service")
	}
	if strings.TrimSpace(s.Body) != "" {
		fail("take the lines out; what to check is in the catalog", "a probe step has no body")
	}
	if s.Section == prentice.Act || s.Section == prentice.Undo {
		fail("put it under Check or Verify", "a probe step checks; it does not act")
	}
	for _, name := range []string{"settle", "silence", "interval"} {
		if _, given := s.Attrs[name]; given && s.Section == prentice.Check {
			fail("take it out, or put the step under Verify", "a probe step under Check checks once and has no %s", name)
		}
	}
	if _, err := waitsOf(known); err != nil {
		fail(prentice.HintOf(err), "%s", text(err))
	}
	return findings
}

// text is an error without its hint, which a finding shows apart.
func text(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+prentice.HintOf(err))
}
