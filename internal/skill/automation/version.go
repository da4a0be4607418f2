package automation

import (
	"cmp"
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/kit/clip"
)

// History is what git knows of the team folder.
type History interface {
	// Commits are those that changed any of the files, newest first.
	Commits(ctx context.Context, files []string, most int) ([]procedure.Commit, error)
	// Commit is the one that a person means by a name.
	Commit(ctx context.Context, name string) (id string, err error)
	// Texts are what files said at commits; nil for one that was not there.
	Texts(ctx context.Context, at []procedure.FileAt) ([][]byte, error)
}

// version is one text of a procedure, and what to call it.
type version struct {
	called string
	proc   prentice.Procedure
	errors []prentice.Finding
}

// version finds what a person means: the text of a file, the name of a procedure in
// force, or NAME@COMMIT.
func (d Deps) version(ctx context.Context, word, file string) (version, error) {
	if d.Read == nil {
		return version{}, unavailable("a procedure")
	}
	if strings.Contains(word, "\n") {
		return d.read(cmp.Or(file, "procedure.md"), cmp.Or(file, "the file"), []byte(word)), nil
	}
	library, name := d.library(), strings.TrimPrefix(word, "procedure/")
	if p, known := find(library, name); known {
		return d.read(p.File, p.Name, []byte(p.Text)), nil
	}
	at := strings.LastIndexByte(name, '@')
	if at < 1 {
		_, err := library.Find(word)
		return version{}, err
	}
	return d.committed(ctx, name[:at], name[at+1:])
}

// committed is a procedure as it was at a commit. One that is gone was called after its
// name, unless the library says otherwise.
func (d Deps) committed(ctx context.Context, name, commit string) (version, error) {
	if d.History == nil {
		return version{}, unavailable("the history of the team folder")
	}
	file := procedure.Folder + "/" + name + ".md"
	if p, known := find(d.library(), name); known {
		file = p.File
	}
	if !prentice.ValidName(name) {
		return version{}, prentice.Errorf(prentice.Invalid, "%q is no name of a procedure", clip.Text(name)).Try("write NAME@COMMIT")
	}
	id, err := d.History.Commit(ctx, commit)
	if err != nil {
		return version{}, err
	}
	texts, err := d.History.Texts(ctx, []procedure.FileAt{{Commit: id, File: file}})
	if err != nil {
		return version{}, err
	}
	if texts[0] == nil {
		return version{}, prentice.Errorf(prentice.NotFound, "there was no %s at commit %s", file, clip.Text(commit)).Try("see its commits with: prentice procedure history %s", name)
	}
	return d.read(file, name+"@"+commit, texts[0]), nil
}

func (d Deps) read(file, called string, text []byte) version {
	p, findings := d.Read(file, text)
	v := version{called: called, proc: p}
	for _, f := range findings {
		if f.Error {
			v.errors = append(v.errors, f)
		}
	}
	return v
}

func find(l Library, name string) (prentice.Procedure, bool) {
	for _, p := range l.Known() {
		if p.Name == name {
			return p, true
		}
	}
	return prentice.Procedure{}, false
}
