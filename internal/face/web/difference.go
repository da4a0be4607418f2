package web

import "strings"

// mostDiffOpen is how many lines of a diff are shown without being asked for.
const mostDiffOpen = 40

// diffText is a unified diff, line by line.
type diffText struct {
	Lines []diffLine
	Open  bool
	Added int
	Gone  int
}

// diffLine is a line with what it is: add, del, same or at.
type diffLine struct{ In, Text string }

func diffTextOf(text string) diffText {
	var d diffText
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "+"):
			d.Added++
			d.Lines = append(d.Lines, diffLine{"add", line[1:]})
		case strings.HasPrefix(line, "-"):
			d.Gone++
			d.Lines = append(d.Lines, diffLine{"del", line[1:]})
		case strings.HasPrefix(line, " "):
			d.Lines = append(d.Lines, diffLine{"same", line[1:]})
		default:
			d.Lines = append(d.Lines, diffLine{"at", line})
		}
	}
	d.Open = len(d.Lines) <= mostDiffOpen
	return d
}
