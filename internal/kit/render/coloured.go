package render

import (
	"regexp"
	"strconv"
	"strings"
)

// Run is text of one look.
type Run struct {
	Text string
	Hue  string // red, green, yellow, blue, magenta, cyan or ""
	Bold bool
}

// Classes are the words that a style sheet knows the look by.
func (r Run) Classes() string {
	var words []string
	if r.Hue != "" {
		words = append(words, "ansi-"+r.Hue)
	}
	if r.Bold {
		words = append(words, "ansi-bold")
	}
	return strings.Join(words, " ")
}

var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// hues are the colours that are told apart. Black and white are left to the
// page, which has a ground of its own.
var hues = map[int]string{1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta", 6: "cyan"}

// Coloured is text cut where a terminal would change its colour. Nothing but the
// eight colours and bold is taken over, and each part is Plain. A line that
// overwrites itself loses its colours, as it would its beginning.
func Coloured(s string) []Run {
	marks := colour.FindAllStringIndex(s, -1)
	if len(marks) == 0 || strings.Contains(strings.TrimRight(s, "\r\n"), "\r") {
		return []Run{{Text: Plain(s)}}
	}
	var runs []Run
	now, from := Run{}, 0
	keep := func(to int) {
		if now.Text = Plain(s[from:to]); now.Text != "" {
			runs = append(runs, now)
		}
	}
	for _, m := range marks {
		keep(m[0])
		now = now.after(s[m[0]+2 : m[1]-1])
		from = m[1]
	}
	keep(len(s))
	return runs
}

// after is the look after the numbers of a colour sequence.
func (r Run) after(codes string) Run {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		n, err := strconv.Atoi(list[i])
		switch {
		case err != nil, n == 0:
			r = Run{}
		case n == 1:
			r.Bold = true
		case n == 22:
			r.Bold = false
		case n >= 30 && n <= 37:
			r.Hue = hues[n-30]
		case n >= 90 && n <= 97:
			r.Hue = hues[n-90]
		case n == 39:
			r.Hue = ""
		case n == 38 || n == 48: // of 256 or of all colours: passed over with what belongs to it
			if i+1 < len(list) && list[i+1] == "5" {
				i += 2
			} else {
				i += 4
			}
		}
	}
	return r
}
