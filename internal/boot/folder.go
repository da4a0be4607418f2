package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/face/api"
)

// folder is a data folder that this process holds alone.
type folder struct {
	path  string
	lock  *os.File
	share *folder // of the whole, for a replica
}

// hold makes the data folder if it must and takes it: for this process, or, with
// the name of a replica, that name in it and a share of the whole.
func hold(_ context.Context, path, replica string) (*folder, error) {
	if isFolder(filepath.Join(path, restoringFolder)) {
		return nil, halfRestored(path)
	}
	for _, sub := range []string{"", "keys", "logs", "secrets", "ssh", "work", inFolder(replica, "scratch")} {
		if err := os.MkdirAll(filepath.Join(path, sub), 0o700); err != nil {
			return nil, cannotWrite(path, err)
		}
	}
	own, err := take(path, filepath.Join(path, inFolder(replica, "")), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	sweep(filepath.Join(path, inFolder(replica, "scratch")))
	if replica == "" {
		return own, nil
	}
	all, err := take(path, path, syscall.LOCK_SH)
	if err != nil {
		return nil, errors.Join(err, own.release())
	}
	own.share = all
	return own, nil
}

// holdSoon is hold for a process that stays: it waits a moment for a command that
// has the folder. One that serves it does not go away, and is told of at once.
func holdSoon(ctx context.Context, path, replica string) (*folder, error) {
	for until := time.Now().Add(startPatience); ; {
		f, err := hold(ctx, path, replica)
		if _, held := errors.AsType[*Held](err); !held || time.Now().After(until) {
			return f, err
		}
		if _, served := serving(ctx, path); served {
			return f, err
		}
		select {
		case <-ctx.Done():
			return f, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// sweep takes away the scripts of looks that ended with a process of ours.
func sweep(scratch string) {
	left, _ := filepath.Glob(filepath.Join(scratch, "sh-*")) // the pattern is good
	for _, folder := range left {
		os.RemoveAll(folder) //nolint:errcheck // what stays costs only space
	}
}

// inFolder is a replica's own part of the data folder, or the whole for a process
// that has it alone.
func inFolder(replica, name string) string {
	if replica == "" {
		return name
	}
	return filepath.Join("replicas", replica, name)
}

// take locks a folder that is the data folder or a part of it.
func take(path, part string, how int) (*folder, error) {
	lock, err := os.OpenFile(filepath.Join(part, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), how|syscall.LOCK_NB); err != nil {
		return nil, heldBy(path, lock)
	}
	if how == syscall.LOCK_SH {
		return &folder{path: path, lock: lock}, nil
	}
	if err := errors.Join(lock.Truncate(0), writeAt(lock, fmt.Sprintf("pid %d\n", os.Getpid()))); err != nil {
		return nil, cannotWrite(path, errors.Join(err, lock.Close()))
	}
	return &folder{path: path, lock: lock}, nil
}

// heldBy says who has the folder whose lock cannot be taken.
func heldBy(path string, lock *os.File) error {
	holder, _ := os.ReadFile(lock.Name())
	lock.Close()
	return &Held{Path: path, By: cmp.Or(strings.TrimSpace(string(holder)), "a command or a replica")}
}

// takeFile locks a SQLite file that lies outside of the data folder: one process has
// it at a time.
func takeFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, cannotWrite(filepath.Dir(path), err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, prentice.Errorf(prentice.Conflict, "the database %s is in use by another prentice", path).Try("stop it; or name another with --database")
	}
	return lock, nil
}

func writeAt(f *os.File, text string) error { _, err := f.WriteAt([]byte(text), 0); return err }

func cannotWrite(path string, err error) error {
	return prentice.Errorf(prentice.Unavailable, "the data folder %s cannot be written: %w", path, err).
		Try("free space, correct its permissions, or name another with --data")
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

func (f *folder) release() error {
	if f.lock == nil {
		return nil
	}
	if f.share == nil {
		return f.lock.Close()
	}
	return errors.Join(f.lock.Close(), f.share.release())
}

// whereabouts says how a serving process is reached; it lies in its data folder,
// where only those may read it who may read all else there.
type whereabouts struct {
	URL    string `json:"url"`
	PID    int    `json:"pid"`
	Secret string `json:"secret"` // by which it proves that it is the one; see api.Proof
}

const whereaboutsFile = "server.json"

func (w whereabouts) write(folder string) error {
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".server-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(folder, whereaboutsFile))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// serving finds a process that serves a data folder, if there is one. Others may
// have its port since it ended, so it must prove that it is the one. A process
// that is there and does not answer is no error: anyone who takes the folder next
// finds out that it is held.
func serving(ctx context.Context, data string) (whereabouts, bool) {
	replicas, _ := filepath.Glob(filepath.Join(data, "replicas", "*")) // the pattern is good
	for _, folder := range append([]string{data}, replicas...) {
		if w, ok := servedFrom(folder); ok && (w.PID == os.Getpid() || api.Proves(ctx, w.URL, w.Secret) == nil) {
			return w, true
		}
	}
	return whereabouts{}, false
}

func servedFrom(folder string) (whereabouts, bool) {
	var w whereabouts
	raw, err := os.ReadFile(filepath.Join(folder, whereaboutsFile))
	return w, err == nil && json.Unmarshal(raw, &w) == nil && w.PID != 0 && w.Secret != ""
}

func forget(folder string) error {
	if err := os.Remove(filepath.Join(folder, whereaboutsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
