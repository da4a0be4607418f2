package web

import "strings"

// A text of more lines than mostOpen is shown with its first few, and the rest
// folded away: a plan is to be looked over before it is read.
const (
	mostOpen = 14
	leftOpen = 8
)

// foldedText is a text in two parts. Both are read as they are, one after the other.
type foldedText struct {
	Head, Rest string
	Lines      int // of the rest
}

func foldOf(text string) foldedText {
	lines := strings.SplitAfter(strings.TrimRight(text, "\n"), "\n")
	if len(lines) <= mostOpen {
		return foldedText{Head: text}
	}
	return foldedText{strings.Join(lines[:leftOpen], ""), strings.Join(lines[leftOpen:], ""), len(lines) - leftOpen}
}
