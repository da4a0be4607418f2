package prentice

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Shown is the body of a step as people read it. Of what is no text it is the size and
// the digest.
func (s PlannedStep) Shown() string {
	if s.Attrs["encoding"] != "base64" {
		return s.Body
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s.Body))
	if err != nil {
		return s.Body
	}
	return fmt.Sprintf("%d bytes that are no text, %s", len(raw), Digest(raw))
}

// Unsaid are the attributes that the line of a step does not tell, as name=value and by
// name: no one should agree to what they were not shown.
func (s PlannedStep) Unsaid() []string {
	var list []string
	for name, value := range s.Attrs {
		if slices.Contains([]string{"encoding", "digest", "libs"}, name) || s.tells(value) { // what is shown below the line has these
			continue
		}
		if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
			value = strconv.Quote(value)
		}
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// tells says whether a value stands in the step's line as a whole word. One that only
// says yes or no tells nothing without its name.
func (s PlannedStep) tells(value string) bool {
	if slices.Contains([]string{"", "yes", "no", "true", "false", "any"}, value) {
		return false
	}
	return regexp.MustCompile(`(^|[^\pL\pN])` + regexp.QuoteMeta(value) + `($|[^\pL\pN])`).MatchString(s.Says)
}
