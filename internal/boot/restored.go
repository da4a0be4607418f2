package boot

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"prentice"
)

// restoredFile says in a data folder that it came from a backup and has not been
// started since. It is taken away once what follows from that is done.
const restoredFile = "restored.json"

type restoredMark struct {
	Backup   string    `json:"backup"`
	Made     time.Time `json:"made"`
	Lines    int64     `json:"lines"`
	Restored time.Time `json:"restored"`
	User     string    `json:"user"`
}

func (m restoredMark) write(folder string) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return replaceWhole(filepath.Join(folder, restoredFile), append(raw, '\n'))
}

// afterRestore does, before anything else is done in a restored folder, what its state
// calls for: it is stopped, what was under way in the copy goes on in no case, and all
// of that is evidence. It can be cut off anywhere and begins again.
func (s *System) afterRestore(ctx context.Context) error {
	if s.reads || s.lost != nil {
		return nil // it is only looked at
	}
	path := s.path(restoredFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m restoredMark
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s says that this is a restored copy, and cannot be read: %w", path, err).Try("restore the backup again, into a new folder")
	}
	if !s.stop.Stopped() {
		if err := s.stop.Stop("restored from a backup of " + m.Made.Format(time.RFC3339)); err != nil {
			return err
		}
	}
	fenced, err := s.runner.Fence(ctx, "it was under way when the backup of "+m.Made.UTC().Format("2006-01-02 15:04:05 UTC")+" was made, and what it has done since is not known; look, and start it anew if it is still wanted")
	if err != nil {
		return err
	}
	err = s.record(ctx, prentice.Note{Kind: "installation.restored", Actor: "self/prentice", Refs: []prentice.Ref{"op/restore"},
		Data: map[string]any{"backup": m.Backup, "made": m.Made, "last": m.Lines, "restored": m.Restored, "user": m.User, "uncertain": len(fenced)}})
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	return nil
}
