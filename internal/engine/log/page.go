package log

import (
	"bytes"
	"context"
	"fmt"
	"slices"
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
func (l *Logs) Read(ctx context.Context, run, offset int64, limit int) ([]Line, int64, error) {
	p, err := l.Page(ctx, Query{Run: run, Offset: offset, Limit: limit})
	return p.Lines, p.Next, err
}

// Page gives a page of a log. A run without a log has an empty one.
func (l *Logs) Page(ctx context.Context, q Query) (p Page, err error) {
	if strings.ContainsAny(q.Find, "\r\n") {
		return p, prentice.Errorf(prentice.Invalid, "a search is within one line").Try("leave out the line end")
	}
	p.Lines = []Line{}
	if q.Limit <= 0 || q.Limit > mostLines {
		q.Limit = mostLines
	}
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	v, err := l.view(ctx, q.Run)
	defer v.close()
	if err != nil && (q.Offset > 0 || q.Line > 0 || ctx.Err() != nil) {
		return p, fmt.Errorf("read the log of run %d: %w", q.Run, err)
	}
	if err != nil { // what is here stands alone; where it stands in the whole is not known
		p.Trouble = err.Error()
	}
	if len(v.list) == 0 && err == nil {
		p.End = true
		p.Removed, err = l.removed(ctx, q.Run)
		return p, err
	}
	if p.Next, p.Total, err = v.place(ctx, q); err != nil {
		return p, err
	}
	err = v.fill(ctx, q, &p)
	p.End = p.End || p.Trouble != ""
	return p, err
}

// place is the offset at which a query begins.
func (v *view) place(ctx context.Context, q Query) (offset, total int64, err error) {
	skip := int64(0) // lines before the first
	switch {
	case q.Tail > 0:
		skip = max(0, v.lines-q.Tail)
	case q.Line > 0:
		skip = min(q.Line-1, v.lines)
	default:
		return min(max(q.Offset, 0), v.bytes), v.lines, nil
	}
	b, err := v.find(ctx, func(_, line int64) bool { return skip < line })
	if err != nil {
		return 0, v.lines, err
	}
	offset = b.at
	for n := skip - b.line; n > 0; n-- {
		next := bytes.IndexByte(b.raw[offset-b.at:], '\n') + 1
		if next == 0 {
			break
		}
		offset += int64(next)
	}
	return offset, v.lines, nil
}

// fill reads records from p.Next on until the page is full.
func (v *view) fill(ctx context.Context, q Query, p *Page) error {
	looked, text := 0, 0
	across := newBorders(q.Find)
	if q.Find != "" {
		if err := v.seed(ctx, across, p.Next); err != nil {
			return err
		}
	}
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := v.block(ctx, p.Next)
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
		across.block()
		from, text = b.collect(q, p, across, from, text)
		p.Next = b.at + int64(from)
		full := len(p.Lines) >= q.Limit || text >= mostText
		switch {
		case full, looked >= mostLooked:
			p.End = p.Next >= v.bytes
			return nil
		}
	}
}

// collect takes the wanted records from a place in the block on, and says how
// far it came.
func (b *block) collect(q Query, p *Page, across *borders, from, text int) (int, int) {
	line, counted := b.line, 0
	sign := q.Find // what every wanted record holds
	if sign == "" && q.Target != "" {
		sign = word(string(q.Target)) + " " // without the space before it, which is in every text
	}
	if sign == "" {
		p.Lines = slices.Grow(p.Lines, min(q.Limit-len(p.Lines), bytes.Count(b.raw[from:], []byte{'\n'})))
	}
	for from < len(b.raw) && len(p.Lines) < q.Limit && text < mostText {
		if sign != "" { // most of a log is passed over without being cut into records
			hit := bytes.Index(b.raw[from:], []byte(sign))
			if hit < 0 {
				hit = len(b.raw) - from
			} else {
				hit = bytes.LastIndexByte(b.raw[from:from+hit], '\n') + 1
			}
			if from += hit; q.Find != "" {
				from = min(from, across.at(b.raw, from-hit))
			}
			if from >= len(b.raw) {
				return len(b.raw), text
			}
		}
		end := from + bytes.IndexByte(b.raw[from:], '\n')
		one, body, ok := parse(b.raw[from:end])
		crosses := ok && q.Find != "" && across.crosses(b.raw[from:end], body)
		if ok && (q.Target == "" || one.Target == q.Target) && (q.Find == "" || crosses || bytes.Contains(body[1:], []byte(q.Find))) {
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
