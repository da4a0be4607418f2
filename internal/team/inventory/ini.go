package inventory

import (
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/argv"
	"prentice/internal/kit/clip"
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
	if line[0] == '[' && line[len(line)-1] == ']' && !strings.Contains(line, "=") && !sectionLike(line) {
		r.group = nil
		r.fail(at, "write [NAME], [NAME:vars] or [NAME:children], without spaces", "%q is not the head of a section", clip.Text(line))
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
		r.fail(at, "write ["+name+"], ["+name+":vars] or ["+name+":children]", "a section cannot end in %q", ":"+clip.Text(what))
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
		r.fail(at, "write NAME=VALUE", "%q under [%s:vars] has no =", clip.Text(line), r.group.name)
		return
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if strings.Contains(value, " #") && !strings.ContainsAny(value[:1], `"'`) && !behindValue.MatchString(value) {
		r.advise(at, "put the comment on a line of its own", "%s ends in what looks like a comment, and is part of the value, as in Ansible", clip.Text(name))
	}
	r.set(r.group.vars, name, r.literal(name, value, at), "group "+r.group.name)
}

// behindValue is a comment behind a value that Ansible reads as Python does.
var behindValue = regexp.MustCompile(`^("[^"\\]*"|'[^'\\]*'|-?[0-9]+(?:\.[0-9]+)?|True|False)\s+#.*$`)

// literal reads a value as Ansible does, which tries it as one of Python first: a
// quoted text, a number, True, False or a list, behind which a comment may stand.
// Anything else is the text as it stands, with all that looks like a comment.
func (r *ini) literal(name, value string, at prentice.Pos) setting {
	if m := behindValue.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	if n := len(value); n > 1 {
		switch first, last := value[0], value[n-1]; {
		case (first == '[' && last == ']' || first == '{' && last == '}') && !isTemplate(value) && !strings.HasPrefix(name, connection):
			return r.unset(name, at, aList)
		case (first == '"' || first == '\'') && first == last:
			if list, text, _ := words(value); text == "" && len(list) == 1 {
				value = list[0]
			}
		}
	}
	return r.setting(name, value, at)
}

// sectionLike says whether a line that begins with [ is a range of hosts or an
// address, and not the head of a section.
func sectionLike(line string) bool {
	_, text, _ := expand(line, MaxHosts)
	return text == "" || v6WithPort.MatchString(line)
}

func (r *ini) child(line string, at prentice.Pos) {
	list, text, hint := words(line)
	switch {
	case text != "":
		r.fail(at, hint, "%s", text)
	case len(list) != 1:
		r.fail(at, "write one group on a line", "%q under [%s:children] is not the name of a group", clip.Text(line), r.group.name)
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
			r.fail(at, "write NAME=VALUE, and quotes around a value with spaces", "%q behind host %s has no =", clip.Text(word), clip.Text(list[0]))
			return
		}
		s := r.literal(name, value, at)
		for _, h := range hosts {
			r.set(h.vars, name, s, "host "+h.name)
		}
	}
}

// settle reports the groups that are named and stand nowhere.
func (t *tree) settle() {
	for _, o := range t.owed {
		if !t.groups[o.name].said {
			t.fail(o.at, t.near(o.name, "add ["+o.name+"] with its hosts"), "group %s %s, and is nowhere", o.name, o.as)
		}
	}
}

// ansible splits as Ansible does, which is as a shell would: a backslash keeps the
// next character, but not within single quotes.
var ansible = argv.Style{Inner: true, Escape: func(quote, next byte) argv.Escape {
	switch {
	case quote == '\'':
		return argv.Letter
	case quote == '"' && next != '"' && next != '\\':
		return argv.Both
	}
	return argv.Alone
}}

// words splits a line; text says what is wrong with it.
func words(line string) (list []string, text, hint string) {
	list, open := ansible.Words(line)
	if open != 0 {
		return nil, "a quote " + string(open) + " has no end", "close it on the same line"
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
