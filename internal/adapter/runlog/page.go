package runlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"prentice"
)

// What bounds one page: lines, bytes of text, and bytes that are looked through.
const (
	mostLines  = 5000
	mostText   = 4 << 20
	mostLooked = 256 << 20
)

// Read gives at most limit lines from a byte offset on, and where to read on.
func (l *Logs) Read(ctx context.Context, run, offset int64, limit int) ([]prentice.LogLine, int64, error) {
	p, err := l.Page(ctx, prentice.LogQuery{Run: run, Offset: offset, Limit: limit})
	return p.Lines, p.Next, err
}

// Page gives a page of a log. A run without a log has an empty one.
func (l *Logs) Page(ctx context.Context, q prentice.LogQuery) (p prentice.LogPage, err error) {
	if strings.ContainsAny(q.Find, "\r\n") {
		return p, prentice.Errorf(prentice.Invalid, "a search is within one line").Try("leave out the line end")
	}
	if q.Limit <= 0 || q.Limit > mostLines {
		q.Limit = mostLines
	}
	f, err := l.use(q.Run, reading)
	if errors.Is(err, fs.ErrNotExist) {
		p.End, p.Removed = true, l.removed(q.Run)
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read the log of run %d: %w", q.Run, err)
	}
	defer f.done()
	if p.Next, p.Total, err = f.place(q); err != nil {
		return p, err
	}
	return p, f.fill(ctx, q, &p)
}

// removed is what stands where a log was that is no longer kept.
func (l *Logs) removed(run int64) *prentice.LogRemoved {
	raw, err := os.ReadFile(l.path(run, "removed"))
	var r prentice.LogRemoved
	if err != nil || json.Unmarshal(raw, &r) != nil {
		return nil
	}
	return &r
}

// block is a chunk or the tail: records, and where they stand.
type block struct {
	raw      []byte
	at, line int64 // bytes and lines before it
}

// block gives the records that hold an offset. It is empty at the end.
func (f *file) block(offset int64) (block, error) {
	return f.find(func(at, _ int64) bool { return offset < at })
}

// find gives the first block that ends past what is looked for, or the tail.
func (f *file) find(past func(at, line int64) bool) (block, error) {
	f.mu.Lock()
	if f.chunks == 0 || !past(f.sealed, f.lines) {
		defer f.mu.Unlock()
		b := block{raw: make([]byte, f.young), at: f.sealed, line: f.lines}
		if f.young > 0 {
			if _, err := f.tail.ReadAt(b.raw, int64(f.head)); err != nil {
				return b, err
			}
		}
		return b, nil
	}
	chunks := f.chunks
	f.mu.Unlock() // chunks never change
	e, err := f.search(chunks, func(e entry) bool { return past(e.at+e.size, e.line+e.lines) })
	if err != nil {
		return block{}, err
	}
	raw, err := f.load(e)
	return block{raw: raw, at: e.at, line: e.line}, err
}

// place is the offset at which a query begins.
func (f *file) place(q prentice.LogQuery) (offset, total int64, err error) {
	f.mu.Lock()
	end, total := f.sealed+f.young, f.lines+f.youngLines
	f.mu.Unlock()
	skip := int64(0) // lines before the first
	switch {
	case q.Tail > 0:
		skip = max(0, total-q.Tail)
	case q.Line > 0:
		skip = min(q.Line-1, total)
	default:
		return min(max(q.Offset, 0), end), total, nil
	}
	b, err := f.find(func(_, line int64) bool { return skip < line })
	if err != nil {
		return 0, total, err
	}
	offset = b.at
	for n := skip - b.line; n > 0; n-- {
		next := bytes.IndexByte(b.raw[offset-b.at:], '\n') + 1
		if next == 0 {
			break
		}
		offset += int64(next)
	}
	return offset, total, nil
}

// fill reads records from p.Next on until the page is full.
func (f *file) fill(ctx context.Context, q prentice.LogQuery, p *prentice.LogPage) error {
	looked, text := 0, 0
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := f.block(p.Next)
		if err != nil {
			return err
		}
		from := int(p.Next - b.at)
		if from < 0 || from >= len(b.raw) {
			p.End = true
			return nil
		}
		if first && from > 0 && b.raw[from-1] != '\n' { // in the middle of a record
			from += bytes.IndexByte(b.raw[from:], '\n') + 1
		}
		looked += len(b.raw) - from
		from, text = b.collect(q, p, from, text)
		p.Next = b.at + int64(from)
		full := len(p.Lines) >= q.Limit || text >= mostText
		switch {
		case full, looked >= mostLooked:
			f.mu.Lock()
			p.End = p.Next >= f.sealed+f.young
			f.mu.Unlock()
			return nil
		}
	}
}

// collect takes the wanted records from a place in the block on, and says how
// far it came.
func (b *block) collect(q prentice.LogQuery, p *prentice.LogPage, from, text int) (int, int) {
	line, counted := b.line, 0
	for from < len(b.raw) && len(p.Lines) < q.Limit && text < mostText {
		if q.Find != "" { // most of a log is passed over without being cut into records
			hit := bytes.Index(b.raw[from:], []byte(q.Find))
			if hit < 0 {
				return len(b.raw), text
			}
			from += bytes.LastIndexByte(b.raw[from:from+hit], '\n') + 1
		}
		end := from + bytes.IndexByte(b.raw[from:], '\n')
		one, body, ok := parse(b.raw[from:end])
		if ok && (q.Target == "" || one.Target == q.Target) && (q.Find == "" || bytes.Contains(body[1:], []byte(q.Find))) {
			line += int64(bytes.Count(b.raw[counted:from], []byte{'\n'}))
			counted = from
			one.Offset, one.Line, one.Text = b.at+int64(end)+1, line+1, shown(body)
			p.Lines = append(p.Lines, one)
			text += len(body)
		}
		from = end + 1
	}
	return from, text
}
