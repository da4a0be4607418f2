package procedure

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"prentice"
)

// Folder is where procedures lie in the team folder.
const Folder = "procedures"

// MaxFiles is how many procedures a team may have.
const MaxFiles = 2000

// Load makes a library of procedures/*.md below the team folder. A file that
// cannot be read, or a link that leads out of the folder, is an error finding;
// the other procedures can be used.
func Load(dir string, kinds []prentice.StepKind) (*Library, []prentice.Finding) {
	files, marks, findings := read(dir)
	l, more := among(folder(dir), files, kinds)
	l.marks = append(marks, l.attached(dir)...)
	return l, sorted(append(findings, more...))
}

// Stale says whether the files of a team folder differ from those that the
// library was loaded from, judged by name, size and time of change.
func (l *Library) Stale(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return true
	}
	defer root.Close()
	now, _ := look(root)
	return !slices.Equal(append(now, l.attached(dir)...), l.marks)
}

// attached is what the files look like from outside that steps name.
func (l *Library) attached(dir string) marks {
	if len(l.named) == 0 {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	var list marks
	for _, name := range l.named {
		m := mark{name: "/" + name}
		if info, err := root.Stat(name); err == nil {
			m.size, m.nanos = info.Size(), info.ModTime().UnixNano()
		}
		list = append(list, m)
	}
	return list
}

// mark is what a file looks like from outside.
type mark struct {
	name  string
	size  int64
	nanos int64
}

type marks []mark

// look lists what lies in the folder, hidden files left out.
func look(root *os.Root) (marks, error) {
	entries, err := fs.ReadDir(root.FS(), Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list marks
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		m := mark{name: e.Name()}
		if info, err := root.Stat(path.Join(Folder, e.Name())); err == nil {
			m.size, m.nanos = info.Size(), info.ModTime().UnixNano()
		}
		list = append(list, m)
	}
	return list, nil
}

func read(dir string) ([]File, marks, []prentice.Finding) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, []prentice.Finding{unreadable(dir, err)}
	}
	defer root.Close()
	list, err := look(root)
	if err != nil {
		return nil, nil, []prentice.Finding{unreadable(Folder, err)}
	}
	var files []File
	var findings []prentice.Finding
	for _, m := range list {
		name := path.Join(Folder, m.name)
		if ext := path.Ext(m.name); ext != ".md" {
			findings = append(findings, unread(name, ext)...)
			continue
		}
		if len(files) == MaxFiles {
			findings = append(findings, prentice.Finding{At: prentice.Pos{File: name}, Error: true, Hint: "divide them among teams",
				Text: fmt.Sprintf("there are more than %d procedures", MaxFiles)})
			break
		}
		text, err := slurp(root, name)
		if err != nil {
			findings = append(findings, unreadable(name, err))
			continue
		}
		files = append(files, File{name, text})
	}
	return files, list, findings
}

// slurp reads a plain file of at most one byte more than Parse accepts, which
// then says so.
func slurp(root *os.Root, name string) ([]byte, error) { return slurpTo(root, name, MaxBytes) }

// slurpTo reads a plain file of at most one byte more than is accepted.
func slurpTo(root *os.Root, name string, most int64) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a plain file")
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

func unreadable(name string, err error) prentice.Finding {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return prentice.Finding{At: prentice.Pos{File: name}, Error: true, Text: "cannot be read: " + err.Error(),
		Hint: "put a plain file there that prentice may read; links must stay within the team folder"}
}

// unread says that something in the folder is not read, if it looks as if
// someone thought it was.
func unread(name, ext string) []prentice.Finding {
	switch strings.ToLower(ext) {
	case ".md", ".markdown", ".mdown", ".yaml", ".yml", "":
		return []prentice.Finding{{At: prentice.Pos{File: name}, Text: "this is not read as a procedure", Hint: "procedures are files procedures/NAME.md"}}
	}
	return nil
}
