package learning

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

//go:embed said.tsv
var saidText string

// printed is a text that prentice prints when something is wrong: its kind, the part of
// the program that says it, the text and what to do, with a verb such as %s for each
// value. A line of said.tsv is text and hint of one, below a line with the kind and area
// of many; they are found in the sources by a test of boot.
type printed struct {
	kind, area, text, hint string
	textParts, hintParts   []string // that stand in it whatever the values are
}

var allSaid = sync.OnceValue(func() (list []printed) {
	kind, area := "", ""
	for line := range strings.Lines(saidText) {
		first, second, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if head, is := strings.CutPrefix(first, "# "); is {
			kind, area = head, second
			continue
		}
		list = append(list, printed{kind, area, first, second, stableParts(first), stableParts(second)})
	}
	return list
})

var (
	verb  = regexp.MustCompile(`%[-+#0 ]*[0-9.]*[a-zA-Z]`)
	marks = regexp.MustCompile(`[→"\\…]+`)
)

// blanked is a text with … for each value.
func blanked(format string) string {
	return strings.ReplaceAll(verb.ReplaceAllString(format, "…"), "%%", "%")
}

// flat is a text as texts are compared: in small letters, on one line, without marks
// that a terminal or JSON adds.
func flat(text string) string {
	return strings.Join(strings.Fields(marks.ReplaceAllString(strings.ToLower(text), " ")), " ")
}

// stableParts are the pieces of a format between its values.
func stableParts(format string) (list []string) {
	for _, part := range verb.Split(format, -1) {
		if part = strings.Trim(flat(part), " :;,.'()"); letters(part) > 1 {
			list = append(list, part)
		}
	}
	return list
}

func letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// fewest is how many letters of a text have to stand in what was pasted.
const fewest = 8

// findSaid is the text of which most stands in what was pasted, in its order; or else
// the one with which it shares the most words.
func findSaid(pasted string) (best printed, ok bool) {
	pasted = flat(pasted)
	most := fewest - 1
	for _, s := range allSaid() {
		if n := within(s.textParts, pasted) + within(s.hintParts, pasted); n > most {
			best, most, ok = s, n, true
		}
	}
	if ok {
		return best, true
	}
	return likest(pasted)
}

// within is how many letters of the parts stand in a text, or 0 if not all do in order.
func within(parts []string, text string) (n int) {
	for _, part := range parts {
		i := strings.Index(text, part)
		if i < 0 {
			return 0
		}
		n, text = n+letters(part), text[i+len(part):]
	}
	return n
}

// likest is the text that shares three words or more, and more than half of its own.
func likest(pasted string) (best printed, ok bool) {
	have := map[string]bool{}
	for _, w := range longWords(pasted) {
		have[w] = true
	}
	most := 0.0
	for _, s := range allSaid() {
		own := longWords(strings.Join(append(append([]string(nil), s.textParts...), s.hintParts...), " "))
		shared := 0
		for _, w := range own {
			if have[w] {
				shared++
			}
		}
		if share := float64(shared) / float64(max(1, len(own))); shared >= 3 && share > 0.5 && float64(shared)*share > most {
			best, most, ok = s, float64(shared)*share, true
		}
	}
	return best, ok
}

// longWords are the words of four letters and more, each once.
func longWords(text string) (list []string) {
	seen := map[string]bool{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		if len(w) >= 4 && !seen[w] {
			seen[w] = true
			list = append(list, w)
		}
	}
	return list
}
