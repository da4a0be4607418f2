package boot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"prentice"
)

// folder is a data folder that this process holds alone.
type folder struct {
	path string
	lock *os.File
}

// hold makes the data folder if it must and takes it for this process.
func hold(path string) (*folder, error) {
	for _, sub := range []string{"", "keys", "logs", "secrets", "scratch", "ssh", "work"} {
		if err := os.MkdirAll(filepath.Join(path, sub), 0o700); err != nil {
			return nil, cannotWrite(path, err)
		}
	}
	lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(lock.Name())
		lock.Close()
		return nil, &Held{Path: path, By: strings.TrimSpace(string(holder))}
	}
	if err := errors.Join(lock.Truncate(0), writeAt(lock, fmt.Sprintf("pid %d\n", os.Getpid()))); err != nil {
		return nil, cannotWrite(path, errors.Join(err, lock.Close()))
	}
	return &folder{path: path, lock: lock}, nil
}

func writeAt(f *os.File, text string) error { _, err := f.WriteAt([]byte(text), 0); return err }

func cannotWrite(path string, err error) error {
	return prentice.Errorf(prentice.Unavailable, "the data folder %s cannot be written: %w", path, err).
		Try("free space, mend its permissions, or name another with --data")
}

// Held says that another process has the data folder.
type Held struct{ Path, By string }

func (h *Held) Error() string {
	return fmt.Sprintf("the data folder %s is in use by another prentice (%s): stop it, or name another folder with --data", h.Path, h.By)
}

// As lets prentice.KindOf see a Conflict.
func (h *Held) As(target any) bool {
	e, ok := target.(**prentice.Error)
	if ok {
		*e = prentice.Errorf(prentice.Conflict, "the data folder %s is in use by another prentice (%s)", h.Path, h.By).Try("stop it, or name another folder with --data")
	}
	return ok
}

func (f *folder) release() error { return f.lock.Close() }

// whereabouts says how a serving process is reached; it lies in its data folder.
type whereabouts struct {
	URL string `json:"url"`
	PID int    `json:"pid"`
}

func whereaboutsFile(data string) string { return filepath.Join(data, "server.json") }

func (w whereabouts) write(data string) error {
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return os.WriteFile(whereaboutsFile(data), append(raw, '\n'), 0o600)
}

// serving finds the process that serves a data folder, if there is one.
func serving(data string) (whereabouts, bool) {
	var w whereabouts
	raw, err := os.ReadFile(whereaboutsFile(data))
	if err != nil || json.Unmarshal(raw, &w) != nil || w.PID == 0 {
		return w, false
	}
	return w, syscall.Kill(w.PID, 0) == nil || errors.Is(syscall.Kill(w.PID, 0), syscall.EPERM)
}

func forget(data string) error {
	if err := os.Remove(whereaboutsFile(data)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
