package log

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// piece is the longest text kept as one record, in bytes.
const piece = 16 << 10

// whole and part stand between what a record is about and its text: part says
// that no line end followed.
const (
	whole = '|'
	part  = '+'
)

// lines cuts what is written at line ends, and long lines into pieces.
type lines struct {
	file   *file
	step   string
	target prentice.Ref
	rest   []byte
	skip   int64 // bytes that are kept already and come again
}

// Write implements io.Writer. What one write brought is kept by one write.
func (l *lines) Write(p []byte) (int, error) {
	wrote := len(p)
	again := min(l.skip, int64(wrote))
	l.skip, p = l.skip-again, p[again:]
	l.rest = append(l.rest, p...)
	b := batch{at: l.file.logs.Clock().UTC(), step: l.step, target: l.target}
	used := 0
	for {
		rest := l.rest[used:]
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 && len(rest) < piece {
			break
		}
		if end == 0 || end > piece {
			end = cut(rest[:piece])
		}
		b.add(rest[:end])
		used += end
	}
	l.rest = append(l.rest[:0], l.rest[used:]...)
	l.file.keep(&b)
	return wrote, nil
}

// cut is where a piece of a long line ends: behind the last state of a progress
// bar that is in it whole, or else where the piece is full, but not within a character.
func cut(text []byte) int {
	if end := bytes.LastIndexByte(text, '\r') + 1; end > 0 {
		return end
	}
	return beforeRune(text)
}

// close keeps what no line end followed.
func (l *lines) close() {
	if len(l.rest) > 0 {
		b := batch{at: l.file.logs.Clock().UTC(), step: l.step, target: l.target}
		b.add(l.rest)
		l.file.keep(&b)
	}
	l.file.done()
}

// batch is records of one moment, step and target.
type batch struct {
	at     time.Time
	step   string
	target prentice.Ref
	head   []byte
	raw    []byte
	ends   []int // of each record in raw
}

// add appends a record: the time in microseconds, the step, the target, and the
// text byte for byte.
func (b *batch) add(text []byte) {
	if b.head == nil {
		b.head = strconv.AppendInt(nil, b.at.UnixMicro(), 10)
		b.head = append(b.head, ' ')
		b.head = append(b.head, word(b.step)...)
		b.head = append(b.head, ' ')
		b.head = append(b.head, word(string(b.target))...)
		b.head = append(b.head, ' ')
	}
	b.raw = append(b.raw, b.head...)
	if n := len(text) - 1; text[n] == '\n' {
		b.raw = append(b.raw, whole)
		b.raw = append(b.raw, text...)
	} else {
		b.raw = append(b.raw, part)
		b.raw = append(b.raw, text...)
		b.raw = append(b.raw, '\n')
	}
	b.ends = append(b.ends, len(b.raw))
}

var spaces = strings.NewReplacer("%", "%25", " ", "%20", "\n", "%0A", "\r", "%0D", "\t", "%09")

// word is s without spaces; "-" stands for nothing.
func word(s string) string {
	if s == "" {
		return "-"
	}
	return spaces.Replace(s)
}

func unword(s []byte) string {
	if len(s) == 1 && s[0] == '-' {
		return ""
	}
	text := string(s)
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// parse reads a record without its line end. The bytes that are no UTF-8 stay on
// disk as they are; who reads sees that they are none.
func parse(raw []byte) (line Line, text []byte, ok bool) {
	micros, rest, ok1 := bytes.Cut(raw, []byte{' '})
	step, rest, ok2 := bytes.Cut(rest, []byte{' '})
	target, text, ok3 := bytes.Cut(rest, []byte{' '})
	at, err := strconv.ParseInt(string(micros), 10, 64)
	if !ok1 || !ok2 || !ok3 || err != nil || len(text) == 0 || text[0] != whole && text[0] != part {
		return line, nil, false
	}
	line = Line{Time: time.UnixMicro(at).UTC(), Step: unword(step), Target: prentice.Ref(unword(target))}
	return line, text, true
}

// shown is a record's text as it is handed out.
func shown(text []byte) string {
	var b strings.Builder
	b.Grow(len(text))
	b.Write(text[1:])
	if text[0] == whole {
		b.WriteByte('\n')
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}
