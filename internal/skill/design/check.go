package design

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// CheckIn names one file, or nothing for the whole team folder.
type CheckIn struct {
	File string `json:"file,omitempty" arg:"1" file:"true" maxLength:"5242880" doc:"A catalog-info.yaml to check by itself; without it the whole team folder is checked."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Checked is what a check found.
type Checked struct {
	Findings []prentice.Finding `json:"findings"`
	Errors   int                `json:"errors"`
	Advice   int                `json:"advice"`
	Entities int                `json:"entities"` // 0 when one file was checked
}

// ExitCode says no when something is wrong; advice alone is success.
func (c Checked) ExitCode() int {
	if c.Errors > 0 {
		return op.NotWell
	}
	return 0
}

// Text is one line for each finding, as editors read them, and a summary.
func (c Checked) Text() string {
	var b strings.Builder
	for _, f := range c.Findings {
		sort := "advice"
		if f.Error {
			sort = "error"
		}
		if at := f.At.String(); at != "" {
			b.WriteString(at + ": ")
		}
		fmt.Fprintf(&b, "%s: %s", sort, f.Text)
		if f.Hint != "" {
			b.WriteString(": " + f.Hint)
		}
		b.WriteByte('\n')
	}
	b.WriteString(c.summary())
	return b.String()
}

func (c Checked) summary() string {
	of := ""
	if c.Entities > 0 {
		of = " in " + counted(c.Entities, "entity", "entities")
	}
	switch {
	case c.Errors > 0:
		return fmt.Sprintf("✕ %s and %s%s\n", counted(c.Errors, "error", "errors"), counted(c.Advice, "piece of advice", "pieces of advice"), of)
	case c.Advice > 0:
		return fmt.Sprintf("● no errors and %s%s\n", counted(c.Advice, "piece of advice", "pieces of advice"), of)
	default:
		return fmt.Sprintf("● nothing to say%s\n", of)
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func checkOp(d Deps) op.Op {
	return op.New("catalog.check", prentice.Look, prentice.Viewer, "Check the catalogue for mistakes", func(ctx context.Context, _ op.Call, in CheckIn) (Checked, error) {
		if in.File+in.Name != "" {
			if d.File == nil {
				return Checked{}, unavailable("a catalogue file")
			}
			return checked(d.File(cmp.Or(in.Name, "catalog-info.yaml"), []byte(in.File)), 0), nil
		}
		if d.Team == nil {
			return Checked{}, unavailable("the team folder")
		}
		c, findings, err := d.Team(ctx)
		if err != nil {
			return Checked{}, err
		}
		return checked(findings, len(c.Entities)), nil
	}).WithExample("prentice catalog check").WithHelp(
		"Reads every catalog-info.yaml below the team folder and says what is wrong with it: unknown keys and annotations with the nearest spelling, references that lead nowhere, entities declared twice, probes that cannot work.\n\n" +
			"With a file, checks that file by itself; its references may lead to what the team has declared already.\n\n" +
			"Advice alone is success. With an error among the findings the exit code is that of a check that did not pass; see prentice help exit-codes.")
}

func checked(findings []prentice.Finding, entities int) Checked {
	c := Checked{Findings: findings, Entities: entities}
	if c.Findings == nil {
		c.Findings = []prentice.Finding{}
	}
	for _, f := range findings {
		if f.Error {
			c.Errors++
		} else {
			c.Advice++
		}
	}
	return c
}

var (
	_ op.Texter = Checked{}
	_ op.Ender  = Checked{}
)
