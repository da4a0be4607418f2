package op

import (
	"context"
	"io"
)

// Tabler is an output that the terminal shows as a table. Cells hold plain
// text; the first column is what people copy.
type Tabler interface {
	Table() (head []string, rows [][]string)
}

// Texter is an output that the terminal shows as text: a short paragraph for one
// thing, or a document.
type Texter interface {
	Text() string
}

// Documenter is an output that is a document: as Markdown, and as one page of HTML that
// needs nothing else.
type Documenter interface {
	Document() string
	HTML() string
}

// Emptier is a list, or a text, that says, when it is empty, what will stand here and the
// one command or file that makes the first one.
type Emptier interface {
	Empty() string
}

// Pager is a list with more to come: Next is the cursor of the next page, or "".
type Pager interface {
	Next() string
}

// Ender is an output that sets the process's exit code: a run that failed, a
// file that does not verify. 0 is success; NotWell is the usual other one.
type Ender interface {
	ExitCode() int
}

// Beginner is an output of something that goes on behind it. A face that can wait
// follows it.
type Beginner interface {
	Begun() Begun
}

// Begun is what goes on: Watch tells of it until it is over, and Show how it
// ended.
type Begun struct {
	Ref         string // run/7
	Watch, Show Request
}

// Beginners is an output of several things that go on behind it.
type Beginners interface {
	BegunAll() []Begun
}

// Settler is an output of what may be decided in the next moment: a face that tells
// how it stands looks once more before it does. Settled is the same output with what
// showing it says now.
type Settler interface {
	Settling() bool
	Settled(shown any) any
}

// Quieter is an output of which a program wants one line: a token, a link.
type Quieter interface {
	Quiet() string
}

// Briefer is an output that says the most important of it in a few lines.
type Briefer interface {
	Brief() string
}

// Outcomer is an output that says, to anyone who has watched it, how it ended.
type Outcomer interface {
	Outcome() string
}

// Exact is an output whose JSON form is exact bytes, because someone will hash
// them: a plan. With -o json they are written as they are.
type Exact interface {
	Canonical() []byte
}

// Scanner is an output that a phone reads from the page: QR is the text of the
// code that is drawn there.
type Scanner interface {
	QR() string
}

// Printed is an output that may be a report for a program: Printed is its exact bytes,
// which are printed in place of all else, or nil.
type Printed interface {
	Printed() []byte
}

// Filer is an output with a file that a browser is given.
type Filer interface {
	File() File
}

// File is one that is written as it is read. Shown says that a browser may show what it is,
// which runs nothing; Size -1 is not known.
type File struct {
	Name, Type string
	Shown      bool
	Size       int64
	Write      func(context.Context, io.Writer) error
}
