package probe

import (
	"fmt"
	"slices"
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
	known := map[string]string{}
	for _, name := range sorted(s.Attrs) {
		hint := "it knows " + strings.Join(attributes, ", ")
		if near := nearest.Of(name, attributes); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		if !slices.Contains(attributes, name) {
			fail(hint, "a probe step has no attribute %q", name)
		}
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

func sorted(attrs map[string]string) []string {
	var names []string
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
