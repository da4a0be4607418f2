// Package code is what is looked at in a repository, as git tells it: entries of a folder,
// commits, who wrote which line, what a search found.
//
// Names, messages and lines were written by others: they are text, and who shows them
// escapes them for where they are shown. The package reads nothing and refuses nothing; it
// says what a file is from its first bytes, and never believes its name where that would let
// a browser run it.
package code

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is what an entry of a folder is.
type Kind string

// The kinds.
const (
	Folder    Kind = "folder"
	File      Kind = "file"
	Program   Kind = "program" // a file that may be run
	Link      Kind = "link"
	Submodule Kind = "submodule" // a commit of another repository
)

// Entry is one of a folder.
type Entry struct {
	Name string  `json:"name"`
	Path string  `json:"path"`
	Kind Kind    `json:"kind"`
	ID   string  `json:"id"` // of the object
	Size int64   `json:"size,omitempty"`
	Last *Commit `json:"last,omitempty"` // that changed it, where that was quick to know
}

// Odd says whether its name is no text, so that no address can name it.
func (e Entry) Odd() bool { return !utf8.ValidString(e.Path) }

// Commit is one, in a list.
type Commit struct {
	ID      string    `json:"id"`
	Author  string    `json:"author"`
	Time    time.Time `json:"time"`
	Subject string    `json:"subject"`
}

// Part is a run of lines that came with one commit.
type Part struct {
	Commit
	Line  int      `json:"line"` // the first of them
	Lines []string `json:"lines"`
}

// Text is its lines.
func (p Part) Text() string { return strings.Join(p.Lines, "\n") }

// Match is a line that a search found.
type Match struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Query is what is searched for: a text, or an expression.
type Query struct {
	Text       string
	Expression bool
	AnyCase    bool
	Path       string // below which; "" is everywhere
	Most       int
	Within     time.Duration
}

// Pointer is a branch or a tag.
type Pointer struct {
	Name   string `json:"name"`
	Commit Commit `json:"commit"`
}

// MostShown is how long a file may be whose lines are shown.
const MostShown = 1 << 20

// Binary says whether a content is no text.
func Binary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0
}

// Pointed is what a Git LFS pointer stands for; "" where a content is none.
func Pointed(content []byte) string {
	if len(content) > 1024 || !bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")) {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if id, is := strings.CutPrefix(strings.TrimSpace(line), "oid "); is {
			return id
		}
	}
	return ""
}

// images are what a page may show: none of them can hold a script.
var images = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// Type is as what a content is given to a browser, and whether it may show it: pictures by
// their first bytes, other texts as plain ones. HTML and SVG and all that is no text are kept
// as files.
func Type(name string, first []byte) (kind string, shown bool) {
	sniffed := http.DetectContentType(first)
	switch {
	case images[sniffed]:
		return sniffed, true
	case Binary(first):
		return "application/octet-stream", false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml", ".svg", ".svgz", ".xml", ".xsl", ".mht", ".mhtml", ".shtml", ".hta", ".swf", ".pdf":
		return "application/octet-stream", false
	}
	if strings.HasPrefix(sniffed, "text/html") || strings.HasPrefix(sniffed, "text/xml") || strings.Contains(strings.ToLower(string(first)), "<svg") {
		return "application/octet-stream", false
	}
	return "text/plain; charset=utf-8", true
}

// Readme is the entry that tells of a folder; nil where there is none.
func Readme(entries []Entry) *Entry {
	for _, name := range []string{"readme.md", "readme.markdown", "readme", "readme.txt"} {
		for i, e := range entries {
			if (e.Kind == File || e.Kind == Program) && strings.ToLower(e.Name) == name && e.Size <= MostShown {
				return &entries[i]
			}
		}
	}
	return nil
}
