package story

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice/internal/kit/term"
)

// Widest is the widest line of the story: it keeps lines short enough to read.
const Widest = 100

// The margin is what stands before the text of a moment: its time. A label is
// what parts it further.
const (
	margin = 10
	label  = 10
)

// The pauses that let a reader read. They are made only at a terminal.
const (
	short = 700 * time.Millisecond
	long  = 1500 * time.Millisecond
)

// teller prints the story. What cannot be printed is not told twice; the
// story's own promises do not hang on it.
type teller struct {
	out    io.Writer
	screen term.Screen
	pause  bool
	begun  time.Time
	number int // of the chapter
}

func newTeller(out io.Writer, screen term.Screen, quick bool) *teller {
	pause := screen.Terminal() && !quick
	if screen.Width == 0 || screen.Width > Widest {
		screen.Width = Widest
	}
	return &teller{out: out, screen: screen, pause: pause, begun: time.Now()}
}

// breathe waits a moment for the reader.
func (t *teller) breathe(ctx context.Context, d time.Duration) error {
	if !t.pause {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (t *teller) print(line string) {
	fmt.Fprintln(t.out, strings.TrimRight(line, " ")) //nolint:errcheck // a reader who has gone away hears nothing
}

func (t *teller) blank() { t.print("") }

func (t *teller) headline(text string) {
	t.print(t.screen.Paint(term.Head, text))
	t.blank()
}

// prose is a paragraph from the left edge.
func (t *teller) prose(text string) {
	for _, line := range t.fold(text, 0) {
		t.print(line)
	}
}

// chapter begins the next part.
func (t *teller) chapter(title string) {
	t.number++
	t.blank()
	t.print(t.screen.Paint(term.Head, fmt.Sprintf("%d  %s", t.number, title)))
}

// at is a moment: when, a sign and what happened. The time is counted from the
// beginning of the story.
func (t *teller) at(when time.Time, sign, text string) {
	t.hang(fmt.Sprintf("%6.1f s  ", max(0, when.Sub(t.begun).Seconds())), sign, text)
}

// now is a moment that is just now.
func (t *teller) now(sign, text string) { t.at(time.Now(), sign, text) }

// also is more about the moment before.
func (t *teller) also(sign, text string) { t.hang("", sign, text) }

// says is more about the moment before, without a sign.
func (t *teller) says(text string) {
	for _, line := range t.fold(text, margin) {
		t.print(strings.Repeat(" ", margin) + line)
	}
}

// fact is a label and what is to be said of it.
func (t *teller) fact(name, text string) {
	before := strings.Repeat(" ", margin) + t.screen.Paint(term.Quiet, fmt.Sprintf("%-*s", label, name))
	for _, line := range t.fold(text, margin+label) {
		if over := margin + label + term.Width(line) - t.screen.Width; over > 0 { // a hash: it stays whole, and moves to where it fits
			if name != "" {
				t.print(strings.Repeat(" ", margin) + t.screen.Paint(term.Quiet, name))
			}
			before = strings.Repeat(" ", max(0, margin+label-over))
		}
		t.print(before + line)
		before, name = strings.Repeat(" ", margin+label), ""
	}
}

// output is what a program printed, as it printed it.
func (t *teller) output(text string) {
	for line := range strings.Lines(strings.TrimRight(term.Safe(text), "\n")) {
		for i, part := range t.fold(strings.TrimRight(line, "\n"), margin+2) {
			bar := "│ "
			if i > 0 {
				bar = "  "
			}
			t.print(strings.Repeat(" ", margin) + t.screen.Paint(term.Quiet, bar) + part)
		}
	}
}

// command is a command line that can be copied: where it is folded, the shell
// goes on reading.
func (t *teller) command(words ...string) {
	line, lines := "$", []string{}
	for _, word := range words {
		if line != "$" && term.Width(line)+1+term.Width(word)+2 > t.screen.Width-margin {
			lines, line = append(lines, line+" \\"), "   "
		}
		line += " " + word
	}
	for _, one := range append(lines, line) {
		t.print(strings.Repeat(" ", margin) + t.screen.Paint(term.Head, one))
	}
}

func (t *teller) hang(before, sign, text string) {
	if sign != "" {
		text = sign + " " + text
	}
	indent := 0
	if sign != "" {
		indent = 2
	}
	for i, line := range t.fold(text, margin+indent) {
		switch {
		case i > 0:
			line = strings.Repeat(" ", margin+indent) + line
		default:
			if rest, ok := strings.CutPrefix(line, sign); ok && sign != "" {
				line = t.screen.Paint(hueOf(sign), sign) + rest
			}
			line = t.screen.Paint(term.Quiet, fmt.Sprintf("%*s", margin, before)) + line
		}
		t.print(line)
	}
}

// fold is text in lines that leave room for an indent. Words stay whole.
func (t *teller) fold(text string, indent int) []string {
	screen := term.Screen{Width: max(20, t.screen.Width-indent)}
	return strings.Split(screen.Wrap(strings.TrimRight(term.Line(text), " ")), "\n")
}

func hueOf(sign string) term.Hue {
	switch sign {
	case "●":
		return term.Good
	case "◐":
		return term.Busy
	case "▲":
		return term.Attention
	case "■", "✕":
		return term.Bad
	default:
		return term.Quiet
	}
}
