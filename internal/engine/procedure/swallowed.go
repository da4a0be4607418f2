package procedure

import (
	"slices"
	"strings"

	"prentice/internal/kit/clip"
)

// swallowed refuses a block that holds the beginning of another step, or a heading
// of a section with a block below it: its own end was forgotten, and what stands
// there would be run as its script. A fence that is shorter than that of the block
// is text on purpose.
func (p *page) swallowed(body, opening string, first int) {
	outer := fenceOf(opening)
	section := ""
	for i, line := range strings.Split(body, "\n") {
		line = strings.TrimSpace(line)
		if name, is := strings.CutPrefix(line, "## "); is && slices.ContainsFunc(sectionTitles, func(title string) bool { return strings.EqualFold(title, strings.TrimSpace(name)) }) {
			section = line
		}
		inner := fenceOf(line)
		if len(inner) < len(outer) || inner == line {
			continue
		}
		word := readInfo(line[len(inner):]).word
		switch {
		case p.known(word):
			p.fail(p.at(first+i, 1), "end the block above with "+outer+"; or, if its script writes this line, give it a longer fence", "a block of kind %s begins within another, which is not closed before it", clip.Text(word))
			return
		case section != "":
			p.fail(p.at(first+i, 1), "end the block above "+section+" with "+outer+"; or, if its script writes these lines, give it a longer fence", "a block begins within another, which is not closed before %s", section)
			return
		}
	}
}

// fenceOf is the run of backticks or tildes that a line begins with, if it is long
// enough for a fence.
func fenceOf(line string) string {
	line = strings.TrimLeft(line, " ")
	for _, mark := range []string{"`", "~"} {
		if n := len(line) - len(strings.TrimLeft(line, mark)); n >= 3 {
			return line[:n]
		}
	}
	return ""
}
