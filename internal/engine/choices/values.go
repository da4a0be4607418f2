package choices

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/capture"
)

// Bounds on an answer.
const (
	MostBytes  = 1 << 20 // of an answer
	MostValues = 1000    // of a list
)

// Values reads an answer: one value a line, where blank lines and what begins with # are
// for people; or what stands at a path of its JSON. One that holds anything that is no
// value has none at all.
func Values(answer, path string) ([]string, error) {
	if len(answer) > MostBytes {
		return nil, prentice.Errorf(prentice.Limited, "its answer has more than %d bytes", MostBytes)
	}
	values := inLines(answer)
	if path != "" {
		var why string
		if values, why = capture.PickMany(answer, path); why != "" {
			return nil, prentice.Errorf(prentice.Invalid, "%s", why)
		}
	}
	if len(values) > MostValues {
		return nil, prentice.Errorf(prentice.Limited, "it has %d values, and %d can be shown", len(values), MostValues)
	}
	for i, v := range values {
		if no := unfit(v); no != "" {
			return nil, prentice.Errorf(prentice.Invalid, "value %d is none: %s", i+1, no)
		}
	}
	return values, nil
}

func inLines(answer string) (values []string) {
	for line := range strings.Lines(answer) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			values = append(values, line)
		}
	}
	return values
}

// unfit says why a text is no value, or "".
func unfit(v string) string {
	switch {
	case v == "":
		return "it is empty"
	case len(v) > capture.MaxText:
		return fmt.Sprintf("it has more than %d bytes", capture.MaxText)
	case !utf8.ValidString(v):
		return "it is not UTF-8"
	case strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
		return "it has control characters"
	}
	return ""
}
