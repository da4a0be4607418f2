package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/clip"
)

// Part is something that a repository is made of.
type Part struct {
	What    string `json:"what"`    // Go, Node, …
	Where   string `json:"where"`   // its folder; "." is the root
	Because string `json:"because"` // the file by which it is known
	Says    string `json:"says"`    // what is drafted for it, or why nothing is
}

// Unclear is something that was seen and not understood.
type Unclear struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Says string `json:"says"`
}

// Draft is a check that is not written yet, and where it comes from.
type Draft struct {
	pipeline.Check
	From string `json:"from"`
}

// Drafts are what was seen.
type Drafts struct {
	Parts   []Part    `json:"parts"`
	Checks  []Draft   `json:"checks"`
	Unclear []Unclear `json:"unclear"`
}

// mostUnclear is how much that is not understood is said.
const mostUnclear = 200

// Detected are the checks of the parts alone.
func Detected(t *check.Tree) Drafts {
	d := &drafting{tree: t, names: map[string]bool{}}
	d.parts(nil)
	return d.done()
}

// Checks are the detected checks, as they are performed.
func Checks(t *check.Tree) (list []pipeline.Detected) {
	for _, d := range Detected(t).Checks {
		list = append(list, pipeline.Detected{Check: d.Check, From: d.From})
	}
	return list
}

// Of are the checks of the workflows, and of the parts that no workflow builds.
func Of(t *check.Tree) Drafts {
	d := &drafting{tree: t, names: map[string]bool{}}
	d.parts(d.workflows())
	return d.done()
}

// drafting is what is known while a repository is looked at.
type drafting struct {
	tree  *check.Tree
	names map[string]bool // of checks, in small letters
	out   Drafts
}

func (d *drafting) done() Drafts {
	slices.SortStableFunc(d.out.Unclear, func(a, b Unclear) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	if more := len(d.out.Unclear) - mostUnclear; more > 0 {
		d.out.Unclear = append(d.out.Unclear[:mostUnclear], Unclear{Says: fmt.Sprintf("and %d more things that are not understood", more)})
	}
	return d.out
}

func (d *drafting) unclear(file string, line int, format string, args ...any) {
	d.out.Unclear = append(d.out.Unclear, Unclear{file, line, fmt.Sprintf(format, args...)})
}

// named is a name for a check that no other one has, also where capitals do not count.
func (d *drafting) named(wish string) string {
	name := slug(wish)
	for n := 2; d.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s-%d", slug(wish), n)
	}
	d.names[strings.ToLower(name)] = true
	return name
}

// slug is a text as the name of a check, and of a file that can stand on any disk.
func slug(wish string) string {
	var b strings.Builder
	for _, r := range clip.To(wish, 60) {
		switch {
		case r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	switch strings.ToLower(name) {
	case "", "con", "prn", "aux", "nul", "com1", "lpt1":
		return strings.Trim("job-"+name, "-")
	}
	return name
}

// add reads a draft as the reader of checks will, and keeps it if it is a check.
func (d *drafting) add(p plan) {
	if len(p.steps) == 0 {
		return
	}
	if len(d.out.Checks) >= pipeline.MostChecks {
		d.unclear(p.file, p.line, "more than %d checks: %s is not drafted", pipeline.MostChecks, clip.Text(p.name))
		return
	}
	c, wrong := pipeline.Read(pipeline.Folder+"/"+p.name+".md", []byte(p.text()))
	if len(wrong) > 0 {
		d.unclear(p.file, p.line, "%s cannot be written as a check: %s", clip.Text(p.name), wrong[0].Text)
		return
	}
	d.out.Checks = append(d.out.Checks, Draft{c, p.from()})
}
