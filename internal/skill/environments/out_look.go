package environments

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// Entered is what a command printed.
type Entered struct {
	Env     prentice.Ref `json:"env"`
	Service string       `json:"service"`
	Code    int          `json:"code"`
	Printed string       `json:"printed"`
	Cut     bool         `json:"cut,omitempty"` // it printed more
}

// Text implements op.Texter.
func (e Entered) Text() string {
	text := e.Printed
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if e.Cut {
		text += "… and more\n"
	}
	if e.Code != 0 {
		text += fmt.Sprintf("it ended with code %d\n", e.Code)
	}
	return text
}

// ExitCode implements op.Ender.
func (e Entered) ExitCode() int {
	if e.Code != 0 {
		return op.NotWell
	}
	return 0
}

// Compared is in what two environments differ.
type Compared struct {
	A           prentice.Ref `json:"a"`
	B           prentice.Ref `json:"b"`
	Differences []Difference `json:"differences"`
	Same        int          `json:"same"` // facts that are alike
}

// Difference is a fact that is another.
type Difference struct {
	Service string `json:"service"`
	What    string `json:"what"`
	A       string `json:"a,omitempty"`
	B       string `json:"b,omitempty"`
}

// Table implements op.Tabler.
func (c Compared) Table() (head []string, rows [][]string) {
	head = []string{"SERVICE", "WHAT", strings.ToUpper(string(c.A)), strings.ToUpper(string(c.B))}
	for _, d := range c.Differences {
		rows = append(rows, []string{d.Service, d.What, d.A, d.B})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (c Compared) Empty() string {
	return fmt.Sprintf("%s and %s are alike: %s compared.", c.A, c.B, op.Count(c.Same, "fact was", "facts were"))
}

// Logs are what services printed.
type Logs struct {
	Env      prentice.Ref `json:"env"`
	Services []Printed    `json:"services"`
}

// Printed is the end of what a service printed.
type Printed struct {
	Service string   `json:"service"`
	Lines   []string `json:"lines"`
	More    int      `json:"more,omitempty"` // lines before those
}

// Text implements op.Texter.
func (l Logs) Text() string {
	var b strings.Builder
	for _, s := range l.Services {
		for _, line := range s.Lines {
			fmt.Fprintf(&b, "%s | %s\n", s.Service, line)
		}
	}
	if b.Len() == 0 {
		return "Nothing was printed.\n"
	}
	return b.String()
}

// Line is one that a service printed.
type Line struct {
	Service string `json:"service"`
	Said    string `json:"text"`
}

// Text implements op.Texter.
func (l Line) Text() string { return l.Service + " | " + l.Said + "\n" }

var (
	_ op.Texter = Entered{}
	_ op.Ender  = Entered{}
	_ op.Tabler = Compared{}
	_ op.Texter = Logs{}
	_ op.Texter = Line{}
)
