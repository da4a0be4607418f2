package standard

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// draft is a rule being read.
type draft struct {
	id, says   string
	line       int
	read       bool // its block was
	rule       check.Rule
	violations []check.Example
	passes     []check.Example
}

// ways are what a rule may ask by, one of them.
var ways = []string{"builtin", "pattern", "cel", "schema", "sandbox"}

// ruleBlock reads what a rule asks.
func (r *reading) ruleBlock(text string, line int) {
	d := r.rule
	if d.read {
		r.wrong(line, "give it a heading of its own", "rule "+d.id+" has two rule blocks")
		return
	}
	d.read = true
	r.yaml(text, line, func(s *strict.Reader, top *strict.Node) {
		v := s.Mapping(top, "rule", append([]string{"why", "severity", "remedy", "cites", "paths", "except", "in", "wanted"}, ways...)...)
		d.rule.Why, d.rule.Severity = r.std.Reason, r.std.Severity
		if v["why"] != nil {
			d.rule.Why = s.Text(v["why"], "why")
		}
		if v["severity"] != nil {
			d.rule.Severity = claims.Severity(s.Choice(v["severity"], "severity", severities))
		}
		if v["remedy"] != nil {
			d.rule.Remedy = s.Text(v["remedy"], "remedy")
		}
		d.rule.Cites = r.cited(s, v["cites"])
		q := r.question(s, v, top)
		d.rule.Asks, d.rule.Kind = q.text(), q.kind()
		if len(s.Problems) == 0 {
			if _, err := q.compile(r.known); err != nil {
				s.Wrong(v[q.way()], hintOf(err), "%v", err)
			}
		}
	})
}

// question reads which way a rule asks, and where.
func (r *reading) question(s *strict.Reader, v map[string]*strict.Node, top *strict.Node) question {
	q := question{Paths: globs(s, v["paths"], "paths"), Except: globs(s, v["except"], "except")}
	if q.Paths == nil {
		q.Paths = r.std.Applies
	}
	asked := 0
	for _, way := range ways {
		if v[way] == nil {
			continue
		}
		asked++
		switch way {
		case "builtin":
			q.Builtin = s.Choice(v[way], "built-in analyser", r.known.names())
		case "pattern":
			q.Pattern = s.Text(v[way], way)
		case "cel":
			q.CEL = s.Text(v[way], way)
		case "schema":
			q.Schema = inline(s, v[way])
		case "sandbox":
			q.Sandbox = s.Text(v[way], way)
		}
	}
	if asked != 1 {
		s.Wrong(top, "write one of "+strings.Join(ways, ", "), "the rule asks in %d ways", asked)
	}
	if v["in"] != nil {
		q.In = s.Choice(v["in"], "place of a pattern", []string{"content", "path"})
	}
	if v["wanted"] != nil {
		q.Wanted = s.Choice(v["wanted"], "way", []string{"true", "false"}) == "true"
	}
	if (q.Wanted || q.In != "") && q.Pattern == "" {
		s.Wrong(top, "take in and wanted out", "only a pattern has a place, and may be wanted")
	}
	return q
}

func inline(s *strict.Reader, n *strict.Node) any {
	var value any
	if err := n.Decode(&value); err != nil || n.Kind != yaml.MappingNode {
		s.Wrong(n, "write the schema below it, such as type: object", "schema is not a mapping")
	}
	return value
}

func globs(s *strict.Reader, n *strict.Node, what string) []string {
	list := s.Words(n, what)
	for i, glob := range list {
		if _, err := Glob(glob); glob != "" && err != nil {
			s.Wrong(n.Content[i], "write it as **/*.yaml, docs/** or README.md", "%v", err)
		}
	}
	return list
}

// endRule takes the rule that was read, if it is whole.
func (r *reading) endRule() {
	d := r.rule
	if r.rule = nil; d == nil {
		return
	}
	id := r.std.Name + "/" + d.id
	lacks := func(what, hint string) {
		r.wrong(d.line, hint, fmt.Sprintf("rule %s has no %s", clip.Text(d.id), what))
	}
	switch {
	case !d.read && len(d.violations)+len(d.passes) == 0:
		return // a heading of prose
	case !prentice.ValidName(d.id) || strings.ContainsAny(d.id, ":@/"):
		r.wrong(d.line, "write ## NAME: what holds, with letters, digits and dashes", fmt.Sprintf("%q cannot name a rule", clip.Text(d.id)))
		return
	case !d.read:
		lacks("rule block", "say in a block ```rule what it asks")
	case len(d.violations) == 0:
		lacks("violation", "show in a block ```violation what it finds")
	case len(d.passes) == 0:
		lacks("pass", "show in a block ```pass what passes")
	case len(r.std.Rules) == mostRules:
		r.wrong(d.line, "divide it", fmt.Sprintf("a standard has at most %d rules", mostRules))
		return
	}
	for _, other := range r.std.Rules {
		if other.ID == id {
			r.wrong(d.line, "give it another name", "there are two rules "+clip.Text(id))
		}
	}
	rule := d.rule
	rule.ID, rule.Says, rule.Owner, rule.ReviewBy = id, d.says, r.std.Owner, r.std.ReviewBy
	rule.Violations, rule.Passes, rule.Source = d.violations, d.passes, r.std.Source
	if r.std.Source != BuiltIn {
		rule.Source = fmt.Sprintf("%s:%d", r.file, d.line)
	}
	r.std.Rules = append(r.std.Rules, rule)
}
