package log

import (
	"time"

	"prentice"
)

// Line is a line of what a step printed, or a piece of a very long one.
// Offset is where the next one begins, for asking on; Line counts from 1.
type Line struct {
	Offset int64        `json:"offset"`
	Line   int64        `json:"line"`
	Time   time.Time    `json:"time"`
	Step   string       `json:"step"`
	Target prentice.Ref `json:"target,omitempty"`
	Text   string       `json:"text"`
}

// Query chooses a page of a run's log. Offset, Line and Tail say where it
// begins: at a byte, at a line from 1 on, or so many lines before the end; at
// most one is set. Find and Target leave out lines without that text and of
// other targets.
type Query struct {
	Run    int64
	Offset int64
	Line   int64
	Tail   int64
	Find   string
	Target prentice.Ref
	Limit  int
}

// Page is a page of a log. Next is where to read on; End says that nothing
// follows yet. Total is how many lines there are in all. Trouble says that there
// is more, which cannot be read now, and why.
type Page struct {
	Lines   []Line   `json:"lines"`
	Next    int64    `json:"next"`
	End     bool     `json:"end"`
	Total   int64    `json:"total"`
	Removed *Removed `json:"removed,omitempty"`
	Trouble string   `json:"trouble,omitempty"`
}

// Removed says that a log is no longer there, and why.
type Removed struct {
	Run   int64     `json:"run"`
	Time  time.Time `json:"time"`
	Bytes int64     `json:"bytes"` // that it took on disk
	Lines int64     `json:"lines"`
	Why   string    `json:"why"`
}
