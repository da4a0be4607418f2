package term

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Screen is where text is printed. The zero Screen is a pipe: no width to keep
// to, and no colour.
type Screen struct {
	Width  int // columns; 0 when nothing has to fit
	Colour bool
}

// narrowest is the least width that is believed; less is a terminal that does
// not know its own size.
const narrowest = 20

// On is the screen behind a writer. NO_COLOR (https://no-color.org), TERM=dumb
// and plain turn the colour off; a writer that is not a terminal has neither
// colour nor width. COLUMNS, where a terminal sets it, wins over what the
// terminal says.
func On(w io.Writer, env func(string) string, plain bool) Screen {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return Screen{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < narrowest {
		width = 80
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n >= narrowest {
		width = n
	}
	return Screen{Width: width, Colour: !plain && env("NO_COLOR") == "" && env("TERM") != "dumb"}
}

// Terminal says whether someone is looking.
func (s Screen) Terminal() bool { return s.Width > 0 }

// Hue is the colour of a state, or a weight. It never stands alone: the same
// thing is said by a sign and a word.
type Hue uint8

// The hues.
const (
	Plain Hue = iota
	Good
	Busy
	Attention
	Bad
	Head  // the head of a table: bold
	Quiet // what matters less: faint
)

// codes are SGR parameters of the sixteen colours, which every terminal maps to
// shades that can be read on its own ground.
var codes = [...]string{Good: "32", Busy: "36", Attention: "33", Bad: "31", Head: "1", Quiet: "2"}

// Paint gives text a hue, if the screen has colour.
func (s Screen) Paint(h Hue, text string) string {
	if !s.Colour || h == Plain || int(h) >= len(codes) || text == "" {
		return text
	}
	return "\x1b[" + codes[h] + "m" + text + "\x1b[0m"
}
