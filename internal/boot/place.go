package boot

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"prentice"
)

// placeFile says in a data folder where that folder is, so that a copy of it is told
// from the original: who copies the folder copies this too.
const placeFile = "place.json"

// folderPlace is where a data folder is.
type folderPlace struct {
	Path  string `json:"path"`
	Inode uint64 `json:"inode"`
}

func placeOf(path string) (p folderPlace, err error) {
	if p.Path, err = filepath.Abs(path); err != nil {
		return p, err
	}
	if whole, err := filepath.EvalSymlinks(p.Path); err == nil {
		p.Path = whole
	}
	about, err := os.Stat(p.Path)
	if err != nil {
		return p, err
	}
	if is, ok := about.Sys().(*syscall.Stat_t); ok {
		p.Inode = is.Ino
	}
	return p, nil
}

// readPlace is where a data folder says that it is; the zero one when it says
// nothing, as one from before it did, or a restored one.
func readPlace(folder string) (p folderPlace, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, placeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	return p, err
}

// original is the folder that another is a copy of, while it is there as well; "" is
// none. A folder that was moved has no original any more.
func original(folder string) (string, error) {
	was, err := readPlace(folder)
	if err != nil || was.Path == "" {
		return "", err
	}
	is, err := placeOf(folder)
	if err != nil || is.Path == was.Path {
		return "", err
	}
	if there, err := placeOf(was.Path); err != nil || there.Inode != was.Inode || sameFolder(was.Path, is.Path) {
		return "", nil // it is gone, or it is this one under another name
	}
	ours, err := installationID(filepath.Join(folder, "keys"))
	if err != nil {
		return "", err
	}
	if theirs, err := installationID(filepath.Join(was.Path, "keys")); err != nil || theirs != ours {
		return "", nil
	}
	return was.Path, nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	other, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(one, other)
}

// admitCopy refuses to act from a copy of a data folder while the original is there:
// both would do what is under way in it. What the operator accepts as a copy begins as a
// restored folder does.
func (s *System) admitCopy(acting Acting) error {
	if acting != Acts || s.Settings.postgres() { // who lives on PostgreSQL is in the database
		return nil
	}
	of, err := original(s.Settings.Data)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s says where this data folder is, and cannot be read: %w", s.path(placeFile), err).Try("look whether this folder is a copy; if it is the only one, remove that file")
	}
	_, err = os.Stat(s.path(restoredFile))
	marked := err == nil
	switch accepts := s.Settings.Accept == AcceptCopy; {
	case of == "" && accepts:
		return prentice.Errorf(prentice.Conflict, "%s is not a copy of a data folder that is there", s.Settings.Data).Try("start without --accept")
	case of == "" || marked:
		return nil
	case !accepts:
		return prentice.Errorf(prentice.Conflict, "the data folder %s is a copy of %s, which is there as well: both would do the same work", s.Settings.Data, of).
			Try("start %[1]s; or, if it is moved for good and was stopped before it was copied, rename it (mv %[1]s %[1]s.old) and start again; or try the copy as a restored one with: prentice up --accept %[2]s — it comes up stopped, and what was under way goes on in no case", of, AcceptCopy)
	}
	made := time.Now()
	if about, err := os.Stat(s.path("prentice.db")); err == nil {
		made = about.ModTime()
	}
	if err := (restoredMark{Backup: "a copy of " + of, Made: made, Restored: time.Now(), User: whoStarts()}).write(s.Settings.Data); err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	return nil
}

// keepPlace writes where the data folder is. That it was moved is evidence.
func (s *System) keepPlace(ctx context.Context, acting Acting) error {
	if acting != Acts || s.Settings.postgres() || s.lost != nil {
		return nil
	}
	was, _ := readPlace(s.Settings.Data) // one that cannot be read was refused
	is, err := placeOf(s.Settings.Data)
	if err != nil {
		return cannotRead(s.Settings.Data, err)
	}
	if was == is {
		return nil
	}
	_, err = os.Stat(s.path(restoredFile))
	if copied := err == nil; was.Path != "" && was.Path != is.Path && !copied {
		err := s.record(ctx, prentice.Note{Kind: "installation.moved", Actor: "self/prentice", Refs: []prentice.Ref{"op/up"},
			Data: map[string]any{"from": was.Path, "to": is.Path, "user": whoStarts()}})
		if err != nil {
			return err
		}
	}
	raw, err := json.Marshal(is)
	if err == nil {
		err = replaceWhole(s.path(placeFile), append(raw, '\n'))
	}
	if err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	return nil
}
