package change

import (
	"strings"
	"time"

	"prentice"
)

// The sides of a patch set on which a line can be.
const (
	Before = "before"
	After  = "after"
)

// Comment is what someone says of a change, a file or some lines, or in answer to another.
type Comment struct {
	Number   int64        `json:"number"`
	Change   int64        `json:"change"`
	PatchSet int          `json:"patch_set"`
	Answers  int64        `json:"answers,omitempty"` // the comment that begins the thread
	File     string       `json:"file,omitempty"`
	Side     string       `json:"side,omitempty"`
	Line     int          `json:"line,omitempty"` // 0 is the file as a whole
	Last     int          `json:"last,omitempty"` // of several lines
	Text     string       `json:"text"`
	By       prentice.Ref `json:"by"`
	At       time.Time    `json:"at"`
	Draft    bool         `json:"draft,omitempty"`
	Open     bool         `json:"open"`              // of one that begins a thread: it is not resolved
	Applied  int          `json:"applied,omitempty"` // the patch set that holds what it suggests

	People []prentice.Ref `json:"people,omitempty"` // who are behind who wrote it
}

// Suggests is what a comment would put in the place of its lines: a fenced block that is
// called suggestion.
func (c Comment) Suggests() (text string, does bool) {
	_, rest, found := strings.Cut("\n"+strings.ReplaceAll(c.Text, "\r\n", "\n"), "\n```suggestion\n")
	if !found || c.File == "" || c.Line == 0 || c.Side == Before {
		return "", false
	}
	if strings.HasPrefix(rest, "```") {
		return "", true
	}
	text, _, found = strings.Cut(rest, "\n```")
	return text + "\n", found
}

// Applies says whether it suggests something that no patch set holds yet.
func (c Comment) Applies() bool {
	_, does := c.Suggests()
	return does && c.Applied == 0 && !c.Draft
}

// Apply puts what is suggested in the place of some lines of a content.
func (c Comment) Apply(content []byte) ([]byte, error) {
	text, does := c.Suggests()
	if !does {
		return nil, prentice.Errorf(prentice.Invalid, "comment %d suggests nothing", c.Number).Try("write the new lines in a block that begins with ```suggestion")
	}
	lines := strings.SplitAfter(string(content), "\n")
	if n := len(lines); n > 0 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	first, last := c.Line, max(c.Line, c.Last)
	if first < 1 || last > len(lines) {
		return nil, prentice.Errorf(prentice.Conflict, "%s has %d lines, and comment %d is on line %d", c.File, len(lines), c.Number, last).Try("write the suggestion again, on the newest patch set")
	}
	if strings.HasSuffix(lines[last-1], "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if last == len(lines) && !strings.HasSuffix(lines[last-1], "\n") {
		text = strings.TrimRight(text, "\r\n")
	}
	return []byte(strings.Join(lines[:first-1], "") + text + strings.Join(lines[last:], "")), nil
}

// Thread is a comment with its answers.
type Thread struct {
	Comment
	Replies []Comment `json:"replies,omitempty"`
	Now     int       `json:"now,omitempty"` // the line on which it stands in what is shown; 0 is none
	Moved   bool      `json:"moved,omitempty"`
}

// Threads puts answers to what they answer. A draft is there for its writer alone.
func Threads(list []Comment, reader prentice.Ref) (threads []Thread) {
	at := map[int64]int{}
	for _, c := range list {
		if c.Draft && c.By != reader {
			continue
		}
		if i, found := at[c.Answers]; c.Answers > 0 && found {
			threads[i].Replies = append(threads[i].Replies, c)
			continue
		}
		at[c.Number] = len(threads)
		threads = append(threads, Thread{Comment: c})
	}
	return threads
}

// OpenThreads counts those that no one has resolved. A draft is none yet.
func OpenThreads(list []Comment) (n int) {
	for _, c := range list {
		if c.Answers == 0 && c.Open && !c.Draft {
			n++
		}
	}
	return n
}
