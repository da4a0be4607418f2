package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// BaselineFile is where a repository says what was wrong with it already.
const BaselineFile = ".prentice/baseline.yaml"

// Old is what was found before, so many times in a file.
type Old struct {
	Rule, Path, Key string
	Count           int
}

// Baseline is what the branch that a change is made on violates already. Old findings
// may only become fewer.
type Baseline struct {
	Old      []Old
	Coverage map[string]Coverage // of checks, by the ID of their rule: it may only rise
}

// BaselineOf is the findings as they are to be written down.
func BaselineOf(list []Finding) Baseline {
	counts := map[Old]int{}
	for _, f := range list {
		counts[Old{Rule: f.Rule, Path: f.Path, Key: f.Fingerprint()}]++
	}
	var b Baseline
	for o, n := range counts {
		o.Count = n
		b.Old = append(b.Old, o)
	}
	b.sort()
	return b
}

func (b Baseline) sort() {
	slices.SortFunc(b.Old, func(a, b Old) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Key, b.Key))
	})
}

// Ages says of each finding whether it is an old one, and how many old ones are gone. A
// finding whose file was renamed is the same: the file that it was in is no more.
func (b Baseline) Ages(list []Finding, t *Tree) (old []bool, gone int) {
	old = make([]bool, len(list))
	left := map[Old]int{}
	for _, o := range b.Old {
		left[Old{Rule: o.Rule, Path: o.Path, Key: o.Key}] += max(o.Count, 1)
	}
	for i, f := range list {
		if at := (Old{Rule: f.Rule, Path: f.Path, Key: f.Fingerprint()}); left[at] > 0 {
			left[at]--
			old[i] = true
		}
	}
	moved := map[Old]int{} // of files that are no more, whatever they were called
	for at, n := range left {
		if _, there := t.File(at.Path); n > 0 && !there && at.Path != "" {
			moved[Old{Rule: at.Rule, Key: at.Key}] += n
			delete(left, at)
		}
	}
	for i, f := range list {
		if at := (Old{Rule: f.Rule, Key: f.Fingerprint()}); !old[i] && moved[at] > 0 {
			moved[at]--
			old[i] = true
		}
	}
	for _, n := range left {
		gone += n
	}
	for _, n := range moved {
		gone += n
	}
	return old, gone
}

// Join is both. What stands in both counts as often as in the one that has it more often.
func (b Baseline) Join(other Baseline) Baseline {
	most := map[Old]int{}
	for _, o := range slices.Concat(b.Old, other.Old) {
		at := Old{Rule: o.Rule, Path: o.Path, Key: o.Key}
		most[at] = max(most[at], o.Count, 1)
	}
	all := b.Raise(other.Coverage)
	all.Old = nil
	for at := range maps.Keys(most) {
		at.Count = most[at]
		all.Old = append(all.Old, at)
	}
	all.sort()
	return all
}

// Part parts the baseline by whether a rule was judged: of one that was not, no one
// knows which findings are gone.
func (b Baseline) Part(judged map[string]bool) (known, unknown Baseline) {
	known.Coverage = b.Coverage
	for _, o := range b.Old {
		if judged[o.Rule] {
			known.Old = append(known.Old, o)
		} else {
			unknown.Old = append(unknown.Old, o)
		}
	}
	return known, unknown
}

// Fewer is what is still there of the baseline: nothing is added to it, and what belongs
// to rules that were not judged stays.
func (b Baseline) Fewer(list []Finding, t *Tree, judged map[string]bool) Baseline {
	b, rest := b.Part(judged)
	old, _ := b.Ages(list, t)
	var still []Finding
	for i, f := range list {
		if old[i] {
			still = append(still, f)
		}
	}
	return BaselineOf(still).Join(rest).Raise(b.Coverage)
}

// Text is the baseline as a file.
func (b Baseline) Text() string {
	var s strings.Builder
	s.WriteString("# What was wrong with this repository already. These findings fail no check and may only become\n# fewer. What is gone is taken out by: prentice check baseline --write\nfindings:")
	if len(b.Old) == 0 {
		s.WriteString(" []")
	}
	s.WriteByte('\n')
	for _, o := range b.Old {
		fmt.Fprintf(&s, "  - {rule: %s, path: %s, id: %q, count: %d}\n", quoted(o.Rule), quoted(o.Path), o.Key, max(o.Count, 1))
	}
	b.writeCoverage(&s)
	return s.String()
}

// quoted is a text in double quotes, as YAML and JSON read it. Bytes that are no text
// are written as what they are.
func quoted(s string) string {
	if strings.ToValidUTF8(s, "") != s {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "%%%02x", s[i])
		}
		return `"bytes:` + b.String() + `"`
	}
	return strconv.QuoteToASCII(s)
}

// unquoted undoes quoted for bytes that are no text.
func unquoted(s string) string {
	hex, found := strings.CutPrefix(s, "bytes:%")
	if !found {
		return s
	}
	var b []byte
	for part := range strings.SplitSeq(hex, "%") {
		n, err := strconv.ParseUint(part, 16, 8)
		if err != nil {
			return s
		}
		b = append(b, byte(n))
	}
	return string(b)
}

// ReadBaseline reads the file.
func ReadBaseline(text []byte) (Baseline, []strict.Problem) {
	r := &strict.Reader{Near: nearest.Of}
	top := r.Document(text)
	v := r.Mapping(top, "a baseline", "findings", "coverage")
	b := Baseline{Coverage: readCoverage(r, v["coverage"])}
	if list, there := v["findings"]; there && !none(list) {
		for _, n := range r.List(list, "findings") {
			v := r.Mapping(n, "a finding", "rule", "path", "id", "key", "count")
			if v["id"] == nil {
				v["id"] = v["key"] // as it was written before: rules of secrets take a long key for one
			}
			o := Old{Rule: r.Needed(v["rule"], n, "rule", "rule", "name the rule"), Key: r.Needed(v["id"], n, "id", "id", "keep the id as it was written"), Count: 1}
			if p, there := v["path"]; there {
				o.Path = unquoted(p.Value)
			}
			if c, there := v["count"]; there {
				n, err := strconv.Atoi(c.Value)
				if err != nil || n < 1 || n > 1_000_000 {
					r.Wrong(c, "write how often it was found", "count %q is no number from 1", c.Value)
				}
				o.Count = n
			}
			b.Old = append(b.Old, o)
		}
	}
	if len(r.Problems) > 0 {
		return Baseline{}, r.Problems
	}
	return b, nil
}

// none says whether a list is written out and empty.
func none(n *strict.Node) bool { return n.Tag == "!!seq" && len(n.Content) == 0 }

// wrongFile is an error of the problems of a file of the repository.
func wrongFile(file string, problems []strict.Problem) error {
	p := problems[0]
	e := prentice.Errorf(prentice.Invalid, "%s", p.Text)
	if len(problems) > 1 {
		e = prentice.Errorf(prentice.Invalid, "%s (and %d more)", p.Text, len(problems)-1)
	}
	return e.Try("%s", p.Hint).In(prentice.Pos{File: file, Line: p.Line, Column: p.Column})
}
