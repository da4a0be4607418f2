// Package merge joins two texts that were made from the same third one, line by
// line. Where both changed the same lines it says so, and shows all three.
//
// It refuses to choose: a conflict is for a person.
package merge

import "strings"

// Names are what the three texts are called in the marks of a conflict.
type Names struct{ Mine, Base, Theirs string }

// Three is base with the changes of mine and of theirs, and how many conflicts are
// marked in it.
func Three(base, mine, theirs string, names Names) (text string, conflicts int) {
	m := merger{base: lines(base), mine: lines(mine), theirs: lines(theirs), names: names}
	m.walk()
	return m.out.String(), m.conflicts
}

type merger struct {
	base, mine, theirs []string
	names              Names
	out                strings.Builder
	conflicts          int
}

// walk goes from one line that all three have to the next.
func (m *merger) walk() {
	inMine, inTheirs := matches(m.base, m.mine), matches(m.base, m.theirs)
	at, a, b := 0, 0, 0
	for k := range m.base {
		if inMine[k] < 0 || inTheirs[k] < 0 {
			continue
		}
		m.between(m.base[at:k], m.mine[a:inMine[k]], m.theirs[b:inTheirs[k]])
		m.out.WriteString(m.base[k])
		at, a, b = k+1, inMine[k]+1, inTheirs[k]+1
	}
	m.between(m.base[at:], m.mine[a:], m.theirs[b:])
}

// between is what stands between two lines that all three have.
func (m *merger) between(base, mine, theirs []string) {
	was, is, other := strings.Join(base, ""), strings.Join(mine, ""), strings.Join(theirs, "")
	switch {
	case is == other || was == other:
		m.out.WriteString(is)
	case was == is:
		m.out.WriteString(other)
	default:
		m.conflicts++
		m.mark("<<<<<<< "+m.names.Mine, is)
		m.mark("||||||| "+m.names.Base, was)
		m.mark("=======", other)
		m.out.WriteString(">>>>>>> " + m.names.Theirs + "\n")
	}
}

func (m *merger) mark(head, text string) { m.out.WriteString(head + "\n" + text) }

// lines is a text cut behind each end of a line. A last line without one is given it:
// that it lacks one is no change.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	list := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	list[len(list)-1] += "\n"
	return list
}
