package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"prentice"
)

// orders keeps each order as one line of a file, on the disk before it is
// confirmed. While it runs it holds a lock file with its process id; one that is
// there already keeps it from starting, anyone who left it.
type orders struct {
	lock string

	mu    sync.Mutex // guards what follows
	file  *os.File
	count int64
}

// StateFile is where orders keeps its orders.
func StateFile(state string) string { return filepath.Join(state, "orders.jsonl") }

// LockFile is what keeps a second orders from starting.
func LockFile(state string) string { return filepath.Join(state, "orders.lock") }

func openOrders(state string) (*orders, error) {
	o := &orders{lock: LockFile(state)}
	if err := writeNew(o.lock, fmt.Sprintln(os.Getpid())); errors.Is(err, fs.ErrExist) {
		pid, _ := os.ReadFile(o.lock)
		return nil, prentice.Errorf(prentice.Conflict, "the lock %s is held by process %s", o.lock, strings.TrimSpace(string(pid))).
			Try("stop that process, or remove the lock if it is gone")
	} else if err != nil {
		return nil, explained(err)
	}
	if err := o.read(StateFile(state)); err != nil {
		return nil, errors.Join(err, os.Remove(o.lock))
	}
	return o, nil
}

// read opens the file and counts its orders. A torn last line is what a crash
// left of an order that no one was told is taken; it is cut off.
func (o *orders) read(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return explained(err)
	}
	text, err := io.ReadAll(f)
	whole := int64(bytes.LastIndexByte(text, '\n') + 1)
	if err == nil && whole < int64(len(text)) {
		err = f.Truncate(whole)
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return errors.Join(explained(err), f.Close())
	}
	o.file, o.count = f, int64(bytes.Count(text, []byte("\n")))
	return nil
}

// take appends an order. The file is synced before the number is given out; a
// line that cannot be written whole is cut off again.
func (o *orders) take(item json.RawMessage) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	line, err := json.Marshal(map[string]any{"order": o.count + 1, "item": item})
	if err != nil {
		return 0, err
	}
	end, err := o.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if _, err = o.file.Write(append(line, '\n')); err == nil {
		err = o.file.Sync()
	}
	if err != nil {
		_, back := o.file.Seek(end, io.SeekStart)
		return 0, errors.Join(err, o.file.Truncate(end), back)
	}
	o.count++
	return o.count, nil
}

func (o *orders) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", well)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		answer(w, http.StatusOK, map[string]any{"service": Orders, "orders": o.count})
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		item, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		switch {
		case err != nil:
			refuse(w, http.StatusRequestEntityTooLarge, "an order has at most %d bytes", maxBody)
			return
		case len(item) == 0:
			item = []byte(`null`)
		case !json.Valid(item):
			refuse(w, http.StatusBadRequest, "an order is JSON")
			return
		}
		n, err := o.take(item)
		if err != nil {
			refuse(w, http.StatusInsufficientStorage, "the order was not taken: %v", err)
			return
		}
		answer(w, http.StatusCreated, map[string]any{"order": n})
	})
	return mux
}

func (o *orders) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return errors.Join(o.file.Close(), os.Remove(o.lock))
}
