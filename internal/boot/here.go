package boot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"prentice"
	"prentice/internal/kit/db"
)

// presence is what there is where a command is typed.
type presence uint8

const (
	nothing  presence = iota
	teamOnly          // the files of a team, of which prentice was never started
	started           // a data folder that prentice has made
)

// presence looks without touching anything.
func (s Settings) presence() presence {
	for _, mark := range []string{"prentice.db", filepath.Join("keys", "installation"), filepath.Join("keys", "ledger.pub")} {
		if _, err := os.Stat(filepath.Join(s.Data, mark)); err == nil {
			return started
		}
	}
	if files, err := os.ReadDir(s.Team); err == nil && len(files) > 0 {
		return teamOnly
	}
	return nothing
}

func isFolder(path string) bool {
	about, err := os.Stat(path)
	return err == nil && about.IsDir()
}

// nothingHere is the answer to a command where there is nothing to ask: it makes no
// installation, and it does not answer as if a team had nothing.
func (s Settings) nothingHere() error {
	return prentice.Errorf(prentice.Unavailable, "there is no prentice here: %s is no data folder", s.Data).
		Try("name a server with --server URL, a data folder with --data DIR, or begin with: %s", s.pointed("prentice up"))
}

// nothingStopped is nothingHere for who wanted to stop what is here.
func (s Settings) nothingStopped() error {
	return prentice.Errorf(prentice.Unavailable, "there is no prentice here, and nothing was stopped: there is no folder %s", s.Data).
		Try("name its data folder with --data DIR, or its server with --server URL")
}

// notStarted is the answer to a question that the files of a team do not answer.
func (s Settings) notStarted() error {
	return prentice.Errorf(prentice.Unavailable, "prentice was never started here: there is the team folder %s, and %s is no data folder", s.Team, s.Data).
		Try("start it with: %s — or name a server with --server URL, or a data folder with --data DIR", s.pointed("prentice up"))
}

// holdFor takes the data folder for what a process may do.
func holdFor(ctx context.Context, set Settings, acting Acting) (*folder, error) {
	switch acting {
	case Acts:
		return holdSoon(ctx, set.Data, set.Replica)
	case Tries, Answers:
		return hold(ctx, set.Data, set.Replica)
	}
	return holdToRead(set.Data)
}

// holdToRead takes the data folder beside others that only read, and writes nothing
// in it. A folder that no one has ever held has no lock to take.
func holdToRead(path string) (*folder, error) {
	lock, err := os.Open(filepath.Join(path, "lock"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &folder{path: path}, nil
	case err != nil:
		return nil, cannotRead(path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return nil, heldBy(path, lock)
	}
	return &folder{path: path, lock: lock}, nil
}

// readDatabase opens the database as it is. It does not change while the data folder
// is held, unless its file is elsewhere.
func (s *System) readDatabase(ctx context.Context, held *folder) (err error) {
	address := s.Settings.address()
	still := held.lock != nil && s.Settings.Database == ""
	if s.db, err = db.OpenReading(ctx, address, still); err != nil {
		return storeTrouble(address, err)
	}
	s.closers = append(s.closers, s.db.Close)
	return nil
}

// installation is a word that tells this data folder from all others; "" where there
// is none yet and nothing is written.
func (s *System) installation() (string, error) {
	if s.reads {
		return installationID(s.path("keys"))
	}
	return installation(s.path("keys"))
}
