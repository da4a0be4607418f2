package cli

import (
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// printer prints the output of one command.
type printer struct {
	out, hints io.Writer
	screen     term.Screen
	wide       bool // a table has no room to keep to
	as         string
	quiet      bool
	code       int // what the last output says the exit code is
}

func (f *face) printer(cmd *cobra.Command) *printer {
	g := GlobalOf(cmd)
	out := cmd.OutOrStdout()
	return &printer{out: out, hints: cmd.ErrOrStderr(), screen: term.On(out, f.Env, g.NoColour), as: g.Output, wide: g.Wide, quiet: g.Quiet}
}

// tells says whether it is people who read along.
func (p *printer) tells() bool { return p.as == "table" && !p.quiet }

// whole prints the output of an operation that answers once.
func (p *printer) whole(out any, o op.Op) error {
	p.note(out)
	if report, ok := out.(op.Printed); ok && p.as == "table" && !isNil(out) {
		_, file := out.(op.Filer)
		if b := report.Printed(); b != nil && !(file && p.screen.Width > 0) { // what others wrote steers no terminal
			_, err := p.out.Write(b)
			return err
		}
	}
	switch {
	case p.as == "name" || p.quiet && p.as == "table":
		return p.names(out)
	}
	switch p.as {
	case "json":
		return p.json(out)
	case "yaml":
		return p.yaml(out)
	case "markdown", "html":
		if document, ok := out.(op.Documenter); ok {
			return p.document(document)
		}
	}
	if err := p.human(out); err != nil {
		return err
	}
	return p.more(out, o)
}

// item prints one item of a stream as it comes: a line of text or of JSON, or a
// YAML document.
func (p *printer) item(item any) error {
	p.note(item)
	text, ok := item.(op.Texter)
	switch {
	case p.as == "yaml":
		if _, err := io.WriteString(p.out, "---\n"); err != nil {
			return err
		}
		return p.yaml(item)
	case p.as == "json" || !ok:
		return p.jsonLine(item)
	}
	return p.text(text.Text())
}

// note remembers the exit code that an output asks for.
func (p *printer) note(out any) {
	if ender, ok := out.(op.Ender); ok && !isNil(out) {
		p.code = ender.ExitCode()
	}
}

// end turns the exit code that an output asked for into the command's end.
func (p *printer) end() error {
	if p.code == 0 {
		return nil
	}
	return exit{p.code}
}

// human prints for people: a text, a table, or whatever it is as YAML.
func (p *printer) human(out any) error {
	if isNil(out) {
		return nil
	}
	switch out := out.(type) {
	case op.Texter:
		text := out.Text()
		if text == "" {
			return p.empty(out)
		}
		return p.text(text)
	case op.Tabler:
		return p.table(out)
	case string:
		return p.text(out)
	}
	if t := reflect.TypeOf(out); t.Kind() == reflect.Struct && t.NumField() == 0 {
		return nil
	}
	return p.yaml(out)
}

func (p *printer) table(out op.Tabler) error {
	head, rows := out.Table()
	if len(rows) == 0 {
		return p.empty(out)
	}
	screen := p.screen
	if p.wide {
		screen.Width = 0
	}
	return screen.Table(p.out, term.Table{Head: head, Rows: signed(head, rows), Hue: hueOf, Cut: true})
}

// empty says beside the data that there is none, and how there will be.
func (p *printer) empty(out any) error {
	empty, ok := out.(op.Emptier)
	if !ok || p.quiet {
		return nil
	}
	_, err := fmt.Fprintln(p.hints, term.Safe(strings.TrimRight(empty.Empty(), "\n")))
	return err
}

func (p *printer) text(s string) error {
	s = strings.TrimRight(term.Safe(s), "\n")
	if s == "" {
		return nil
	}
	_, err := io.WriteString(p.out, p.paint(p.screen.Wrap(s))+"\n")
	return err
}

// more says, beside the data, how to get the next page.
func (p *printer) more(out any, o op.Op) error {
	pager, ok := out.(op.Pager)
	if !ok || pager.Next() == "" {
		return nil
	}
	for _, f := range o.Fields() {
		if slices.Contains(cursors, f.Name) {
			_, err := fmt.Fprintf(p.hints, "→ more: add --%s %s\n", f.Name, term.Line(pager.Next()))
			return err
		}
	}
	return nil
}

// cursors are the names under which an input takes where to go on.
var cursors = []string{"cursor", "before", "after"}

// signed puts its sign before the bare name of a run's state, so that a state is
// always both.
func signed(head []string, rows [][]string) [][]string {
	for i, name := range head {
		if !strings.EqualFold(name, "state") {
			continue
		}
		rows = slices.Clone(rows)
		for n, row := range rows {
			if i < len(row) && prentice.State(row[i]).Known() {
				rows[n] = slices.Clone(row)
				rows[n][i] = prentice.State(row[i]).Sign() + " " + row[i]
			}
		}
	}
	return rows
}

var hues = map[string]term.Hue{
	"●": term.Good,
	"◐": term.Busy, "○": term.Busy,
	"▲": term.Attention, "◇": term.Attention, "↺": term.Attention,
	"■": term.Bad,
	"✕": term.Quiet,
}

// hueOf is the colour of a cell: that of the sign it begins with.
func hueOf(cell string) term.Hue {
	sign, _, _ := strings.Cut(cell, " ")
	return hues[sign]
}

var signs = regexp.MustCompile(`[●◐○▲◇↺■✕]( [^\s,;:.()]+)?`)

// paint colours each sign in a text, and the word behind it.
func (p *printer) paint(text string) string {
	if !p.screen.Colour {
		return text
	}
	return signs.ReplaceAllStringFunc(text, func(s string) string { return p.screen.Paint(hueOf(s), s) })
}

func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil()
}
