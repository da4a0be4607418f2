package cell

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// log keeps what a service prints in two files of at most half of a size each: each line with
// its time and whether it was whole (F) or goes on (P), as engines of containers write them.
type log struct {
	path string
	most int64

	mu   sync.Mutex
	f    *os.File // guarded by mu, as what follows
	size int64
	rest []byte // a line that has no end yet
	lost int64  // bytes that could not be kept since the last that could
}

// longestLine is where a line without an end is broken.
const longestLine = 16 << 10

// defaultLog is how much is kept where no one says it.
const defaultLog = 8 << 20

func newLog(path string, most int64) (*log, error) {
	if most <= 0 {
		most = defaultLog
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l := &log{path: path, most: most, f: f}
	if info, err := f.Stat(); err == nil {
		l.size = info.Size()
	}
	return l, nil
}

// Write implements io.Writer. What cannot be written is lost, because a service must not wait
// for a disk that is full; how much that was stands before what can be written next.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	var out []byte
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte{'\n'})
		if !whole && len(line) < longestLine {
			break
		}
		mark := byte('F')
		if len(line) > longestLine || !whole {
			line, rest, mark = l.rest[:longestLine], l.rest[longestLine:], 'P'
		}
		out = entry(out, now, mark, line)
		l.rest = rest
	}
	l.rest = append([]byte(nil), l.rest...)
	l.put(out)
	return len(p), nil
}

func entry(out []byte, at time.Time, mark byte, line []byte) []byte {
	out = at.UTC().AppendFormat(out, stampForm)
	out = append(out, ' ', mark, ' ')
	out = append(out, line...)
	return append(out, '\n')
}

// stampForm has the same length always.
const stampForm = "2006-01-02T15:04:05.000000000Z"

func (l *log) put(out []byte) {
	if len(out) == 0 || l.f == nil {
		return
	}
	if l.size+int64(len(out)) > l.most/2 && l.size > 0 {
		if os.Rename(l.path, l.path+".1") == nil {
			if f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err == nil {
				l.f.Close() //nolint:errcheck // what could be kept is kept
				l.f, l.size = f, 0
			}
		}
	}
	if l.lost > 0 {
		note := entry(nil, time.Now(), 'F', fmt.Appendf(nil, "prentice: %d bytes before this line could not be kept", l.lost))
		n, err := l.f.Write(note)
		if l.size += int64(n); err != nil {
			l.lost += int64(len(out))
			return
		}
		l.lost = 0
	}
	n, _ := l.f.Write(out) // see Write
	l.size += int64(n)
	l.lost += int64(len(out) - n)
}

// Close keeps what has no end yet, too.
func (l *log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > 0 {
		l.put(entry(nil, time.Now(), 'P', l.rest))
	}
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

// Entry takes a line of a log apart: when it was printed, and the text, with its end where it has one.
func Entry(line []byte) (at time.Time, text []byte, err error) {
	head := len(stampForm)
	if len(line) < head+3 || line[head] != ' ' || line[head+2] != ' ' {
		return at, nil, errors.New("it is no line of a log")
	}
	if at, err = time.Parse(stampForm, string(line[:head])); err != nil {
		return at, nil, err
	}
	text = bytes.TrimSuffix(line[head+3:], []byte{'\n'})
	if line[head+1] == 'F' {
		text = append(text[:len(text):len(text)], '\n')
	}
	return at, text, nil
}
