package term

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Width is how many columns text takes on a terminal. It counts no escape
// sequences: text is made Safe before it is measured and painted after.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x20 || r == 0x7f:
		return 0
	case r < 0x7f:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Wrap folds the lines that are wider than the screen, at spaces. What goes to
// the next line stands below the text that it comes from: behind the indent, and
// behind a label that two spaces part from its text. Words stay whole, and lines
// that fit stay as they are.
func (s Screen) Wrap(text string) string {
	if s.Width == 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if Width(line) <= s.Width {
			continue
		}
		label := line[:hang(line, s.Width/2)]
		indent := strings.Repeat(" ", Width(label))
		room := max(s.Width-len(indent), 1)
		lines[i] = label + strings.Join(fold(line[len(label):], room), "\n"+indent)
	}
	return strings.Join(lines, "\n")
}

// hang is how much of a line stays at the left when the rest is folded: the
// indent, and what stands before the last wide gap that begins within most
// columns.
func hang(line string, most int) int {
	at := len(line) - len(strings.TrimLeft(line, " "))
	for i := at; i < len(line); i++ {
		if strings.HasPrefix(line[i:], "  ") && Width(line[:i]) < most {
			i += len(line[i:]) - len(strings.TrimLeft(line[i:], " "))
			at = i
		}
	}
	if Width(line[:at]) > most || at == len(line) {
		return len(line) - len(strings.TrimLeft(line, " "))
	}
	return at
}

// fold breaks a line into lines of at most room columns, or of one word.
func fold(line string, room int) []string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return []string{""}
	}
	lines, used := []string{words[0]}, Width(words[0])
	for _, word := range words[1:] {
		w := Width(word)
		if used+1+w > room {
			lines, used = append(lines, word), w
			continue
		}
		lines[len(lines)-1] += " " + word
		used += 1 + w
	}
	return lines
}

// longestWord is the width below which a cell cannot be folded.
func longestWord(s string) int {
	most := 0
	for word := range strings.FieldsSeq(s) {
		most = max(most, Width(word))
	}
	return most
}
