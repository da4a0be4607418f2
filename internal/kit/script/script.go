// Package script reads a shell script and says what in it probably goes wrong
// when no one sits before it.
//
// Its words: a remark is one such thing, with its place in the script. It looks
// for failures that a pipe hides, for commands that wait for a person, for those
// that never end, for the grammar of another shell, and for text that no shell
// can read. What it says is advice: a script may know better.
//
// It refuses to run anything, and to read a script of more than 32 KiB or one that
// nests deeper than 200 levels.
package script

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// MaxBytes is the longest script that is read, and MaxDepth how deep it may nest:
// the reader calls itself for what is nested, some twenty times for each level.
const (
	MaxBytes = 32 << 10
	MaxDepth = 200
)

// mostRemarks is how many remarks one script is worth.
const mostRemarks = 10

// Shell is the language of a script.
type Shell int

// The languages.
const (
	POSIX Shell = iota
	Bash
)

// Remark is one thing about a script. Line and Column count from 1, in bytes.
type Remark struct {
	Line, Column int
	Text, Hint   string
}

// Read says what there is to say about a script, in its order.
func Read(text string, shell Shell) []Remark {
	if len(text) > MaxBytes {
		return nil
	}
	if r, is := tooDeep(text); is {
		return []Remark{r}
	}
	file, err := parse(text, shell)
	if err != nil && shell == POSIX {
		other, also := parse(text, Bash)
		if also == nil {
			first := wrong(err)
			first.Text, first.Hint = "this is the grammar of bash: "+first.Text, "make it a bash block"
			return append([]Remark{first}, look(other, Bash)...)
		}
	}
	if err != nil {
		r := wrong(err)
		r.Text, r.Hint = "a shell cannot read this: "+r.Text, "try it with: "+map[Shell]string{POSIX: "sh -n", Bash: "bash -n"}[shell]
		return []Remark{r}
	}
	return look(file, shell)
}

// tooDeep finds where a script nests too deep by its brackets alone, in quotes or not:
// it is asked before anything is read.
func tooDeep(text string) (Remark, bool) {
	depth, line, begins := 0, 1, 0
	for i, c := range []byte(text) {
		switch c {
		case '(', '{':
			depth++
		case ')', '}':
			depth = max(depth-1, 0)
		case '\n':
			line, begins = line+1, i+1
		}
		if depth > MaxDepth {
			return Remark{Line: line, Column: i - begins + 1, Text: fmt.Sprintf("it nests deeper than %d levels, and is not read", MaxDepth), Hint: "put what is within into functions"}, true
		}
	}
	return Remark{}, false
}

func parse(text string, shell Shell) (*syntax.File, error) {
	lang := syntax.LangPOSIX
	if shell == Bash {
		lang = syntax.LangBash
	}
	return syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(text), "")
}

func wrong(err error) Remark {
	r := Remark{Line: 1, Column: 1, Text: err.Error()}
	if e, ok := errors.AsType[syntax.ParseError](err); ok {
		r.Text = e.Text
		r.at(e.Pos)
	}
	if e, ok := errors.AsType[syntax.LangError](err); ok {
		r.Text = e.Feature
		r.at(e.Pos)
	}
	return r
}

func (r *Remark) at(pos syntax.Pos) {
	if pos.IsValid() && pos.Line() > 0 {
		r.Line, r.Column = int(pos.Line()), int(pos.Col())
	}
}

// reading is one script being looked through.
type reading struct {
	shell   Shell
	above   []syntax.Node // what the node at hand stands in, the outermost first
	remarks []Remark
	piped   bool // a pipe was spoken of: the others are alike
}

func look(file *syntax.File, shell Shell) []Remark {
	r := &reading{shell: shell}
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			r.above = r.above[:len(r.above)-1]
			return true
		}
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			r.pipe(n)
		case *syntax.CallExpr:
			r.call(n)
		}
		r.above = append(r.above, n)
		return true
	})
	return r.remarks
}

func (r *reading) say(pos syntax.Pos, text, hint string) {
	if len(r.remarks) == mostRemarks {
		return
	}
	remark := Remark{Line: 1, Column: 1, Text: text, Hint: hint}
	remark.at(pos)
	r.remarks = append(r.remarks, remark)
}

// words are a command's words as they stand; one that only running can tell is "?".
func words(c *syntax.CallExpr) []string {
	var list []string
	for _, w := range c.Args {
		list = append(list, literal(w))
	}
	return list
}

func literal(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, inner := range p.Parts {
				lit, ok := inner.(*syntax.Lit)
				if !ok {
					return "?"
				}
				b.WriteString(lit.Value)
			}
		default:
			return "?"
		}
	}
	return b.String()
}
