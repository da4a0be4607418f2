package codecontrol

import (
	"path"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// CodeFile is what the team asks of its code.
var CodeFile = team.File[*CodeRules]{Name: "code.yaml", Load: readCode}

// mostRules is how many rules a team may have.
const mostRules = 200

// readCode reads it; with an error among the findings there are no rules, and no one knows
// what is asked.
func readCode(file string, text []byte) (*CodeRules, []prentice.Finding) {
	r := codeReader{strict.Reader{Near: nearest.Of}}
	out := &CodeRules{}
	if top := r.Document(text); top != nil {
		v := r.Mapping(top, "code file", "rules", "queue")
		if n := v["rules"]; n != nil {
			for _, one := range r.List(n, "rules") {
				rule := r.rule(one)
				for _, had := range out.Rules {
					if had.Name == rule.Name && rule.Name != "" {
						r.Wrong(one, "give it another name", "there is a rule %q already, at line %d", rule.Name, had.Line)
					}
				}
				out.Rules = append(out.Rules, rule)
			}
			if len(out.Rules) > mostRules {
				r.Wrong(n, "join some of them", "there are %d rules, and at most %d are read", len(out.Rules), mostRules)
			}
		}
		if n := v["queue"]; n != nil {
			out.Running = r.number(r.Mapping(n, "queue mapping", "running")["running"], "running", 1, 100)
		}
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return out, nil
}

type codeReader struct{ strict.Reader }

func (r *codeReader) rule(n *strict.Node) (out CodeRule) {
	v := r.Mapping(n, "rule", "name", "repositories", "branches", "approvals", "owners", "resolved", "keep", "methods", "signed", "forbidden", "largest")
	out.Line = n.Line
	out.Name = r.Needed(v["name"], n, "rule", "name", "say what it is called, such as name: careful")
	if out.Name != "" && !prentice.ValidName(out.Name) {
		r.Wrong(v["name"], "use letters, digits and . _ -", "%q is no name of a rule", clip.Text(out.Name))
	}
	out.Repositories, out.Branches, out.Forbidden = r.patterns(v["repositories"], "repositories"), r.patterns(v["branches"], "branches"), r.patterns(v["forbidden"], "forbidden")
	out.Approvals = r.number(v["approvals"], "approvals", 1, 20)
	for key, to := range map[string]*bool{"owners": &out.Owners, "resolved": &out.Resolved, "signed": &out.Signed} {
		if v[key] != nil {
			*to = r.Choice(v[key], key, []string{"true", "false"}) == "true"
		}
	}
	if v["keep"] != nil {
		out.Keep = r.Choices(v["keep"], "keep", []string{change.OverRebase, change.OverMessage, "nothing"})
	}
	if v["methods"] != nil {
		for _, word := range r.Choices(v["methods"], "methods", []string{string(queue.Merge), string(queue.Squash), string(queue.Rebase)}) {
			out.Methods = append(out.Methods, queue.Method(word))
		}
	}
	if v["largest"] != nil {
		out.Largest = r.size(v["largest"])
	}
	return out
}

func (r *codeReader) patterns(n *strict.Node, what string) (list []string) {
	if n == nil {
		return nil
	}
	for _, p := range r.Words(n, what) {
		if _, err := path.Match(p, ""); err != nil {
			r.Wrong(n, "write names, or * for a part of one", "%q is no pattern", clip.Text(p))
		}
		list = append(list, p)
	}
	return list
}

func (r *codeReader) number(n *strict.Node, what string, least, most int) int {
	if n == nil {
		return 0
	}
	got, err := strconv.Atoi(r.Text(n, what))
	if err != nil || got < least || got > most {
		r.Wrong(n, "write a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most), "%s is %q", what, clip.Text(n.Value))
	}
	return got
}

// size reads 500kB or 5MB.
func (r *codeReader) size(n *strict.Node) int64 {
	text, factor := r.Text(n, "largest"), int64(1)
	for unit, of := range map[string]int64{"kB": 1000, "MB": 1_000_000} {
		if rest, found := strings.CutSuffix(text, unit); found {
			text, factor = strings.TrimSpace(rest), of
		}
	}
	got, err := strconv.ParseInt(text, 10, 32)
	if err != nil || got < 1 || got*factor > largest {
		r.Wrong(n, "write 500kB or 5MB, and at most 50MB", "largest is %q", clip.Text(n.Value))
	}
	return got * factor
}
