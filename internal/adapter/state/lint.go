package state

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// ofAll are the attributes of all sorts; the parser takes out those of every step.
var ofAll = []string{"sudo", "undo"}

// common words are known so that a misspelt one is recognised.
var everyStep = []string{"id", "risk", "where", "expect", "if", "each"}

// linting is one step being looked at.
type linting struct {
	prentice.StepSpec
	findings []prentice.Finding
}

// Lint implements prentice.StepKind.
func (k *Kind) Lint(s prentice.StepSpec) []prentice.Finding {
	l := &linting{StepSpec: s}
	for _, u := range nearest.Unknown(s.Attrs, slices.Concat(k.attrs, ofAll, everyStep)) {
		if k.open != "" && strings.HasPrefix(u.Word, k.open) {
			continue
		}
		l.fail(u.Hint, "a %s step has no attribute %q", k.name, u.Word)
	}
	l.oneOf("sudo", "true", "false")
	l.oneOf("undo", "yes", "no")
	if s.Attrs["sudo"] == "true" && s.Where == "here" {
		l.fail("take it out, or act on the targets", "sudo=true is for targets over SSH, and the step is done here")
	}
	if s.Of != "" {
		l.fail("take it out: a "+k.name+" step knows by itself whether it is done", "a %s step cannot be the done? question of another", k.name)
	}
	if !k.body && strings.TrimSpace(s.Body) != "" {
		l.fail("write all of it as attributes, and leave the block empty", "a %s step has text inside", k.name)
	}
	k.lint(l)
	return l.findings
}

func (l *linting) fail(hint, text string, args ...any) {
	l.findings = append(l.findings, prentice.Finding{At: l.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
}

func (l *linting) advise(hint, text string, args ...any) {
	l.findings = append(l.findings, prentice.Finding{At: l.At, Text: fmt.Sprintf(text, args...), Hint: hint})
}

// value is an attribute as it is judged: ok is false where there is none, or where it
// is worked out only when a plan is made, and is judged then.
func (l *linting) value(name string) (value string, ok bool) {
	value, there := l.Attrs[name]
	return value, there && !strings.Contains(value, "${")
}

func (l *linting) oneOf(name string, words ...string) {
	if v, ok := l.value(name); ok && !slices.Contains(words, v) {
		hint := "write " + name + "=" + strings.Join(words, " or "+name+"=")
		if near := nearest.Of(v, words); near != "" {
			hint = "did you mean " + near + "?"
		}
		l.fail(hint, "%s %q is not one of %s", name, clip.Text(v), strings.Join(words, ", "))
	}
}

func (l *linting) required(name, example string) {
	if l.Attrs[name] == "" {
		l.fail("write "+name+"="+example, "the %s step has no %s", l.Kind, name)
	}
}

// matches refuses a value that has not the form of what it names.
func (l *linting) matches(name string, form interface{ MatchString(string) bool }, what, hint string) {
	if v, ok := l.value(name); ok && !form.MatchString(v) {
		l.fail(hint, "%s %q is not %s", name, clip.Text(v), what)
	}
}

// fixed refuses expressions in what a shell reads, or what says which file is planned.
func (l *linting) fixed(name, hint string) {
	if v := l.Attrs[name]; strings.Contains(v, "${") {
		l.fail(hint, "%s holds an expression: %q", name, clip.Text(v))
	}
}

// absolute refuses a path that is not written out.
func (l *linting) absolute(name string) {
	v, ok := l.value(name)
	switch {
	case !ok || v == "":
	case !path.IsAbs(v) || path.Clean(v) != v || v == "/":
		l.fail("write the whole path, beginning with / and without .. or a / at its end", "%s %q is not the path of a file", name, clip.Text(v))
	case strings.ContainsAny(v, "\n\x00") || len(v) > 1000:
		l.fail("give it another name", "%s %q cannot be the path of a file", name, clip.Text(v))
	}
}

var (
	accountForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$`)
	digestForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	modeForm    = regexp.MustCompile(`^0?[0-7]{3,4}$`)
)
