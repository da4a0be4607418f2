package check

import "context"

// Past is what commits brought, where not only what is there now is looked at.
type Past struct {
	Says   string // which commits these are
	Digest string // of the same
	Lacks  string // why some of them are not here; "" where all are

	// Each tells of each file of each commit that is wanted what the commit added to it, and
	// what is said in messages and names. It may tell of several at once.
	Each func(ctx context.Context, wanted func(commit, path string) bool, tell func(Added)) error
}

// Added is what a commit added to a file. What a merge took from a parent is not of the
// merge.
type Added struct {
	Commit, Path string
	In           In     // where it is of no file
	Nth          int    // of the commits; the newest is 0
	Old, ID      string // the digest of the content before and after
	Parts        []Part
	Whole        bool // git shows no lines of it, so its one part is all of it
	Cut          bool // there is more than is read
}

// In is where something stands that is in no file.
type In string

// The message of a commit, that of a tag, and the name of a branch or tag. Of the last two
// the commit is the object that the name points to.
const (
	Message    In = "message"
	TagMessage In = "tag message"
	Name       In = "name"
)

// Says is where a place is that is in no file, as people read it.
func (i In) Says(commit string) string {
	commit = commit[:min(len(commit), 12)]
	switch i {
	case Message:
		return "the message of commit " + commit
	case TagMessage:
		return "the message of tag " + commit
	case Name:
		return "the name of a branch or tag at " + commit
	}
	return "commit " + commit
}

// Part is some lines that follow each other.
type Part struct {
	Line int // of the first, from 1
	Text []byte
}
