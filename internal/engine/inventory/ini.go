package inventory

import (
	"regexp"
	"strings"

	"prentice"
)

var sectionHead = regexp.MustCompile(`^\[([^\]:\s]+)(?::([^\]\s]*))?\]\s*(?:[#;].*)?$`)

// ini reads one INI inventory line by line.
type ini struct {
	*tree
	group *group
	what  string // hosts, children or vars
	owed  []owed
}

// owed is a group that is named and must stand somewhere in the inventory.
type owed struct {
	name, as string
	at       prentice.Pos
}

func readINI(t *tree, name string, raw []byte) {
	r := &ini{tree: t, group: t.group(ungrouped, prentice.Pos{}), what: "hosts"}
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line[0] != ';' {
			r.line(line, prentice.Pos{File: name, Line: number})
		}
	}
	t.owed = append(t.owed, r.owed...)
}

func (r *ini) line(line string, at prentice.Pos) {
	if m := sectionHead.FindStringSubmatch(line); m != nil {
		r.section(m[1], m[2], strings.Contains(line, ":"), at)
		return
	}
	if r.group == nil {
		return // the head of the section was wrong, and was reported
	}
	switch r.what {
	case "vars":
		r.groupVar(line, at)
	case "children":
		r.child(line, at)
	default:
		r.hostLine(line, at)
	}
}

func (r *ini) section(name, what string, colon bool, at prentice.Pos) {
	r.group = nil
	switch {
	case !r.named(name, at):
		return
	case colon && what != "vars" && what != "children":
		r.fail(at, "write ["+name+"], ["+name+":vars] or ["+name+":children]", "a section cannot end in %q", ":"+clip(what))
		return
	case what == "vars" && name != all && name != ungrouped:
		r.owed = append(r.owed, owed{name, "has vars", at})
	}
	r.group, r.what = r.tree.group(name, at), what
	if what != "vars" {
		r.group.said = true
	}
}

// groupVar reads name = value, where the value goes to the end of the line.
func (r *ini) groupVar(line string, at prentice.Pos) {
	name, value, found := strings.Cut(line, "=")
	if !found {
		r.fail(at, "write NAME=VALUE", "%q under [%s:vars] has no =", clip(line), r.group.name)
		return
	}
	value = strings.TrimSpace(value)
	switch quoted := len(value) > 1 && (value[0] == '"' || value[0] == '\''); {
	case quoted:
		list, text, hint := words(value)
		if text != "" || len(list) != 1 {
			r.fail(at, first(hint, "write one value in one pair of quotes"), "%s", first(text, "the value "+clip(value)+" goes on behind its quotes"))
			return
		}
		value = list[0]
	case strings.Contains(value, " #") || strings.Contains(value, "\t#"):
		r.fail(at, "put the value in quotes, or the comment on a line of its own", "nobody can tell whether # in %q begins a comment", clip(value))
		return
	}
	name = strings.TrimSpace(name)
	if s, ok := r.setting(name, value, at); ok {
		r.set(r.group.vars, name, s, "group "+r.group.name)
	}
}

func (r *ini) child(line string, at prentice.Pos) {
	list, text, hint := words(line)
	switch {
	case text != "":
		r.fail(at, hint, "%s", text)
	case len(list) != 1:
		r.fail(at, "write one group on a line", "%q under [%s:children] is not the name of a group", clip(line), r.group.name)
	case r.named(list[0], at):
		if r.below(r.group, list[0], at) == nil {
			return
		}
		r.owed = append(r.owed, owed{list[0], "is a child of " + r.group.name, at})
	}
}

// hostLine reads a host, or a range of them, and its vars.
func (r *ini) hostLine(line string, at prentice.Pos) {
	list, text, hint := words(line)
	if text != "" {
		r.fail(at, hint, "%s", text)
		return
	}
	if len(list) == 0 {
		return
	}
	hosts := r.put(r.group, list[0], at)
	for _, word := range list[1:] {
		name, value, found := strings.Cut(word, "=")
		if !found {
			r.fail(at, "write NAME=VALUE, and quotes around a value with spaces", "%q behind host %s has no =", clip(word), clip(list[0]))
			return
		}
		s, ok := r.setting(name, value, at)
		for _, h := range hosts {
			if ok {
				r.set(h.vars, name, s, "host "+h.name)
			}
		}
	}
}

// settle reports the groups that are named and stand nowhere.
func (t *tree) settle() {
	for _, o := range t.owed {
		if !t.groups[o.name].said {
			t.fail(o.at, t.near(o.name, "add ["+o.name+"] with its hosts"), "group %s %s, and stands nowhere", o.name, o.as)
		}
	}
}

// words splits a line as a shell would: at spaces, with quotes and backslashes.
// text says what is wrong with it.
func words(line string) (list []string, text, hint string) {
	var word strings.Builder
	some, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			if quote == '"' && line[i] != '"' && line[i] != '\\' {
				word.WriteByte(c)
			}
			word.WriteByte(line[i])
			some = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, some = c, true
		case c == ' ' || c == '\t':
			if some {
				list = append(list, word.String())
			}
			word.Reset()
			some = false
		case c == '#' && some:
			return nil, "nobody can tell whether # in the middle of a word begins a comment", "put a space before it, or the value in quotes"
		case c == '#':
			return list, "", ""
		default:
			word.WriteByte(c)
			some = true
		}
	}
	if quote != 0 {
		return nil, "a quote " + string(quote) + " has no end", "close it on the same line"
	}
	if some {
		list = append(list, word.String())
	}
	return list, "", ""
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
