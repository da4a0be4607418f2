// Package runlog keeps what steps print.
//
// Its words: a record is one line of output with its time, step and target, or
// a piece of a very long one; offsets count bytes of records, lines count
// records. The log of a run is run-N.tail, the youngest records as plain text;
// run-N.zst, all before it as chunks (zstd frames, so that zstd -dc prints them);
// and run-N.index, one entry of fixed size for each chunk. Whatever page is asked
// for, one chunk at a time is in memory.
//
// A record is in the tail as soon as it is written. When the tail is as long as
// a chunk it is compressed, indexed, and only then begun anew, so that a crash
// between any two of these leaves the records once. Secrets are masked before
// the first byte is written, also across the borders of writes.
//
// It refuses to count lines by reading, to read a file whole, and to fail a step
// because the disk is full: a log may be lost, and the log then says how much of
// it was; what happened is in the ledger.
package runlog

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"prentice"
	"prentice/internal/kit/mask"
)

// chunk is how many bytes of records are compressed together.
const chunk = 256 << 10

// worthIt is the tail that is compressed when nobody writes any more.
const worthIt = 32 << 10

// Logs is a folder of run logs.
type Logs struct {
	folder string
	clock  func() time.Time
	log    *slog.Logger
	told   func(run int64, line prentice.LogLine)
	pack   *zstd.Encoder
	unpack *zstd.Decoder

	mu   sync.Mutex
	open map[int64]*file // those in use; guarded by mu
}

// New keeps logs in a folder, which it makes. told, if not nil, hears of each
// line once it is kept.
func New(folder string, clock func() time.Time, log *slog.Logger, told func(int64, prentice.LogLine)) (*Logs, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
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
	return &Logs{folder: folder, clock: clock, log: log, told: told, pack: pack, unpack: unpack, open: map[int64]*file{}}, nil
}

func (l *Logs) path(run int64, sort string) string {
	return filepath.Join(l.folder, fmt.Sprintf("run-%d.%s", run, sort))
}

// Writer keeps what one step prints on one target. Run 0 is a look outside any
// run, of which nothing is kept. A write never fails: a full disk must not break
// the step that prints.
func (l *Logs) Writer(run int64, step string, target prentice.Ref, secrets []string) io.WriteCloser {
	if run == 0 {
		return nowhere{}
	}
	f, err := l.use(run, writing)
	if err != nil {
		l.log.Error("open the log of a run", "run", run, "step", step, "err", err)
		return nowhere{}
	}
	lines := &lines{file: f, step: step, target: target}
	return &masked{WriteCloser: mask.Writer(lines, secrets), lines: lines}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

// masked flushes first what the mask held back and then what no line end
// followed.
type masked struct {
	io.WriteCloser
	lines *lines
}

func (m *masked) Close() error {
	err := m.WriteCloser.Close()
	m.lines.close()
	return err
}
