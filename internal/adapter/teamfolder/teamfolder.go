// Package teamfolder puts the team's files, as a commit of a repository has them, where
// they can be in force.
//
// Its words: a folder is all files of one commit, under the name of that commit, below one
// place of the data folder. It is there whole or not at all: it is written beside its place
// and moved there by one rename, and a folder that is there is never written to again. A
// note beside the folders says which of them is in force, for commands that find no server.
//
// It refuses what a team folder cannot have: links, submodules, more files or bytes than
// are read. It decides nothing about what is in force.
package teamfolder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// The bounds of a team folder.
const (
	MostFiles = 10_000
	MostBytes = 64 << 20
)

// Place is where the folders are.
type Place string

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// Folder is the folder of a commit, and whether it is there.
func (p Place) Folder(commit string) (string, bool) {
	dir := filepath.Join(string(p), commit)
	about, err := os.Lstat(dir)
	return dir, err == nil && about.IsDir() && commitID.MatchString(commit)
}

// Lay makes the folder of a commit, unless it is there.
func (p Place) Lay(commit string, t *check.Tree) error {
	if _, there := p.Folder(commit); there {
		return nil
	}
	if !commitID.MatchString(commit) {
		return prentice.Errorf(prentice.Invalid, "%q is no id of a commit", clip.Text(commit)).Try("give all of it, as git rev-parse prints it")
	}
	if err := os.MkdirAll(string(p), 0o700); err != nil {
		return p.trouble(err)
	}
	stage, err := os.MkdirTemp(string(p), ".new-")
	if err != nil {
		return p.trouble(err)
	}
	defer os.RemoveAll(stage) //nolint:errcheck // it is moved by then, or of no use
	if err := Write(stage, t); err != nil {
		return err
	}
	err = errors.Join(syncAll(stage), os.Chmod(stage, 0o700))
	if err == nil {
		err = os.Rename(stage, filepath.Join(string(p), commit))
	}
	if _, there := p.Folder(commit); err != nil && there && (errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist)) {
		return nil // another process was first
	}
	if err == nil {
		err = syncFolder(string(p))
	}
	return p.trouble(err)
}

func (p Place) trouble(err error) error {
	if err == nil {
		return nil
	}
	return prentice.Errorf(prentice.Unavailable, "the team's files cannot be put into %s: %w", string(p), err).Try("free space there, or correct its permissions")
}

