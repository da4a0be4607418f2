package pipeline

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/markdown"
	"prentice/internal/kit/nearest"
)

// shells are what a step can be written for.
var shells = []string{"sh", "bash"}

// prose are the words of blocks that are for people, and like none of the above.
var prose = map[string]bool{"ssh": true, "fish": true, "zsh": true, "js": true, "hs": true}

// body reads the steps.
func (r *reading) body(lines []string, before int) {
	b, wrong := markdown.Read(lines, before)
	if r.faulty(wrong) {
		return
	}
	for n := b.Blocks().FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			r.heading = clip.Text(strings.TrimSpace(string(n.Lines().Value(b.Source))))
			if r.check.Title == "" && n.Level == 1 {
				r.check.Title = r.heading
			}
		case *ast.FencedCodeBlock:
			r.block(b, n)
		default:
			r.within(b, n)
		}
	}
	if len(r.check.Steps) == 0 && len(r.findings) == 0 {
		r.wrong(before+1, 1, "add a heading, and below it a block ```sh with the commands", "the check has no step")
	}
}

// block reads a fenced block that stands by itself.
func (r *reading) block(b markdown.Body, n *ast.FencedCodeBlock) {
	line, column := b.Place(max(n.Pos(), 0))
	word, rest := info(b, n)
	_, _, closed := b.Fenced(n)
	body := string(n.Lines().Value(b.Source))
	switch near := nearest.Of(word, shells); {
	case !closed:
		r.wrong(line, column, "end it with a line of ```", "the block is never closed")
	case !isShell(word) && near != "" && word != "" && !prose[word]:
		r.wrong(line, column, "did you mean "+near+"?", fmt.Sprintf("a check has no step of kind %q", clip.Text(word)))
	case !isShell(word):
		// for people
	case rest != "":
		r.wrong(line, column, "take it out: the front matter says how a check is performed", fmt.Sprintf("a step of a check has no attributes: %q", clip.Text(rest)))
	case strings.TrimSpace(body) == "":
		r.wrong(line, column, "write the commands, or take the block out", "the step is empty")
	case len(r.check.Steps) == mostSteps:
		r.wrong(line, column, "divide the check", fmt.Sprintf("a check has at most %d steps", mostSteps))
	default:
		r.check.Steps = append(r.check.Steps, Step{Name: r.stepName(), Shell: word, Body: body, Line: line + 1})
	}
}

// stepName is the heading above a step, with a number where it is not the only one there.
func (r *reading) stepName() string {
	name := r.heading
	if name == "" {
		name = "step"
	}
	same := 1
	for _, s := range r.check.Steps {
		if s.Name == name || strings.HasPrefix(s.Name, name+" (") {
			same++
		}
	}
	if same > 1 {
		return fmt.Sprintf("%s (%d)", name, same)
	}
	return name
}

// within refuses steps in lists and quotations: there it is not plain whether they are
// said or meant.
func (r *reading) within(b markdown.Body, n ast.Node) {
	if n.Type() == ast.TypeInline {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if f, ok := c.(*ast.FencedCodeBlock); ok {
			if word, _ := info(b, f); isShell(word) {
				line, column := b.Place(max(f.Pos(), 0))
				r.wrong(line, column, "begin it at the left margin, or call it text", "a step is inside a list or a quotation")
			}
		}
		r.within(b, c)
	}
}

// info is what stands behind a fence: its first word, and the rest.
func info(b markdown.Body, n *ast.FencedCodeBlock) (word, rest string) {
	if n.Info == nil {
		return "", ""
	}
	word, rest, _ = strings.Cut(strings.TrimSpace(string(n.Info.Segment.Value(b.Source))), " ")
	return word, strings.TrimSpace(rest)
}

func isShell(word string) bool { return word == shells[0] || word == shells[1] }
