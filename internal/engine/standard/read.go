package standard

import (
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/markdown"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// MaxBytes is the longest standard that is read, mostRules how many rules it may have.
const (
	MaxBytes  = 1 << 20
	mostRules = 200
)

var severities = []string{string(claims.Block), string(claims.Warn), string(claims.Advise)}

// Read reads a standard. source says where it is from, for its rules. With an error
// among the findings there is no standard.
func Read(file, source string, text []byte, known Analysers) (Standard, []prentice.Finding) {
	r := &reading{file: file, known: known, std: Standard{Source: source}}
	legible, wrong := markdown.Legible(text, MaxBytes)
	if r.faulty(wrong) {
		return Standard{}, r.findings
	}
	r.std.Text = string(legible)
	lines := strings.Split(r.std.Text, "\n")
	front, rest, wrong := markdown.Halves(lines, "standard")
	if r.faulty(wrong) {
		return Standard{}, r.findings
	}
	r.front(front)
	r.body(lines, rest)
	if len(r.findings) > 0 {
		return Standard{}, r.findings
	}
	return r.std, nil
}

// reading is one file being read.
type reading struct {
	file     string
	known    Analysers
	std      Standard
	cites    map[string]check.Cite
	findings []prentice.Finding
	rule     *draft // under whose heading we are
}

func (r *reading) wrong(line int, hint, text string) {
	r.findings = append(r.findings, prentice.Finding{At: prentice.Pos{File: r.file, Line: line, Column: 1}, Error: true, Text: text, Hint: hint})
}

func (r *reading) faulty(f *markdown.Fault) bool {
	if f != nil {
		r.wrong(f.Line, f.Hint, f.Text)
	}
	return f != nil
}

// yaml reads a piece of YAML that begins after so many lines of the file.
func (r *reading) yaml(text string, before int, read func(s *strict.Reader, top *strict.Node)) {
	s := strict.Reader{Near: nearest.Of}
	top := s.Document([]byte(text))
	if top == nil && len(s.Problems) == 0 {
		s.Wrong(nil, "write key: value lines", "nothing stands here")
	}
	if top != nil {
		read(&s, top)
	}
	for _, p := range s.Problems {
		r.wrong(before+max(p.Line, 1), p.Hint, p.Text)
	}
}

func (r *reading) front(text string) {
	r.yaml(text, 0, func(s *strict.Reader, top *strict.Node) {
		v := s.Mapping(top, "standard", "standard", "owner", "review_by", "reason", "severity", "applies", "cites")
		r.std.Name = s.Needed(v["standard"], top, "standard", "standard", "add standard: NAME")
		if r.std.Name != "" && (!prentice.ValidName(r.std.Name) || strings.ContainsAny(r.std.Name, ":@/")) {
			s.Wrong(v["standard"], "use letters, digits, dots and dashes", "%q cannot name a standard", clip.Text(r.std.Name))
		}
		owner := s.Needed(v["owner"], top, "standard", "owner", "add owner: group/NAME: who answers for it, and may waive it")
		if ref, err := prentice.ParseRef(owner); owner != "" && err != nil {
			s.Wrong(v["owner"], "write it as group/platform or person/ann", "%q is no ref of an owner", clip.Text(owner))
		} else {
			r.std.Owner = ref
		}
		r.std.ReviewBy = date(s, v["review_by"], top)
		r.std.Reason = s.Needed(v["reason"], top, "standard", "reason", "add reason: why anyone should keep it")
		r.std.Severity = claims.Warn
		if v["severity"] != nil {
			r.std.Severity = claims.Severity(s.Choice(v["severity"], "severity", severities))
		}
		r.std.Applies = globs(s, v["applies"], "applies")
		r.cites = cites(s, v["cites"])
	})
}

func date(s *strict.Reader, n, of *strict.Node) time.Time {
	text := s.Needed(n, of, "standard", "review_by", "add review_by: a date, when its owner looks at it again")
	if text == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		s.Wrong(n, "write it as 2027-06-30", "%q is not a date", clip.Text(text))
	}
	return day
}

// body reads the rules, each under its heading.
func (r *reading) body(lines []string, before int) {
	b, wrong := markdown.Read(lines, before)
	if r.faulty(wrong) {
		return
	}
	for n := b.Blocks().FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			line, _ := b.Place(max(n.Pos(), 0))
			r.heading(n.Level, strings.TrimSpace(string(n.Lines().Value(b.Source))), line)
		case *ast.FencedCodeBlock:
			r.block(b, n)
		}
	}
	r.endRule()
	if len(r.std.Rules) == 0 && len(r.findings) == 0 {
		r.wrong(before+1, "add a heading ## NAME: what holds, and below it a block ```rule", "the standard has no rule")
	}
}

func (r *reading) heading(level int, title string, line int) {
	switch {
	case level == 1 && r.std.Title == "":
		r.std.Title = title
		return
	case level > 2:
		return
	}
	r.endRule()
	id, says, found := strings.Cut(title, ": ")
	if !found {
		return // prose
	}
	r.rule = &draft{id: strings.Trim(id, "` "), says: strings.TrimSpace(says), line: line}
}

func (r *reading) block(b markdown.Body, n *ast.FencedCodeBlock) {
	line, _ := b.Place(max(n.Pos(), 0))
	word := ""
	if n.Info != nil {
		word, _, _ = strings.Cut(strings.TrimSpace(string(n.Info.Segment.Value(b.Source))), " ")
	}
	body := string(n.Lines().Value(b.Source))
	_, _, closed := b.Fenced(n)
	is := word == "rule" || word == "violation" || word == "pass"
	switch near := nearest.Of(word, []string{"rule", "violation", "pass"}); {
	case !closed:
		r.wrong(line, "end it with a line of ```", "the block is never closed")
	case !is && near != "":
		r.wrong(line, "did you mean "+near+"?", "a standard has no block of kind "+clip.Text(word))
	case !is:
		// for people
	case r.rule == nil:
		r.wrong(line, "put a heading above it: ## NAME: what holds", "this block belongs to no rule")
	case word == "rule":
		r.ruleBlock(body, line)
	default:
		r.example(word, body, line)
	}
}
