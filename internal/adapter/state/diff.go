package state

import (
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

const (
	mostLines = 5000     // of a text that is told line by line
	mostDiff  = 64 << 10 // bytes of a diff
)

// isText says whether a text can be told line by line.
func isText(s string) bool {
	return utf8.ValidString(s) && strings.Count(s, "\n") < mostLines && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' })
}

// unified tells how a text becomes another, or "" where they are the same. A diff that
// is too long is cut at a line, and says so.
func unified(before, after string) string {
	text := string(diff.Diff("before", []byte(before), "after", []byte(after)))
	for range 3 { // its head: diff, --- and +++
		_, text, _ = strings.Cut(text, "\n")
	}
	if len(text) > mostDiff {
		text = text[:strings.LastIndexByte(text[:mostDiff], '\n')+1] + "… the rest of the diff is left out\n"
	}
	return text
}
