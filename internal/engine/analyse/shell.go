package analyse

import (
	"bytes"
	"errors"
	"regexp"

	"mvdan.cc/sh/v3/syntax"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func shell() []standard.Analyser {
	list := []standard.Analyser{
		{Name: "shell-parses", Each: script(shellParses)},
		{Name: "shfmt", Each: script(shfmt)},
		{Name: "shell-stops", Each: script(stops)},
		{Name: "shell-rm", Each: script(unquotedRemoval)},
		{Name: "shell-cd", Each: script(uncheckedCd)},
		{Name: "shell-piped-download", Each: script(pipedDownload)},
		{Name: "shell-eval", Each: script(eval)},
	}
	return list
}

// parsed is a shell script taken apart, or why it cannot be.
type parsed struct {
	*standard.Text
	file *syntax.File
	err  error
	bash bool
}

var shells = regexp.MustCompile(`^#!\s*/(usr/)?bin/(env\s+(-S\s+)?)?(ba|da|k|a)?sh\b`)

// script asks of shell scripts: files that end with .sh or .bash, or begin with a line
// that says so.
func script(wrong func(parsed) []check.Finding) func(*standard.Text) []check.Finding {
	return func(t *standard.Text) []check.Finding {
		ext := t.Ext()
		shebang := shells.Match(t.Bytes[:min(len(t.Bytes), 100)])
		if !(ext == ".sh" || ext == ".bash" || ext == "" && shebang) || foreign(t.Path) || t.Binary() {
			return nil
		}
		first, _, _ := bytes.Cut(t.Bytes, []byte("\n"))
		if ext == ".sh" && bytes.HasPrefix(first, []byte("#!")) && !shebang {
			return nil // of another language
		}
		p := parsed{Text: t, bash: ext == ".bash" || bytes.Contains(first, []byte("bash"))}
		variant := syntax.LangPOSIX
		if p.bash || !shebang {
			variant = syntax.LangBash
		}
		p.file, p.err = syntax.NewParser(syntax.Variant(variant), syntax.KeepComments(true)).Parse(bytes.NewReader(t.Bytes), "")
		return wrong(p)
	}
}

// walk asks of every node of a script that can be read.
func (p parsed) walk(wrong func(n syntax.Node) string) []check.Finding {
	if p.err != nil {
		return nil
	}
	var list []check.Finding
	syntax.Walk(p.file, func(n syntax.Node) bool {
		if n == nil || len(list) == 20 {
			return false
		}
		if says := wrong(n); says != "" {
			list = append(list, p.At(int(n.Pos().Line()), says))
		}
		return true
	})
	return list
}

func shellParses(p parsed) []check.Finding {
	if p.err == nil {
		return nil
	}
	f := p.Of("it is no shell script: " + standard.Shown(p.err.Error()))
	if e, ok := errors.AsType[syntax.ParseError](p.err); ok {
		f = p.At(int(e.Pos.Line()), "it is no shell script: "+standard.Shown(e.Text))
	} else if e, ok := errors.AsType[syntax.LangError](p.err); ok {
		f = p.At(int(e.Pos.Line()), "its first line says sh, and this is "+standard.Shown(e.Feature)+" of another shell")
	}
	f.Key = "parses"
	return []check.Finding{f}
}

// aboutShell is a section of .editorconfig about scripts, which shfmt reads.
var aboutShell = regexp.MustCompile(`(?m)^\[[^\]]*\b(sh|bash)\b[^\]]*\]|^\[\[shell\]\]`)

// shfmt accepts the common ways of indenting: the fix keeps the one that is nearest. A
// repository asks for it by a section of .editorconfig about scripts.
func shfmt(p parsed) []check.Finding {
	asked, err := p.View.Text(".editorconfig")
	if p.err != nil || err != nil || !aboutShell.Match(asked) {
		return nil
	}
	indents := []uint{0, 2, 4}
	if !bytes.Contains(p.Bytes, []byte("\n\t")) {
		indents = []uint{2, 4, 0}
	}
	var nearest []byte
	least := -1
	for _, indent := range indents {
		for _, cases := range []bool{false, true} {
			for _, binary := range []bool{false, true} {
				neat, err := printed(p.file, syntax.Indent(indent), syntax.SwitchCaseIndent(cases), syntax.BinaryNextLine(binary))
				if err != nil {
					return nil
				}
				if bytes.Equal(neat, p.Bytes) {
					return nil
				}
				if d := unlike(p.Bytes, neat); least < 0 || d < least {
					nearest, least = neat, d
				}
			}
		}
	}
	f := p.At(firstDifference(p.Bytes, nearest), "it is not as shfmt writes it")
	f.Key, f.Remedy, f.Fix = "shfmt", "run shfmt -w on it", []check.Edit{{Path: p.Path, Content: nearest}}
	return []check.Finding{f}
}

func printed(file *syntax.File, options ...syntax.PrinterOption) ([]byte, error) {
	var b bytes.Buffer
	err := syntax.NewPrinter(options...).Print(&b, file)
	return b.Bytes(), err
}

// unlike is how many lines of one text are not in another.
func unlike(a, b []byte) int {
	lines := map[string]bool{}
	for line := range bytes.Lines(b) {
		lines[string(line)] = true
	}
	n := 0
	for line := range bytes.Lines(a) {
		if !lines[string(line)] {
			n++
		}
	}
	return n
}
