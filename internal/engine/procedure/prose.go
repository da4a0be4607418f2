package procedure

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// Words behind a fence that are near a kind and still only for people; those that
// their writers may have meant to run; and those that show how it looks when a
// person types it.
var (
	proseWords = []string{"html", "bat", "text", "txt", "diff", "log", "toml", "json", "yaml", "css", "promql", "sed", "httpie"}
	meantToRun = map[string]string{
		"zsh": "bash", "dash": "sh", "ksh": "sh", "curl": "http", "https": "http", "sleep": "wait", "manual": "human", "person": "human", "include": uses, "call": uses,
	}
	typedWords = []string{"shell", "console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal", "cmd", "powershell", "ps1"}
)

// aside is a block that is for people only.
type aside struct {
	at   prentice.Pos
	word string
}

// isStep says whether a block is a step. What is nearly one is an error: no one
// should believe that something will run which will not. What is none is said, as
// advice.
func (p *page) isStep(f fence) bool {
	word, marked := f.info.word, f.marked()
	if p.section == "" {
		return p.strayStep(f, marked)
	}
	if p.known(word) {
		return p.inSight("a step", f.at)
	}
	bare := bareKind(word)
	near := nearest.Of(word, p.kindNames())
	switch other := meantToRun[bare]; {
	case strings.Contains(word, "=") && !p.known(bare):
		p.fail(f.infoAt, "write the kind first: "+strings.Join(p.kindNames(), ", "), "the block has attributes and no kind")
	case p.known(bare):
		p.fail(f.infoAt, "write "+bare+" and a blank behind it, or text for what only people read", "%q is not a kind of step", clip.Text(word))
	case other != "" && p.known(other):
		p.fail(f.infoAt, "write "+other+", or text for what only people read", "%q is not a kind of step", clip.Text(word))
	case oneOf(bare, typedWords) && !marked:
		p.advise(f.infoAt, "write sh or bash if it is to run, or text for what only people read", "a block of %s is for people: it is not run", clip.Text(word))
	case near != "" && !oneOf(word, proseWords):
		p.fail(f.infoAt, "did you mean "+near+"? Write text for what only people read", "%q is not a kind of step", clip.Text(word))
	case marked:
		p.fail(f.infoAt, "use one of "+strings.Join(p.kindNames(), ", "), "%q is not a kind of step", clip.Text(word))
	default:
		p.aside(f.at, word)
	}
	return false
}

// bareKind is the kind in a word such as {.bash}, Bash or bash,linenos=on, which
// sites write behind a fence.
func bareKind(word string) string {
	word = strings.TrimLeft(word, "{.")
	if i := strings.IndexAny(word, ",:{}[]();="); i >= 0 {
		word = word[:i]
	}
	return strings.ToLower(word)
}

// strayStep judges a block outside the four sections. It is prose, unless it is
// marked as a step or its heading is nearly a section.
func (p *page) strayStep(f fence, marked bool) bool {
	near := nearest.Of(p.title, sectionTitles)
	switch {
	case p.known(f.info.word) && near != "":
		p.failOnce(p.titleAt, "did you mean ## "+near+"?", "heading %q is not a section, and a step is below it", clip.Text(p.title))
	case p.known(f.info.word) && marked:
		p.fail(f.at, "put it under ## Check, ## Act, ## Verify or ## Undo", "a step is outside the sections")
	case p.known(f.info.word):
		p.aside(f.at, f.info.word)
	}
	return false
}

// aside keeps a block that is for people, unless it is called so.
func (p *page) aside(at prentice.Pos, word string) {
	if word != "text" && word != "txt" {
		p.asides = append(p.asides, aside{at, word})
	}
}

// tellAsides says once which blocks are not run.
func (p *page) tellAsides() {
	if len(p.asides) == 0 {
		return
	}
	var list []string
	for _, a := range p.asides[:min(len(p.asides), 10)] {
		word := clip.Text(a.word)
		if word == "" {
			word = "without a kind"
		}
		list = append(list, fmt.Sprintf("%s (line %d)", word, a.at.Line))
	}
	if more := len(p.asides) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	what := "1 block is"
	if n := len(p.asides); n > 1 {
		what = fmt.Sprintf("%d blocks are", n)
	}
	hint := "a step is under ## Check, ## Act, ## Verify or ## Undo, with a kind behind its fence; write text behind the others, and this is not said"
	p.advise(p.asides[0].at, hint, "%s for people and not run: %s", what, strings.Join(slices.Compact(list), ", "))
}