// Write puts the files of a tree into a folder that is empty.
func Write(dir string, t *check.Tree) error {
	for _, f := range Refused(t) {
		return prentice.Errorf(prentice.Refused, "%s %s", f.At.File, f.Text).Try("%s", f.Hint)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // each file was closed
	for _, f := range t.Files {
		text, err := t.Read(f)
		if err != nil {
			return err
		}
		if dir := filepath.Dir(f.Path); dir != "." {
			if err := root.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		mode := fs.FileMode(0o444) // what is written here is in force by no one's agreement
		if f.Mode == check.Executable {
			mode = 0o555
		}
		if err := root.WriteFile(f.Path, text, mode); err != nil {
			return err
		}
	}
	return nil
}

// Refused is what a tree has that no team folder can have.
func Refused(t *check.Tree) (list []prentice.Finding) {
	bytes := int64(0)
	for _, f := range t.Files {
		bytes += f.Size
		finding := prentice.Finding{At: prentice.Pos{File: clip.Text(f.Path)}, Error: true}
		switch {
		case f.Mode == check.Link:
			finding.Text, finding.Hint = "is a link, and the team's files are plain files", "put the file itself there"
		case f.Mode == check.Submodule:
			finding.Text, finding.Hint = "is a submodule, and the team's files are plain files", "put the files themselves there"
		case !filepath.IsLocal(f.Path) || strings.HasPrefix(strings.ToLower(f.Path)+"/", ".git/"):
			finding.Text, finding.Hint = "is no path of a team folder", "rename it"
		case f.Size > check.MostFile:
			finding.Text, finding.Hint = fmt.Sprintf("has %d bytes, and a file of the team may have %d", f.Size, check.MostFile), "keep it where artefacts are kept"
		default:
			continue
		}
		list = append(list, finding)
	}
	if len(t.Files) > MostFiles || bytes > MostBytes {
		list = append(list, prentice.Finding{Error: true, Text: fmt.Sprintf("there are %d files of %d bytes, and a team folder has at most %d of %d", len(t.Files), bytes, MostFiles, MostBytes), Hint: "keep here what the team's prentice reads, and nothing else"})
	}
	return list
}

// File is one of a folder.
type File struct {
	Path       string
	Text       []byte
	Executable bool
}

// Read is the files of a folder as a repository would have them. What git keeps for itself
// is no part of it.
func Read(dir string) (list []File, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the team folder cannot be read: %w", err).Try("see its permissions")
	}
	defer root.Close() //nolint:errcheck // it was only read
	left := int64(MostBytes)
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", name, err).Try("see its permissions")
		case e.Name() == ".git" && e.IsDir():
			return fs.SkipDir
		case e.IsDir() || e.Name() == ".git" || strings.HasPrefix(e.Name(), ".prentice-new-"):
			return nil
		case !e.Type().IsRegular():
			return prentice.Errorf(prentice.Refused, "%s is no plain file, and a team folder in a repository has no other", clip.Text(name)).Try("put the file itself there, or take it away")
		}
		about, err := e.Info()
		if err != nil {
			return err
		}
		if left -= about.Size(); left < 0 || len(list) >= MostFiles || about.Size() > check.MostFile {
			return prentice.Errorf(prentice.Limited, "there is more than a team folder may have at %s: %d files, %d bytes, %d in one file", clip.Text(name), MostFiles, MostBytes, check.MostFile).Try("keep there what the team's prentice reads, and nothing else")
		}
		text, err := root.ReadFile(name)
		if err != nil {
			return prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", name, err).Try("see its permissions")
		}
		list = append(list, File{Path: filepath.ToSlash(name), Text: text, Executable: about.Mode()&0o100 != 0})
		return nil
	})
	return list, err
}

// InForce is a note of what is in force, for commands that find no server.
type InForce struct {
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
	Commit     string `json:"commit"`
	Folder     string `json:"folder"` // in whose place it is
}

const note = "in-force.json"

// Say writes the note, and takes folders away that were in force before, but for the last
// few: someone may still read them.
func (p Place) Say(now InForce) error {
	if had, there := p.Said(); there && had == now {
		return nil
	}
	raw, err := json.Marshal(now)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(string(p), ".note-*")
	if err != nil {
		return p.trouble(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is moved by then, or of no use
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(string(p), note))
	}
	if err != nil {
		return p.trouble(err)
	}
	p.sweep(now.Commit)
	return nil
}

// Unsay takes the note away: the folder of the settings is in force.
func (p Place) Unsay() error {
	err := os.Remove(filepath.Join(string(p), note))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Said is what the note says.
func (p Place) Said() (now InForce, there bool) {
	raw, err := os.ReadFile(filepath.Join(string(p), note))
	if err != nil || json.Unmarshal(raw, &now) != nil {
		return InForce{}, false
	}
	_, there = p.Folder(now.Commit)
	return now, there
}

// keeps is how many folders stay beside the one in force.
const keeps = 5

func (p Place) sweep(inForce string) {
	entries, err := os.ReadDir(string(p))
	if err != nil {
		return
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return !e.IsDir() || e.Name() == inForce || !commitID.MatchString(e.Name())
	})
	at := func(e fs.DirEntry) int64 {
		about, err := e.Info()
		if err != nil {
			return 0
		}
		return about.ModTime().UnixNano()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return int(min(1, max(-1, at(b)-at(a)))) })
	for i, e := range entries {
		if i >= keeps {
			os.RemoveAll(filepath.Join(string(p), e.Name())) //nolint:errcheck // what stays costs only space
		}
	}
}

// syncAll makes what is in a folder outlast a power cut.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncFolder(name)
	})
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
