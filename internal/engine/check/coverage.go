package check

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// Coverage is how much of the code the tests of a check ran, in tenths of a percent.
type Coverage int

func (c Coverage) String() string { return fmt.Sprintf("%d.%d %%", c/10, c%10) }

// CoverageRule is what is said of the coverage of a check, which has a rule of its own: it
// may be waived by itself.
func CoverageRule(r Rule) Rule {
	_, name, _ := strings.Cut(r.ID, "/")
	return Rule{
		ID: "coverage/" + name, Kind: "coverage", Says: "the coverage of " + name + " does not fall", Severity: claims.Block, Source: "built in",
		Why:    "Code that no test runs is code of which no one knows whether it works. There may be some, and not more.",
		Remedy: "Add tests for what is new, or let it fall for a reason: prentice check waive coverage/" + name,
	}
}

// covered is how the coverage of what was measured stands against what it was.
func (a Agreed) covered(list []Judged) (more []Judged) {
	for _, j := range list {
		now := j.Outcome.Coverage
		if now == nil {
			continue
		}
		r := CoverageRule(j.Rule)
		o := Outcome{Rule: r.ID, Truth: prentice.Pass, Reason: now.String()}
		if was, known := a.Old.Coverage[j.Rule.ID]; known && *now < was {
			o.Truth = prentice.Fail
			o.Findings = []Finding{{Rule: r.ID, Path: j.Rule.Source, Says: fmt.Sprintf("the coverage fell from %s to %s", was, *now), Key: "coverage", Remedy: r.Remedy}}
		}
		more = append(more, Judged{Rule: r, Outcome: o, Reused: j.Reused, Plain: true})
	}
	return more
}

// Raise is a baseline with what is covered now, where that is more than before.
func (b Baseline) Raise(now map[string]Coverage) Baseline {
	all := map[string]Coverage{}
	for _, of := range []map[string]Coverage{b.Coverage, now} {
		for rule, c := range of {
			all[rule] = max(all[rule], c)
		}
	}
	b.Coverage = all
	return b
}

// Coverages are those of the checks that passed, by the ID of their rule.
func Coverages(list []Judged) map[string]Coverage {
	all := map[string]Coverage{}
	for _, j := range list {
		if c := j.Outcome.Coverage; c != nil && j.Outcome.Truth == prentice.Pass {
			all[j.Rule.ID] = *c
		}
	}
	return all
}

// writeCoverage writes what is covered, as it stands in the file of a baseline.
func (b Baseline) writeCoverage(s *strings.Builder) {
	if len(b.Coverage) == 0 {
		return
	}
	s.WriteString("# How much of the code the tests of a check run, in percent. It may only rise.\ncoverage:\n")
	for _, rule := range slices.Sorted(maps.Keys(b.Coverage)) {
		c := b.Coverage[rule]
		fmt.Fprintf(s, "  %s: %q\n", quoted(rule), fmt.Sprintf("%d.%d", c/10, c%10))
	}
}

var percent = regexp.MustCompile(`^(\d{1,3})\.(\d)$`)

func readCoverage(r *strict.Reader, n *strict.Node) map[string]Coverage {
	if n == nil {
		return nil
	}
	all := map[string]Coverage{}
	if n.Tag != "!!map" {
		r.Wrong(n, `write "checks/unit": "81.2"`, "coverage is no mapping")
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		rule, value := n.Content[i], n.Content[i+1]
		m := percent.FindStringSubmatch(value.Value)
		if m == nil {
			r.Wrong(value, "write it as 81.2", "%q is no percentage", clip.Text(value.Value))
			continue
		}
		whole, _ := strconv.Atoi(m[1])
		tenth, _ := strconv.Atoi(m[2])
		c := Coverage(whole*10 + tenth)
		if _, twice := all[rule.Value]; twice || c > 1000 {
			r.Wrong(rule, "keep one of them, of at most 100.0", "the coverage of %q cannot be %s", clip.Text(rule.Value), value.Value)
		}
		all[rule.Value] = c
	}
	return all
}
