// Package udiff tells how a text becomes another, as a unified diff without a header.
//
// It refuses what is no text, and what is so long that no one would read the diff.
package udiff

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	around    = 3        // lines that are the same, before and after a change
	mostLines = 2000     // of either text
	mostBytes = 64 << 10 // of the diff
)

// Text says whether a text can be told line by line.
func Text(s string) bool {
	return utf8.ValidString(s) && strings.Count(s, "\n") < mostLines && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' })
}

// Unified is the diff, or "" where the texts are the same. One that is too long is cut,
// and says so.
func Unified(before, after string) string {
	if before == after {
		return ""
	}
	var b strings.Builder
	for _, h := range hunks(edits(split(before), split(after))) {
		h.write(&b)
		if b.Len() > mostBytes {
			return b.String()[:strings.LastIndexByte(b.String()[:mostBytes], '\n')+1] + "… the rest of the diff is left out\n"
		}
	}
	return b.String()
}

// split keeps the line ends, so that a last line without one differs from one with it.
func split(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// edit is a line that stays (' '), goes ('-') or comes ('+').
type edit struct {
	sign byte
	line string
}

// edits is the shortest way from a to b, by the longest common subsequence between
// the ends that they have in common.
func edits(a, b []string) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head, a, b = append(head, edit{' ', a[0]}), a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail, a, b = append([]edit{{' ', a[len(a)-1]}}, tail...), a[:len(a)-1], b[:len(b)-1]
	}
	common := make([][]uint16, len(a)+1)
	for i := range common {
		common[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			head, i, j = append(head, edit{' ', a[i]}), i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			head, i = append(head, edit{'-', a[i]}), i+1
		default:
			head, j = append(head, edit{'+', b[j]}), j+1
		}
	}
	return append(head, tail...)
}

// hunk is changes that lie close together, with what is the same around them.
type hunk struct {
	from, to int // lines before it in either text
	edits    []edit
}

func hunks(all []edit) []hunk {
	var list []hunk
	last, from, to := -1, 0, 0 // the last edit that is in a hunk; lines before the edit in either text
	for n, e := range all {
		if e.sign != ' ' {
			begin := max(0, n-around)
			if last < begin || len(list) == 0 {
				begin = max(begin, last+1)
				list = append(list, hunk{from: from - (n - begin), to: to - (n - begin)})
				last = begin - 1
			}
			end := min(len(all), n+1+around)
			h := &list[len(list)-1]
			h.edits = append(h.edits, all[last+1:max(end, last+1)]...)
			last = max(last, end-1)
		}
		if e.sign != '+' {
			from++
		}
		if e.sign != '-' {
			to++
		}
	}
	return list
}

func (h hunk) write(b *strings.Builder) {
	old, now := 0, 0
	for _, e := range h.edits {
		if e.sign != '+' {
			old++
		}
		if e.sign != '-' {
			now++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", span(h.from, old), span(h.to, now))
	for _, e := range h.edits {
		b.WriteByte(e.sign)
		b.WriteString(e.line)
		if !strings.HasSuffix(e.line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

func span(before, n int) string {
	if n == 0 {
		return fmt.Sprintf("%d,0", before)
	}
	return fmt.Sprintf("%d,%d", before+1, n)
}
