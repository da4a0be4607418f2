package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// Level says what follows from a finding.
type Level int

// The levels.
const (
	Error  Level = iota // no environment is made from it
	Advice              // it has no effect in an environment, or another than elsewhere
)

// Finding is what a file says that an environment cannot, or need not, do.
type Finding struct {
	Path  string // of the file, within the tree
	Line  int    // 0 is the file as a whole
	Level Level
	Says  string
	Try   string // what to write instead; "" where nothing is needed
}

func (f Finding) String() string {
	s := f.Path
	if f.Line > 0 {
		s += fmt.Sprintf(":%d", f.Line)
	}
	s += ": " + f.Says
	if f.Try != "" {
		s += "; " + f.Try
	}
	return s
}

// Error lets a finding be returned from where nothing can go on.
func (f Finding) Error() string { return f.String() }

// Errors are the findings for which no environment is made.
func Errors(list []Finding) (errors []Finding) {
	for _, f := range list {
		if f.Level == Error {
			errors = append(errors, f)
		}
	}
	return errors
}

// Refusal is the error that says so; nil where nothing is refused.
func Refusal(list []Finding) error {
	errors := Errors(list)
	if len(errors) == 0 {
		return nil
	}
	var lines []string
	for _, f := range errors {
		lines = append(lines, f.String())
	}
	return prentice.Errorf(prentice.Invalid, "%s", strings.Join(lines, "\n")).
		Try("correct these lines; book/reference/compose.md says what an environment does with each key")
}

// most is how many findings are told: who has more corrects these first.
const most = 100

// findings are gathered while files are read.
type findings struct{ list []Finding }

func (f *findings) add(level Level, at place, try, format string, args ...any) {
	f.list = append(f.list, Finding{Path: at.path, Line: at.line, Level: level, Says: clip.To(fmt.Sprintf(format, args...), 400), Try: try})
}

func (f *findings) refuse(at place, try, format string, args ...any) {
	f.add(Error, at, try, format, args...)
}

func (f *findings) advise(at place, try, format string, args ...any) {
	f.add(Advice, at, try, format, args...)
}

// told are the findings by file and line, each once, errors before advice where there are too many.
func (f *findings) told() []Finding {
	by := func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Says, b.Says))
	}
	slices.SortFunc(f.list, by)
	list := slices.Compact(f.list)
	if len(list) > most {
		slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(a.Level, b.Level) })
		more := len(list) - most + 1
		list = list[:most-1]
		slices.SortFunc(list, by)
		list = append(list, Finding{Path: list[0].Path, Level: Advice, Says: fmt.Sprintf("and %d more", more), Try: "correct these first"})
	}
	return list
}
