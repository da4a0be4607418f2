// Package runlog keeps what steps print: one append-only file a run, a line of
// JSON for each piece, read by byte offset.
//
// Secrets are masked before the first byte is written, also across the borders
// of writes. There is no limit on a line: a long one is kept in pieces. It
// refuses to count lines or to read a file whole. A log may be lost when the
// disk is full; what happened is in the ledger.
package runlog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/mask"
)

// piece is the longest text kept as one line, in bytes.
const piece = 16 << 10

// Logs is a folder of run logs.
type Logs struct {
	folder string
	clock  func() time.Time
	log    *slog.Logger
	told   func(run int64, line prentice.LogLine)

	mu sync.Mutex // one append at a time, so that offsets are true
}

// New keeps logs in a folder, which it makes. told, if not nil, hears of each
// line once it is kept.
func New(folder string, clock func() time.Time, log *slog.Logger, told func(int64, prentice.LogLine)) (*Logs, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of logs: %w", err)
	}
	return &Logs{folder: folder, clock: clock, log: log, told: told}, nil
}

func (l *Logs) path(run int64) string {
	return filepath.Join(l.folder, fmt.Sprintf("run-%d.jsonl", run))
}

// Writer keeps what one step prints on one target. Run 0 is a look outside any
// run, of which nothing is kept. A write never fails: a full disk must not break
// the step that prints.
func (l *Logs) Writer(run int64, step string, target prentice.Ref, secrets []string) io.WriteCloser {
	if run == 0 {
		return nowhere{}
	}
	lines := &lines{logs: l, run: run, step: step, target: target}
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
	m.lines.flush()
	return err
}

// lines cuts what is written at line ends, and long lines into pieces.
type lines struct {
	logs   *Logs
	run    int64
	step   string
	target prentice.Ref
	rest   []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		end := bytes.IndexByte(l.rest, '\n') + 1
		if end == 0 && len(l.rest) < piece {
			return len(p), nil
		}
		if end == 0 || end > piece {
			end = piece
		}
		l.keep(l.rest[:end])
		l.rest = append([]byte(nil), l.rest[end:]...)
	}
}

func (l *lines) flush() {
	if len(l.rest) > 0 {
		l.keep(l.rest)
		l.rest = nil
	}
}

func (l *lines) keep(text []byte) {
	line := prentice.LogLine{Time: l.logs.clock().UTC(), Step: l.step, Target: l.target, Text: strings.ToValidUTF8(string(text), "\ufffd")}
	if err := l.logs.append(l.run, &line); err != nil {
		l.logs.log.Error("keep a line of a run's log", "run", l.run, "step", l.step, "err", err)
		return
	}
	if l.logs.told != nil {
		l.logs.told(l.run, line)
	}
}

// append writes one line and fills in where the next begins.
func (l *Logs) append(run int64, line *prentice.LogLine) error {
	raw, err := json.Marshal(line)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(l.path(run), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if at, statErr := f.Stat(); statErr == nil {
		line.Offset = at.Size()
	}
	return errors.Join(err, f.Close())
}

// Read gives at most limit lines from a byte offset on, and where to read on. A
// line that a crash cut in the middle is passed over.
func (l *Logs) Read(_ context.Context, run, offset int64, limit int) ([]prentice.LogLine, int64, error) {
	f, err := os.Open(l.path(run))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, offset, fmt.Errorf("read the log of run %d: %w", run, err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, offset, fmt.Errorf("read the log of run %d: %w", run, err)
	}
	var list []prentice.LogLine
	for r := bufio.NewReaderSize(f, 64<<10); len(list) < limit; {
		raw, err := r.ReadBytes('\n')
		if err != nil { // the end, or a line still being written
			return list, offset, nil
		}
		offset += int64(len(raw))
		var line prentice.LogLine
		if json.Unmarshal(raw, &line) == nil {
			line.Offset = offset
			list = append(list, line)
		}
	}
	return list, offset, nil
}
