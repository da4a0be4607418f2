package git

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/push"
)

// patches reads what git diff-tree prints: a line with a commit, and its patches.
type patches struct {
	wanted  func(commit, path string) bool
	number  map[string]int
	content func(id string, most int64) (kind string, text []byte, err error)
	tell    func(check.Added)
	each    func(push.Change) bool // is told each file that a commit with one parent changed, and says whether there may be more; nil is not

	now    check.Added // the file that is read
	open   bool        // there is one, which is wanted
	hidden bool        // git shows no lines of it
	inside bool        // a run of lines is read
	adding bool        // the line that is read was added
	signs  int         // how many columns say what became of a line: one for each parent
	size   int
	broke  error
	commit string
}

func (p *patches) read(in io.Reader) error {
	lines := bufio.NewReaderSize(in, 256<<10)
	for {
		line, err := lines.ReadSlice('\n')
		begun := true
		for errors.Is(err, bufio.ErrBufferFull) { // a long one is taken piece by piece
			p.piece(line, begun)
			begun = false
			line, err = lines.ReadSlice('\n')
		}
		if len(line) > 0 {
			p.piece(line, begun)
		}
		if errors.Is(err, io.EOF) {
			p.close()
			return p.broke
		}
		if err != nil {
			return err
		}
	}
}

// piece is a line, or a part of one that is long.
func (p *patches) piece(line []byte, begun bool) {
	switch {
	case !begun:
		if p.inside && p.adding {
			p.add(line)
		}
	case p.inside && bytes.IndexByte([]byte(" +-\\"), line[0]) >= 0:
		p.changed(line)
	default:
		p.inside, p.adding = false, false
		p.header(strings.TrimRight(string(line), "\n"))
	}
}

// changed is a line that was added or removed.
func (p *patches) changed(line []byte) {
	p.adding = p.open && len(line) > p.signs && bytes.Count(line[:p.signs], []byte("+")) == p.signs
	if p.adding {
		p.add(line[p.signs:])
	}
}

func (p *patches) add(text []byte) {
	if p.size += len(text); p.size > check.MostFile {
		p.now.Cut = true
		return
	}
	last := &p.now.Parts[len(p.now.Parts)-1]
	last.Text = append(last.Text, text...)
}

// header is a line between the runs of lines.
func (p *patches) header(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "diff":
		p.close()
		p.now, p.open, p.hidden, p.size = check.Added{Commit: p.commit, Nth: p.number[p.commit], Path: pathOfDiff(rest)}, true, false, 0
	case strings.HasPrefix(word, "@@"):
		p.signs = len(word) - 1
		p.inside = p.begin(rest)
	case word == "index":
		ids, _, _ := strings.Cut(rest, " ")
		p.now.Old, p.now.ID, _ = strings.Cut(ids, "..")
	case word == "rename" && strings.HasPrefix(rest, "to "):
		p.now.Path = unquoted(strings.TrimPrefix(rest, "to "))
	case word == "+++":
		if name := unquoted(strings.TrimSuffix(rest, "\t")); strings.HasPrefix(name, "b/") {
			p.now.Path = name[2:]
		}
	case word == "deleted":
		p.open = false
	case strings.HasPrefix(word, ":") && p.each != nil && !p.moved(line):
		p.broke = prentice.Errorf(prentice.Limited, "a push that changes more than %d files", mostFiles).Try("bring a whole history in with: prentice repository import")
	case word == "Binary":
		p.hidden = true
	case p.number != nil && len(line) >= 40 && !strings.Contains(line, " "):
		if _, known := p.number[line]; known {
			p.close()
			p.commit = line
		}
	}
}

// moved reads ":100644 100644 ID ID R90\told\tnew", and says whether there may be more.
func (p *patches) moved(line string) bool {
	names := strings.Split(line, "\t")
	part := strings.Fields(names[0])
	if len(part) != 5 || len(names) < 2 { // a merge has more columns
		return true
	}
	isNew := strings.ContainsAny(part[4][:1], "ARC")
	return p.each(push.Change{Commit: p.commit, Path: unquoted(names[len(names)-1]), Mode: part[1], New: isNew})
}

// begin reads "-1,2 +3,4 @@": where lines are after the change.
func (p *patches) begin(rest string) bool {
	if !p.open || !p.wanted(p.commit, p.now.Path) {
		p.open = false
		return true
	}
	words := strings.Fields(rest)
	if len(words) < p.signs+1 {
		return true
	}
	at, _, _ := strings.Cut(strings.TrimPrefix(words[p.signs], "+"), ",")
	n, _ := strconv.Atoi(at)
	p.now.Parts = append(p.now.Parts, check.Part{Line: n})
	return true
}

// close tells of the file that was read. One that git shows no lines of is read whole,
// whatever the attributes of the repository call it.
func (p *patches) close() {
	if !p.open {
		return
	}
	p.open = false
	if p.hidden && strings.Trim(p.now.ID, "0") != "" && p.wanted(p.commit, p.now.Path) {
		_, text, err := p.content(p.now.ID, check.MostFile)
		switch {
		case prentice.KindOf(err) == prentice.Limited:
			p.now.Cut = true
		case err != nil:
			p.broke = errors.Join(p.broke, err)
		}
		p.now.Whole, p.now.Parts = true, []check.Part{{Line: 1, Text: text}}
	}
	if len(p.now.Parts) > 0 {
		p.tell(p.now)
	}
}

// pathOfDiff is the path in "--git a/x b/x" or "--cc x". Where the two are not the same, a
// line after it says it.
func pathOfDiff(rest string) string {
	how, names, _ := strings.Cut(rest, " ")
	if how != "--git" {
		return unquoted(names)
	}
	if strings.HasPrefix(names, `"`) || strings.HasSuffix(names, `"`) {
		if at := strings.LastIndex(names, ` "b/`); at >= 0 {
			return strings.TrimPrefix(unquoted(names[at+1:]), "b/")
		}
		return ""
	}
	half := len(names) / 2
	if len(names) > 4 && names[half] == ' ' && names[2:half] == names[half+3:] {
		return names[2:half]
	}
	return ""
}

// unquoted is a path as git writes it, in quotes where it has odd characters. Its bytes
// are those of the path, whatever their encoding.
func unquoted(name string) string {
	if len(name) < 2 || name[0] != '"' || name[len(name)-1] != '"' {
		return name
	}
	var b strings.Builder
	for rest := name[1 : len(name)-1]; rest != ""; {
		if rest[0] != '\\' || len(rest) < 2 {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		if c, err := strconv.ParseUint(rest[1:min(len(rest), 4)], 8, 8); err == nil && len(rest) >= 4 {
			b.WriteByte(byte(c))
			rest = rest[4:]
			continue
		}
		c := rest[1]
		if i := strings.IndexByte("abtnvfr", c); i >= 0 {
			c = byte(7 + i)
		}
		b.WriteByte(c)
		rest = rest[2:]
	}
	return b.String()
}
