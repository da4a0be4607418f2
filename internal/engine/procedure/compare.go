package procedure

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"prentice"
	"prentice/internal/kit/clip"
)

// Change is one thing that is not the same in two versions of a procedure. Old or
// New is empty where the thing was not there.
type Change struct {
	What  string `json:"what"` // such as "input depth: max", "step restart: body"
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Lines string `json:"lines,omitempty"` // of a text of several lines: which of them differ
}

// String is the change in one line.
func (c Change) String() string {
	switch {
	case c.Lines != "":
		return c.What + " is another"
	case c.Old == "":
		return "+ " + c.What + ": " + oneLine(c.New)
	case c.New == "":
		return "- " + c.What + ": " + oneLine(c.Old)
	}
	return fmt.Sprintf("%s: %s → %s", c.What, oneLine(c.Old), oneLine(c.New))
}

// Compare says what differs between two versions of a procedure, in words of the
// plan: what it takes, whom it acts on, how far it may go, and step by step what it
// does. Steps are the same when their ids are. Texts for people come last.
func Compare(old, now prentice.Procedure) []Change {
	c := &comparing{changes: []Change{}}
	c.facts(head(old), head(now))
	c.note("worst risk", worst(old).String(), worst(now).String())
	c.note("has an Undo section", yesNo(has(old, prentice.Undo)), yesNo(has(now, prentice.Undo)))
	c.steps(old.Steps, now.Steps)
	c.facts(prose(old), prose(now))
	return c.changes
}

// fact is one thing that a procedure says, by its name for people.
type fact struct{ what, text string }

type comparing struct{ changes []Change }

// note keeps a difference. Of texts of several lines it keeps which lines differ.
func (c *comparing) note(what, old, now string) {
	switch {
	case old == now:
	case old != "" && now != "" && (manyLines(old) || manyLines(now)):
		c.changes = append(c.changes, Change{What: what, Old: old, New: now, Lines: lines(old, now)})
	default:
		c.changes = append(c.changes, Change{What: what, Old: old, New: now})
	}
}

// facts compares what two versions say, in the order of the newer.
func (c *comparing) facts(old, now []fact) {
	find := func(in []fact, what string) (string, bool) {
		if i := slices.IndexFunc(in, func(f fact) bool { return f.what == what }); i >= 0 {
			return in[i].text, true
		}
		return "", false
	}
	for _, f := range now {
		before, _ := find(old, f.what)
		c.note(f.what, before, f.text)
	}
	for _, f := range old {
		if _, there := find(now, f.what); !there {
			c.note(f.what, f.text, "")
		}
	}
}

func (c *comparing) steps(old, now []prentice.StepSpec) {
	at := func(in []prentice.StepSpec, id string) int {
		return slices.IndexFunc(in, func(s prentice.StepSpec) bool { return s.ID == id })
	}
	for _, s := range now {
		if i := at(old, s.ID); i >= 0 {
			c.facts(stepFacts(old[i]), stepFacts(s))
		} else {
			c.note("step "+s.ID, "", brief(s))
		}
	}
	for _, s := range old {
		if at(now, s.ID) < 0 {
			c.note("step "+s.ID, brief(s), "")
		}
	}
	shared := func(in, other []prentice.StepSpec) (ids []string) {
		for _, s := range in {
			if at(other, s.ID) >= 0 {
				ids = append(ids, s.ID)
			}
		}
		return ids
	}
	c.note("order of the steps", strings.Join(shared(old, now), ", "), strings.Join(shared(now, old), ", "))
}

// brief is a step of which there is nothing to compare: its section, kind and risk, and
// how its body begins.
func brief(s prentice.StepSpec) string {
	text := s.Kind + " in " + string(s.Section) + ", risk " + s.Risk.String()
	if first, _, _ := strings.Cut(strings.TrimSpace(s.Body), "\n"); first != "" {
		text += ": " + first
	}
	return text
}

