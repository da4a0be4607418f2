package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/proc"
)

// blobs reads contents out of a repository by one git that answers one question after
// another.
type blobs struct {
	mu    sync.Mutex // guards the rest: a question and its answer are one
	ask   *io.PipeWriter
	say   *bufio.Reader
	back  *io.PipeReader
	ended chan error
	broke error
}

// fromBlobs reads a file by its ID.
func (w *Work) fromBlobs(f check.File) ([]byte, error) {
	_, text, err := w.object(f.ID, check.MostFile)
	return text, err
}

// object is the kind and the content of an object, at most so much of it.
func (w *Work) object(id string, most int64) (kind string, text []byte, err error) {
	w.opened.Lock()
	if w.blobs == nil {
		w.blobs = w.reader()
	}
	b := w.blobs
	w.opened.Unlock()
	return b.read(id, most)
}

// reader starts the git that answers. It ends with its input.
func (w *Work) reader() *blobs {
	in, ask := io.Pipe()
	say, out := io.Pipe()
	b := &blobs{ask: ask, say: bufio.NewReaderSize(say, 64<<10), back: say, ended: make(chan error, 1)}
	go func() {
		_, err := proc.Run(context.Background(), proc.Spec{Argv: append(append([]string{"git"}, plain...), "cat-file", "--batch"), Dir: w.at(), Env: w.env, Stdin: in, Out: out, Err: io.Discard, Grace: time.Second})
		if err == nil {
			err = io.EOF
		}
		out.CloseWithError(err) //nolint:errcheck // it cannot be wrong
		in.CloseWithError(err)  //nolint:errcheck // it cannot be wrong
		b.ended <- err
	}()
	return b
}

func (b *blobs) read(id string, most int64) (kind string, text []byte, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broke != nil {
		return "", nil, b.broke
	}
	fail := func(err error) (string, []byte, error) {
		b.broke = prentice.Errorf(prentice.Unavailable, "git stopped reading the repository: %w", err).Try("see whether it is whole: git fsck")
		return "", nil, b.broke
	}
	if _, err := fmt.Fprintln(b.ask, id); err != nil {
		return fail(err)
	}
	head, err := b.say.ReadString('\n')
	if err != nil {
		return fail(err)
	}
	words := strings.Fields(head)
	if len(words) != 3 {
		return "", nil, prentice.Errorf(prentice.Unavailable, "the repository lacks the object %.12s", id).Try("fetch it, if this is a part of a repository: git fetch --refetch")
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return fail(err)
	}
	if size > most {
		if _, err := io.CopyN(io.Discard, b.say, size+1); err != nil {
			return fail(err)
		}
		return words[1], nil, prentice.Errorf(prentice.Limited, "an object has %d bytes: a check reads at most %d", size, most)
	}
	text = make([]byte, size)
	if _, err := io.ReadFull(b.say, text); err != nil {
		return fail(err)
	}
	if _, err := b.say.Discard(1); err != nil {
		return fail(err)
	}
	return words[1], text, nil
}

// close ends the git.
func (b *blobs) close() error {
	err := b.ask.Close()
	go io.Copy(io.Discard, b.back) //nolint:errcheck // what it still says
	select {
	case <-b.ended:
	case <-time.After(5 * time.Second):
		return errors.Join(err, errors.New("git did not end"))
	}
	return err
}
