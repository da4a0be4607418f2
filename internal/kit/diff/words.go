package diff

import (
	"unicode"
	"unicode/utf8"
)

// Bounds on comparing words: a longer line, or one that has little in common with the one
// beside it, is marked as a whole by being there.
const (
	mostWords = 300
	alike     = 3 // at least one part in so many is the same
)

// Mark finds the words in which lines that were changed are others than before. Lines that
// are gone and those that stand for them are taken in pairs, in their order.
func (h *Hunk) Mark() {
	for i := 0; i < len(h.Lines); {
		if h.Lines[i].Op != Gone {
			i++
			continue
		}
		from := i
		for i < len(h.Lines) && h.Lines[i].Op == Gone {
			i++
		}
		mid := i
		for i < len(h.Lines) && h.Lines[i].Op == Plus {
			i++
		}
		for k := 0; k < min(mid-from, i-mid); k++ {
			markPair(&h.Lines[from+k], &h.Lines[mid+k])
		}
	}
}

func markPair(was, is *Line) {
	if was.Cut > 0 || is.Cut > 0 || was.Text == is.Text {
		return
	}
	a, b := words(was.Text), words(is.Text)
	if len(a) == 0 || len(b) == 0 || len(a) > mostWords || len(b) > mostWords {
		return
	}
	inA, inB, same := common(was.Text, is.Text, a, b)
	if same*alike < max(len(was.Text), len(is.Text)) {
		return
	}
	was.Marks, is.Marks = others(a, inA), others(b, inB)
}

// words cuts a text into runs of letters and digits, of blanks, and single signs.
func words(text string) (list []Span) {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		from, sort := at, sortOf(r)
		at += size
		for sort != 0 && at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if sortOf(r) != sort {
				break
			}
			at += size
		}
		list = append(list, Span{from, at})
	}
	return list
}

func sortOf(r rune) int {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), r == '_':
		return 1
	case unicode.IsSpace(r):
		return 2
	}
	return 0
}

// common says which words both have in the same order, and how many bytes they are.
func common(was, is string, a, b []Span) (inA, inB []bool, same int) {
	long := make([]uint16, (len(a)+1)*(len(b)+1)) // of a from i and b from j
	at := func(i, j int) int { return i*(len(b)+1) + j }
	text := func(i, j int) bool { return was[a[i].From:a[i].To] == is[b[j].From:b[j].To] }
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if text(i, j) {
				long[at(i, j)] = long[at(i+1, j+1)] + 1
			} else {
				long[at(i, j)] = max(long[at(i+1, j)], long[at(i, j+1)])
			}
		}
	}
	inA, inB = make([]bool, len(a)), make([]bool, len(b))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case text(i, j):
			inA[i], inB[j], same = true, true, same+a[i].To-a[i].From
			i, j = i+1, j+1
		case long[at(i+1, j)] >= long[at(i, j+1)]:
			i++
		default:
			j++
		}
	}
	return inA, inB, same
}

// others are the runs of words that are not in both.
func others(list []Span, in []bool) (marks []Span) {
	for i, s := range list {
		switch {
		case in[i]:
		case len(marks) > 0 && marks[len(marks)-1].To == s.From:
			marks[len(marks)-1].To = s.To
		default:
			marks = append(marks, s)
		}
	}
	return marks
}

// Part is a piece of a line: one that is marked, or one between.
type Part struct {
	Text   string
	Marked bool
}

// Parts are the pieces of a line, in their order.
func (l Line) Parts() (list []Part) {
	at := 0
	for _, m := range l.Marks {
		if m.From > at {
			list = append(list, Part{Text: l.Text[at:m.From]})
		}
		list = append(list, Part{l.Text[m.From:m.To], true})
		at = m.To
	}
	if at < len(l.Text) || len(list) == 0 {
		list = append(list, Part{Text: l.Text[at:]})
	}
	return list
}
