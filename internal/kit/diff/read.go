package diff

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Read reads what git diff prints with -p and --full-index. More says how many files were
// not kept.
func Read(from io.Reader, most Limits) (list []File, more int, err error) {
	r := reader{most: most}
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		begun := true
		for errors.Is(err, bufio.ErrBufferFull) { // a long one is taken piece by piece
			r.piece(line, begun)
			begun = false
			line, err = in.ReadSlice('\n')
		}
		if len(line) > 0 {
			r.piece(line, begun)
		}
		if errors.Is(err, io.EOF) {
			r.close()
			return r.list, r.more, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

type reader struct {
	most  Limits
	list  []File
	more  int
	lines int // that are kept of all files

	now      *File
	kept     int // lines of it
	old, new int // the numbers of the next line
	left     [2]int
	in       bool // the line that is read is kept
	long     int  // bytes of it that are not
}

// piece is a line, or a part of one that is long.
func (r *reader) piece(line []byte, begun bool) {
	if !begun {
		r.goOn(line)
		return
	}
	r.endLine()
	switch {
	case r.now != nil && (r.left[0] > 0 || r.left[1] > 0) && bytes.IndexByte([]byte(" +-\n"), line[0]) >= 0:
		r.line(line)
	case r.now != nil && line[0] == '\\':
		r.noEnd()
	default:
		r.left = [2]int{}
		r.header(strings.TrimRight(string(line[:min(len(line), 16<<10)]), "\n"))
	}
}

// line is one of a hunk.
func (r *reader) line(line []byte) {
	l := Line{Op: string(line[:1])}
	if l.Op == "\n" {
		l.Op = Same
	}
	if l.Op != Plus {
		l.Old, r.old, r.left[0] = r.old, r.old+1, r.left[0]-1
	}
	if l.Op != Gone {
		l.New, r.new, r.left[1] = r.new, r.new+1, r.left[1]-1
	}
	switch l.Op {
	case Plus:
		r.now.Plus++
	case Gone:
		r.now.Minus++
	}
	if r.kept >= r.most.File || r.lines >= r.most.Lines || len(r.now.Hunks) == 0 {
		r.now.Cut = true
		return
	}
	r.kept, r.lines, r.in, r.long = r.kept+1, r.lines+1, true, 0
	h := r.hunk()
	h.Lines = append(h.Lines, l)
	if len(line) > 1 {
		r.goOn(line[1:])
	}
}

func (r *reader) hunk() *Hunk { return &r.now.Hunks[len(r.now.Hunks)-1] }

// last is the line that was kept last.
func (r *reader) last() *Line {
	h := r.hunk()
	return &h.Lines[len(h.Lines)-1]
}

// goOn adds to the line that is read, as far as it is kept.
func (r *reader) goOn(text []byte) {
	if !r.in {
		return
	}
	l := r.last()
	end := bytes.HasSuffix(text, []byte("\n"))
	text = bytes.TrimSuffix(text, []byte("\n"))
	if end && bytes.HasSuffix(text, []byte("\r")) {
		text, l.CR = text[:len(text)-1], true
	}
	room := max(0, min(len(text), r.most.Line-len(l.Text)))
	l.Text += string(text[:room])
	r.long += len(text) - room
}

func (r *reader) endLine() {
	if !r.in {
		return
	}
	r.in = false
	l := r.last()
	l.Cut = r.long
	l.Text = strings.ToValidUTF8(l.Text, "\uFFFD")
}

// noEnd is git's remark that the line before has no newline.
func (r *reader) noEnd() {
	if len(r.now.Hunks) > 0 && len(r.hunk().Lines) > 0 && !r.now.Cut {
		r.last().NoEnd = true
	}
}

// close puts the file that was read to the others.
func (r *reader) close() {
	r.endLine()
	if r.now == nil {
		return
	}
	if r.now.Was == r.now.Path {
		r.now.Was = ""
	}
	if len(r.list) < r.most.Files {
		r.list = append(r.list, *r.now)
	} else {
		r.more++
	}
	r.now, r.kept = nil, 0
}

// header is a line between hunks.
func (r *reader) header(line string) {
	word, rest, _ := strings.Cut(line, " ")
	if word == "diff" {
		r.close()
		r.now = &File{Kind: Changed}
		r.now.Path = pathOf(rest)
		return
	}
	f := r.now
	if f == nil {
		return
	}
	switch word {
	case "@@":
		r.begin(rest)
	case "index":
		ids, mode, _ := strings.Cut(rest, " ")
		f.OldID, f.NewID, _ = strings.Cut(ids, "..")
		if f.NewMode == "" && mode != "" {
			f.OldMode, f.NewMode = mode, mode
		}
		f.OldID, f.NewID = none(f.OldID), none(f.NewID)
	case "old":
		f.OldMode = strings.TrimPrefix(rest, "mode ")
	case "new":
		f.NewMode = f.added(rest, "mode ", "file mode ")
	case "deleted":
		f.Kind, f.OldMode = Removed, strings.TrimPrefix(rest, "file mode ")
	case "rename", "copy":
		f.moved(word, rest)
	case "Binary", "GIT":
		f.Binary = true
	case "+++", "---":
		if name := unquoted(strings.TrimSuffix(rest, "\t")); strings.HasPrefix(name, "a/") || strings.HasPrefix(name, "b/") {
			if f.Kind != Renamed && f.Kind != Copied {
				f.Path = name[2:]
			}
		}
	}
}

func (f *File) added(rest, changed, created string) string {
	if mode, is := strings.CutPrefix(rest, created); is {
		f.Kind = Added
		return mode
	}
	return strings.TrimPrefix(rest, changed)
}

func (f *File) moved(word, rest string) {
	if f.Kind = Renamed; word == "copy" {
		f.Kind = Copied
	}
	if name, is := strings.CutPrefix(rest, "from "); is {
		f.Was = unquoted(name)
	}
	if name, is := strings.CutPrefix(rest, "to "); is {
		f.Path = unquoted(name)
	}
}

// begin reads "-1,2 +3,4 @@ heading".
func (r *reader) begin(rest string) {
	words := strings.SplitN(rest, " ", 4)
	if len(words) < 3 {
		return
	}
	h := Hunk{Lines: []Line{}}
	h.Old, h.OldSize = place(words[0], "-")
	h.New, h.NewSize = place(words[1], "+")
	if len(words) == 4 {
		h.Section = strings.ToValidUTF8(words[3], "\uFFFD")
	}
	r.old, r.new, r.left = h.Old, h.New, [2]int{h.OldSize, h.NewSize}
	if r.kept < r.most.File && r.lines < r.most.Lines {
		r.now.Hunks = append(r.now.Hunks, h)
	}
}

func place(word, sign string) (at, size int) {
	first, length, given := strings.Cut(strings.TrimPrefix(word, sign), ",")
	at, _ = strconv.Atoi(first)
	if size = 1; given {
		size, _ = strconv.Atoi(length)
	}
	return at, size
}

// none is the id of an object, where there is one.
func none(id string) string {
	if strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}

// pathOf is the path in "--git a/x b/x". Where the two are not the same, a line after it
// says it.
func pathOf(rest string) string {
	names := strings.TrimPrefix(rest, "--git ")
	if at := strings.LastIndex(names, ` "b/`); at >= 0 && strings.HasSuffix(names, `"`) {
		return strings.TrimPrefix(unquoted(names[at+1:]), "b/")
	}
	half := len(names) / 2
	if len(names) > 4 && names[half] == ' ' && names[2:half] == names[half+3:] {
		return strings.ToValidUTF8(names[2:half], "\uFFFD")
	}
	return ""
}

// unquoted is a path as git writes it, in quotes where it has odd characters.
func unquoted(name string) string {
	if plain, err := strconv.Unquote(name); err == nil && strings.HasPrefix(name, `"`) {
		name = plain
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}
