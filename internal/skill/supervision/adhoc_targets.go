package supervision

import (
	"regexp"
	"strconv"
	"strings"
)

// bare is a host's name, or a pattern of names, as people type it. An expression that
// gives hosts has a bracket or a quote in it.
var bare = regexp.MustCompile(`^(host/)?[A-Za-z0-9*?][A-Za-z0-9_.*?-]*$`)

// targetsOf writes the hosts that people name as an expression: all, names and
// patterns with commas or spaces between. What is an expression already stays, and
// so does what is neither: anyone who reads expressions says what is wrong with it.
func targetsOf(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(words) == 1 && words[0] == "all" {
		return "hosts()"
	}
	var names, parts []string
	for _, word := range words {
		if !bare.MatchString(word) || word == "all" {
			return text
		}
		word = strings.TrimPrefix(word, "host/")
		if !strings.ContainsAny(word, "*?") {
			names = append(names, strconv.Quote(word))
			continue
		}
		parts = append(parts, `hosts().filter(h, h.name.matches(`+strconv.Quote(pattern(word))+`))`)
	}
	switch {
	case len(names) == 0 && len(parts) == 0:
		return text
	case len(parts) == 0:
		return "[" + strings.Join(names, ", ") + "]"
	case len(names) > 0:
		parts = append([]string{"[host(" + strings.Join(names, "), host(") + ")]"}, parts...)
	}
	return strings.Join(parts, " + ")
}

// pattern is a regular expression for the names that a pattern of the shell fits.
func pattern(glob string) string {
	return "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(glob)) + "$"
}
