package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// maxFindings bounds what one reading reports. Anyone who has a thousand errors
// has one mistake, and needs to see its first lines.
const maxFindings = 1000

// maxGuesses bounds how often the nearest spelling is looked for in one reading:
// with ten thousand names, each look costs milliseconds.
const maxGuesses = 100

// report collects findings.
type report struct {
	list    []prentice.Finding
	left    int // findings beyond maxFindings
	guesses int
	errors  int
	unread  []string // the text of documents that are not YAML
}

func (r *report) add(at prentice.Pos, isError bool, hint, text string) {
	if len(r.list) >= maxFindings {
		r.left++
		return
	}
	r.list = append(r.list, prentice.Finding{At: at, Error: isError, Text: text, Hint: hint})
}

func (r *report) fail(at prentice.Pos, hint, format string, args ...any) {
	r.errors++
	r.add(at, asError, hint, fmt.Sprintf(format, args...))
}

func (r *report) advise(at prentice.Pos, hint, format string, args ...any) {
	r.add(at, asAdvice, hint, fmt.Sprintf(format, args...))
}

const (
	asError  = true
	asAdvice = false
)

// mentions says whether a name stands in a document that could not be read. What it
// says of the name no one knows.
func (r *report) mentions(name string) bool {
	for _, text := range r.unread {
		for rest := text; ; {
			i := strings.Index(rest, name)
			if i < 0 {
				break
			}
			end := i + len(name)
			if (i == 0 || !isNamePart(rest[i-1])) && (end == len(rest) || !isNamePart(rest[end])) {
				return true
			}
			rest = rest[end:]
		}
	}
	return false
}

func isNamePart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
}

// guess is a hint with the nearest known word, or otherwise, when none is near.
func (r *report) guess(word string, known []string, otherwise string) string {
	if r.guesses++; r.guesses > maxGuesses {
		return otherwise
	}
	if near := nearest.Of(word, known); near != "" && near != word {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

// sorted gives the findings by place.
func (r *report) sorted() []prentice.Finding {
	slices.SortStableFunc(r.list, func(a, b prentice.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	if r.left == 0 {
		return r.list
	}
	return append(r.list, prentice.Finding{Error: true, Text: fmt.Sprintf("%d more findings are not shown", r.left), Hint: "correct these first"})
}
