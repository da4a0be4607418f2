package run

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"prentice"
)

// PlanGroup names what a plan has in common with those that are equal to it but for
// their subject and targets: people may answer such plans together. It is no
// leave: that is given for each plan's own hash.
func PlanGroup(p prentice.Plan) string {
	names := []string{string(p.Subject), p.Subject.Name()}
	for _, t := range p.Targets {
		names = append(names, string(t.Ref), t.Ref.Name(), t.Address)
	}
	p.Subject, p.Targets, p.Facts = "", nil, nil
	text := p.Canonical()
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var words []string
	for _, name := range slices.Compact(names) {
		if name != "" {
			words = append(words, regexp.QuoteMeta(name))
		}
	}
	if len(words) > 0 {
		text = regexp.MustCompile(`\b(?:`+strings.Join(words, "|")+`)\b`).ReplaceAll(text, []byte("*"))
	}
	return prentice.Digest(text)
}
