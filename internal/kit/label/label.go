// Package label compares labels as Alertmanager does.
//
// A matcher is label="value" with =, !=, =~ or !~; a label that is not there is
// empty, and a pattern is one of RE2 that has to match the whole value. Matchers are
// bounded, so that none that comes from outside costs much.
package label

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Matcher compares one label.
type Matcher struct {
	Name, Op, Value string
	pattern         *regexp.Regexp
}

// The bounds of a matcher, in bytes.
const (
	MostName  = 200
	MostValue = 1000
)

var written = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|[^\s"=!~{},]+)\s*(=~|!~|!=|=)\s*((?s:.*?))\s*$`)

// Parse reads a matcher. Names and values may stand in quotes, as in Go.
func Parse(text string) (Matcher, error) {
	found := written.FindStringSubmatch(text)
	if found == nil || !utf8.ValidString(text) {
		return Matcher{}, fmt.Errorf("%s is not a matcher", short(text))
	}
	name, err := unquoted(found[1])
	if err != nil || name == "" {
		return Matcher{}, fmt.Errorf("%s does not name a label", short(text))
	}
	value, err := unquoted(found[3])
	if err != nil {
		return Matcher{}, fmt.Errorf("the quotes of %s do not go together", short(text))
	}
	return New(name, found[2], value)
}

// New makes a matcher of its parts.
func New(name, op, value string) (m Matcher, err error) {
	switch {
	case name == "" || len(name) > MostName || !utf8.ValidString(name):
		return m, fmt.Errorf("%s is not the name of a label", short(name))
	case len(value) > MostValue || !utf8.ValidString(value):
		return m, fmt.Errorf("the value for %s is longer than %d bytes, or no text", short(name), MostValue)
	}
	m = Matcher{Name: name, Op: op, Value: value}
	switch op {
	case "=", "!=":
	case "=~", "!~":
		if m.pattern, err = regexp.Compile(`^(?s:` + value + `)$`); err != nil {
			return Matcher{}, fmt.Errorf("%s is not a pattern of RE2: %w", short(value), err)
		}
	default:
		return Matcher{}, fmt.Errorf("%s is not =, !=, =~ or !~", short(op))
	}
	return m, nil
}

// unquoted is a name or a value without its quotes. In them a backslash escapes as in
// Go, or, where that makes no sense, itself, a quote and a line's end alone: a pattern
// such as "web\d" is written so in the settings of Alertmanager.
func unquoted(text string) (string, error) {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		if value, err := strconv.Unquote(text); err == nil {
			return value, nil
		}
		text = strings.NewReplacer(`\\`, "\x00", `\"`, "\x01", `\n`, "\n").Replace(text[1 : len(text)-1])
		if strings.Contains(text, `"`) || strings.HasSuffix(text, `\`) {
			return "", strconv.ErrSyntax
		}
		return strings.NewReplacer("\x00", `\`, "\x01", `"`).Replace(text), nil
	}
	if strings.Contains(text, `"`) {
		return "", strconv.ErrSyntax
	}
	return text, nil
}

// String is a matcher as it is written.
func (m Matcher) String() string { return name(m.Name) + m.Op + strconv.Quote(m.Value) }

var plain = regexp.MustCompile(`^[^\s"=!~{},\\]+$`)

func name(text string) string {
	if plain.MatchString(text) {
		return text
	}
	return strconv.Quote(text)
}

// Fits says whether a matcher matches some labels.
func (m Matcher) Fits(labels map[string]string) bool {
	value := labels[m.Name]
	switch m.Op {
	case "=":
		return value == m.Value
	case "!=":
		return value != m.Value
	case "=~":
		return m.pattern.MatchString(value)
	case "!~":
		return !m.pattern.MatchString(value)
	}
	return false
}

// Fit says whether all of some matchers match. None at all match nothing.
func Fit(all []Matcher, labels map[string]string) bool {
	for _, m := range all {
		if !m.Fits(labels) {
			return false
		}
	}
	return len(all) > 0
}

// samples are values that nothing has in common.
var samples = []string{"q7ZxkV-81", "0", "_", "ü b", "/a.b:9"}

// Selects says whether a matcher picks something out: it wants a value, and not just
// any. One that only leaves something out does not.
func (m Matcher) Selects() bool {
	switch m.Op {
	case "=":
		return m.Value != ""
	case "=~":
		if m.pattern.MatchString("") {
			return false
		}
		for _, value := range samples {
			if !m.pattern.MatchString(value) {
				return true
			}
		}
	}
	return false
}

func short(text string) string {
	if r := []rune(strings.ToValidUTF8(text, "?")); len(r) > 80 {
		text = string(r[:80]) + "…"
	}
	return strconv.Quote(text)
}
