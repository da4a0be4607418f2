// Package sentfile remembers, beside the database, which messages have been sent. A
// database that fails over to a standby, or that is put back, may have lost that they
// were; what is remembered here is not sent again.
//
// It keeps digests alone, those of the last messages, and is only a memory: where it
// is gone or cannot be written, a message may go out twice, and none is lost.
package sentfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// most is how many messages are remembered: what was sent before so many others is
// long over.
const most = 2000

// File is the memory in a file, a digest a line. A line that was cut off is none.
type File struct {
	path string

	mu   sync.Mutex // guards the rest
	list []string   // the oldest first; nil before the file was read
	has  map[string]bool
}

// At is the memory in a file, which need not be there.
func At(path string) *File { return &File{path: path} }

// Has says whether a message was sent.
func (f *File) Has(digest string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.read(); err != nil {
		return false, err
	}
	return f.has[digest], nil
}

// Add remembers that a message was sent, on the disk.
func (f *File) Add(digest string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.read(); err != nil {
		return err
	}
	if f.has[digest] {
		return nil
	}
	f.list, f.has[digest] = append(f.list, digest), true
	if len(f.list) > 2*most {
		return f.shorten()
	}
	return f.write(f.path, os.O_APPEND, "\n"+digest+"\n")
}

func (f *File) read() error {
	if f.has != nil {
		return nil
	}
	raw, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read what was sent: %w", err)
	}
	f.has = map[string]bool{}
	whole := raw[:bytes.LastIndexByte(raw, '\n')+1]
	for _, digest := range strings.Fields(string(whole)) {
		f.list, f.has[digest] = append(f.list, digest), true
	}
	return nil
}

// shorten writes the file anew without the oldest, in one step.
func (f *File) shorten() error {
	for _, old := range f.list[:len(f.list)-most] {
		delete(f.has, old)
	}
	f.list = f.list[len(f.list)-most:]
	if err := f.write(f.path+".new", os.O_TRUNC, strings.Join(f.list, "\n")+"\n"); err != nil {
		return err
	}
	if err := os.Rename(f.path+".new", f.path); err != nil {
		return fmt.Errorf("keep what was sent: %w", err)
	}
	return nil
}

func (f *File) write(path string, how int, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_SYNC|how, 0o600)
	if err != nil {
		return fmt.Errorf("keep what was sent: %w", err)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("keep what was sent: %w", err)
	}
	return nil
}