func worst(p prentice.Procedure) prentice.Risk {
	risk := prentice.Look
	for _, s := range p.Steps {
		risk = risk.Worse(s.Risk)
	}
	return risk
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// lines are the lines that differ, each behind its sign, without the marks of a patch.
func lines(old, now string) string {
	text := string(diff.Diff("old", []byte(ended(old)), "new", []byte(ended(now))))
	for range 3 { // diff, --- and +++
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

func manyLines(s string) bool { return strings.Contains(strings.TrimSpace(s), "\n") }

func ended(s string) string { return strings.TrimRight(s, "\n") + "\n" }

// given is the inputs that a schedule gives, behind what else it says.
func given(with map[string]string) string {
	text := ""
	for _, name := range sortedKeys(with) {
		text += ", with " + name + "=" + with[name]
	}
	return text
}

// head is what a procedure says before its steps.
func head(p prentice.Procedure) []fact {
	f := []fact{{"name", p.Name}, {"summary", p.Summary}, {"owner", string(p.Owner)}, {"review by", p.ReviewBy}}
	for _, on := range p.On {
		if on.Event != "" {
			f = append(f, fact{"started by event " + on.Event, strings.TrimSpace("always " + on.If)})
			if on.If != "" {
				f[len(f)-1].text = "if " + on.If
			}
			continue
		}
		f = append(f, fact{"started by schedule " + on.Schedule, "in zone " + on.Zone + given(on.With)})
	}
	for _, in := range p.Inputs {
		f = append(f, told("input "+in.Name+": ", in, "name")...)
	}
	for _, o := range p.Outputs {
		f = append(f, told("output "+o.Name+": ", o, "name")...)
	}
	f = append(f, fact{"targets", p.Targets}, fact{"targets_if", p.TargetsIf})
	f = append(f, told("limit ", p.Limits)...)
	f = append(f, fact{"secrets", strings.Join(p.Secrets, ", ")}, fact{"path", strings.Join(p.Path, ":")})
	for _, v := range p.Env {
		f = append(f, fact{"sets " + v.Name, v.Value})
	}
	return f
}

func stepFacts(s prentice.StepSpec) []fact {
	return told("step "+s.ID+": ", s, "id", "prose")
}

// prose is what a procedure says to people: it decides nothing.
func prose(p prentice.Procedure) (f []fact) {
	for _, s := range p.Steps {
		f = append(f, fact{"text before step " + s.ID, s.Prose})
	}
	for _, s := range p.Sections {
		if oneOf(s.Title, sectionTitles) { // what stands there is before its steps
			continue
		}
		f = append(f, fact{"text under " + s.Title, s.Text})
	}
	return f
}

// called are fields whose names people would not understand.
var called = map[string]string{
	"of": "asks about", "under": "decided by", "if": "planned if", "each": "for each of", "expect": "expects", "idempotent": "may be repeated", "attrs": "attribute", "from": "from the event",
}

// told is what a value of the ground says, field by field, in the order in which they are
// declared, so that a field that is added there is compared from then on.
func told(begin string, v any, without ...string) (f []fact) {
	of := reflect.ValueOf(v)
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Type().Field(i).Tag.Get("json"), ",")
		if name == "-" || name == "at" || slices.Contains(without, name) {
			continue
		}
		if better := called[name]; better != "" {
			name = better
		}
		f = append(f, valueFacts(begin+strings.ReplaceAll(name, "_", " "), of.Field(i))...)
	}
	return f
}

func valueFacts(what string, v reflect.Value) []fact {
	if v.Kind() == reflect.Map {
		var f []fact
		for _, key := range v.MapKeys() {
			f = append(f, valueFacts(what+" "+key.String(), v.MapIndex(key))...)
		}
		slices.SortFunc(f, func(a, b fact) int { return strings.Compare(a.what, b.what) })
		return f
	}
	return []fact{{what, textOf(v)}}
}

// textOf is a value as people read it. A value that is not given is "".
func textOf(v reflect.Value) string {
	switch held := v.Interface().(type) {
	case prentice.Risk:
		return held.String()
	case time.Duration:
		return held.String()
	case bool:
		if !held {
			return ""
		}
		return "yes"
	}
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil(), v.Kind() == reflect.Struct && v.IsZero(), v.Kind() == reflect.Slice && v.Len() == 0:
		return ""
	case v.Kind() == reflect.Pointer:
		return fmt.Sprintf("%v", v.Elem().Interface())
	case v.Kind() == reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = fmt.Sprint(v.Index(i).Interface())
		}
		return strings.Join(items, ", ")
	}
	return fmt.Sprint(v.Interface())
}

// oneLine is the first line of a text, in a length that a sentence can repeat.
func oneLine(s string) string {
	first, _, more := strings.Cut(strings.TrimSpace(s), "\n")
	if more {
		first += " …"
	}
	return clip.Text(first)
}

// Line is one line of two texts, and in which of them it is: "add", "del" or "same".
type Line struct{ In, Text string }

// Differing are the lines of texts that differ, with those around them.
func (c Change) Differing() []Line {
	var list []Line
	for line := range strings.Lines(c.Lines) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "@@"):
		case strings.HasPrefix(line, "+"):
			list = append(list, Line{"add", line[1:]})
		case strings.HasPrefix(line, "-"):
			list = append(list, Line{"del", line[1:]})
		default:
			list = append(list, Line{"same", strings.TrimPrefix(line, " ")})
		}
	}
	return list
}
