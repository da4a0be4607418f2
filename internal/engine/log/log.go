// Package log keeps what steps print.
//
// Its words: a record is one line of output with its time, step and target, or
// a piece of a very long one; offsets count bytes of records, lines count
// records. The log of a run is a sequence of segments, each of one writer (a
// process) and named by when it began. A segment that is being written is three
// files: the tail, its youngest records as plain text; all before it as chunks
// (zstd frames, so that zstd -dc prints them); and an index, one entry of fixed
// size for each chunk. A segment that is finished becomes one object of the store
// and never changes again. Whatever page is asked for, a few megabytes are in
// memory.
//
// A record is in the tail as soon as it is written. When the tail is as long as
// a chunk it is compressed, indexed, and only then begun anew; a segment's files
// go when its object is stored. So a crash between any two of these leaves the
// records once. Secrets are masked before the first byte is written, also across
// the borders of writes.
//
// Anyone who reads changes nothing: the files may be another process's. It reads in
// the order in which records move (tail, chunks, store), and so sees each once.
//
// It refuses to count lines by reading, to read a file whole, and to fail a step
// because the disk is full or the store away: a log may be lost, and the log then
// says how much of it was; what happened is in the ledger.
package log

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"prentice"
	"prentice/internal/kit/mask"
)

// chunk is how many bytes of records are compressed together.
const chunk = 256 << 10

// Store keeps finished segments as objects, for all who share it. Put replaces;
// Read gives all from a place on with a length of -1, and fs.ErrNotExist when there
// is no object; List goes by name.
type Store interface {
	Put(ctx context.Context, name string, r io.Reader) error
	Read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error)
	List(ctx context.Context, prefix string, each func(name string, size int64, made time.Time) error) error
	Remove(ctx context.Context, name string) error
}

// Place is a folder in which one writer has its unfinished segments. The writer
// of a process that is alone has no name.
type Place struct{ Folder, Writer string }

// Deps is all that logs need of the world.
type Deps struct {
	Own     Place
	Others  func() []Place // where else are unfinished segments, to read; nil is nowhere
	Store   Store
	Clock   func() time.Time
	Log     *slog.Logger
	Told    func(run int64, line Line)                         // hears of each line once it is kept; nil is no one
	Watched func(run int64) bool                               // whether someone hears of a run; of 0, whether anyone hears at all
	Over    func(ctx context.Context, run int64) (bool, error) // whether a run prints no more; nil is never known
	Gone    func(ctx context.Context, run int64) (bool, error) // whether a run is no longer kept; nil: all are
}

// Logs are the logs of all runs.
type Logs struct {
	Deps
	pack   *zstd.Encoder
	unpack *zstd.Decoder
	shelf  shelf
	rooms  sync.Pool // of *room

	waits atomic.Int64  // bytes of finished segments that are not stored yet
	fresh atomic.Int64  // bytes that were stored since the last whole sweep
	held  atomic.Int64  // bytes that the last whole sweep left
	bell  chan struct{} // wakes Run
	send  sending       // of Run alone
	swept sweeping      // of Sweep alone

	others following

	mu    sync.Mutex
	open  map[int64]*file // those in use; guarded by mu
	known map[int64]known // where the segments stand that were in use; guarded by mu
}

// New keeps the unfinished segments in a folder, which it makes.
func New(d Deps) (*Logs, error) {
	if err := os.MkdirAll(d.Own.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of logs: %w", err)
	}
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true), zstd.WithWindowSize(chunk))
	if err != nil {
		return nil, fmt.Errorf("compress logs: %w", err)
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("read compressed logs: %w", err)
	}
	return &Logs{Deps: d, pack: pack, unpack: unpack, open: map[int64]*file{}, known: map[int64]known{}, bell: make(chan struct{}, 1), rooms: sync.Pool{New: func() any { return new(room) }}}, nil
}

// Writer keeps what one step prints on one target. Run 0 is a look outside any
// run, of which nothing is kept. A write never fails: a full disk must not break
// the step that prints.
func (l *Logs) Writer(run int64, step string, target prentice.Ref, secrets []string) io.WriteCloser {
	if run == 0 {
		return nowhere{}
	}
	f, err := l.use(run)
	if err != nil {
		l.Log.Error("open the log of a run", "run", run, "step", step, "err", err)
		return nowhere{}
	}
	lines := &lines{file: f, step: step, target: target}
	return &masked{WriteCloser: mask.Writer(lines, secrets), lines: lines, secrets: len(secrets) > 0}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

// masked flushes first what the mask held back and then what no line end
// followed.
type masked struct {
	io.WriteCloser
	lines   *lines
	secrets bool
}

func (m *masked) Close() error {
	err := m.WriteCloser.Close()
	m.lines.close()
	return err
}
