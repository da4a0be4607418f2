// Package diff is what changed between two contents, as people review it: files, hunks and
// lines, with the words of a line that are others.
//
// Its words: a File is what became of one file; a Hunk is a run of its lines with a few
// around it; a Row is a line of the one side beside that of the other. It reads what git
// prints, because git finds the lines and the renames, and keeps at most so much of it: a
// line of 100 MB is cut and says so, and what is beyond the limits is counted and not kept.
//
// It refuses to trust what it reads: texts are valid UTF-8, and who shows them still
// has to escape them for where they are shown. It runs nothing and opens no file.
package diff

// Kind is what became of a file.
type Kind string

// The kinds.
const (
	Changed Kind = "changed"
	Added   Kind = "added"
	Removed Kind = "removed"
	Renamed Kind = "renamed"
	Copied  Kind = "copied"
)

// File is what became of one file.
type File struct {
	Kind    Kind   `json:"kind"`
	Path    string `json:"path"`          // as it is called after, or was before where it is gone
	Was     string `json:"was,omitempty"` // as it was called before, where that is another name
	OldID   string `json:"old_id,omitempty"`
	NewID   string `json:"new_id,omitempty"`
	OldMode string `json:"old_mode,omitempty"`
	NewMode string `json:"new_mode,omitempty"`
	Binary  bool   `json:"binary,omitempty"`
	Plus    int    `json:"plus"`
	Minus   int    `json:"minus"`
	Cut     bool   `json:"cut,omitempty"` // it has more lines than are kept
	Hunks   []Hunk `json:"hunks,omitempty"`
}

// Hunk is a run of lines: so many from a line of the one side, and of the other.
type Hunk struct {
	Old     int    `json:"old"`
	OldSize int    `json:"old_size"`
	New     int    `json:"new"`
	NewSize int    `json:"new_size"`
	Section string `json:"section,omitempty"` // what git takes for the heading above it
	Lines   []Line `json:"lines"`
}

// What a line is.
const (
	Same = " "
	Plus = "+"
	Gone = "-"
)

// Line is one of a hunk. Old and New are its numbers; 0 is none on that side.
type Line struct {
	Op    string `json:"op"`
	Old   int    `json:"old,omitempty"`
	New   int    `json:"new,omitempty"`
	Text  string `json:"text"`
	CR    bool   `json:"cr,omitempty"`     // it ends with a carriage return
	NoEnd bool   `json:"no_end,omitempty"` // no newline follows it
	Cut   int    `json:"cut,omitempty"`    // so many bytes more are not kept
	Marks []Span `json:"marks,omitempty"`  // the words of it that are others than in the line beside it
}

// Span is a part of a text, in bytes.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Limits are how much is kept.
type Limits struct {
	Line  int // bytes of one line
	File  int // lines of one file
	Lines int // lines of all files
	Files int
}

// Usual are the limits of a page of review.
func Usual() Limits { return Limits{Line: 2000, File: 60_000, Lines: 120_000, Files: 5000} }
