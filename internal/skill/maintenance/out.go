package maintenance

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/maintenance"
	"prentice/internal/op"
)

// Line is a task and how it stands.
type Line struct {
	Ref prentice.Ref `json:"ref"`
	maintenance.Task
	maintenance.Standing
	Says  string `json:"says"`
	Wrong string `json:"wrong,omitempty"` // why no run of its procedure can do it
}

// How is who does it.
func (l Line) How() string {
	if l.Procedure == "" {
		return "people"
	}
	return "procedure/" + l.Procedure
}

// Until is how long after its day it may be done.
func (l Line) Until() string {
	if l.Grace == 0 {
		return "on its day"
	}
	return "within " + days(l.Grace) + " of its day"
}

// List is what has to be done again and again.
type List struct {
	Tasks []Line `json:"tasks"`
}

// Table implements op.Tabler.
func (l List) Table() (head []string, rows [][]string) { return table(l.Tasks) }

func table(lines []Line) (head []string, rows [][]string) {
	for _, t := range lines {
		rows = append(rows, []string{t.Name, sign(t.State), t.Says, t.Every.Words(), t.How(), string(t.About), string(t.Owner), t.Summary})
	}
	return []string{"TASK", "STATE", "", "HOW OFTEN", "DONE BY", "OF", "OWNER", "WHAT"}, rows
}

const none = "No maintenance is planned. Write maintenance.yaml in the team folder: what is done again and again, how often, and by which procedure. See how: book/how-to/maintenance.md"

// Empty implements op.Emptier.
func (List) Empty() string { return none }

// Coming is what is due until a day.
type Coming struct {
	Until time.Time `json:"until"`
	Tasks []Line    `json:"tasks"`
}

// Table implements op.Tabler.
func (c Coming) Table() (head []string, rows [][]string) { return table(c.Tasks) }

// Empty implements op.Emptier.
func (c Coming) Empty() string {
	return fmt.Sprintf("Nothing is due until %s. See all tasks: prentice maintenance list", c.Until.Format(time.DateOnly))
}

// Shown is one task, whole.
type Shown struct {
	Line
	Times []Time `json:"times"`
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\n%s\nHow often  %s, %s\nDone by    %s\n", s.Ref, sign(s.State), s.Says, s.Summary, s.Every.Words(), s.Until(), s.How())
	for _, l := range [][2]string{{"Of", string(s.About)}, {"Owner", string(s.Owner)}} {
		if l[1] != "" {
			fmt.Fprintf(&b, "%-9s  %s\n", l[0], l[1])
		}
	}
	if len(s.Times) == 0 {
		b.WriteString("It was never done.\n")
		return b.String()
	}
	fmt.Fprintf(&b, "In time    %s\n", s.Kept())
	for _, t := range s.Times {
		fmt.Fprintf(&b, "  %s  %s%s\n", op.At(t.At), t.How(), note(t.Note))
	}
	return b.String()
}

// Kept says how often it was done in time.
func (s Shown) Kept() string {
	kept := 0
	for _, t := range s.Times {
		if t.InTime {
			kept++
		}
	}
	return fmt.Sprintf("%d of %d times", kept, len(s.Times))
}

// How is who did it, and whether in time.
func (t Time) How() string {
	if t.InTime {
		return fmt.Sprintf("by %s", t.By)
	}
	return fmt.Sprintf("by %s, late: it was due on %s", t.By, t.Day())
}

// Day is the day on which it was due.
func (t Time) Day() string { return t.Due.Format(time.DateOnly) }

func note(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func sign(state maintenance.Word) string {
	b := states["maintenance "+string(state)]
	return b.Sign + " " + b.Word
}

// Checked is what is wrong with a file.
type Checked struct{ op.Findings }

// Text implements op.Texter.
func (c Checked) Text() string { return c.Report("") }

var (
	_ op.Tabler  = List{}
	_ op.Emptier = List{}
	_ op.Tabler  = Coming{}
	_ op.Emptier = Coming{}
	_ op.Texter  = Shown{}
	_ op.Texter  = Checked{}
)
