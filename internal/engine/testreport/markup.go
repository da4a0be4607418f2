package testreport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"prentice"
)

// The bounds of a document. A value that is longer is cut; more of the others is refused.
const (
	mostValue = 8 << 10
	mostWord  = 1 << 10
	mostAttrs = 200
	mostDeep  = 200
)

// token is a part of an XML document: an element that begins, or ends, or a text.
type token struct {
	begins, ends string // the element's name, without its name space
	attrs        map[string]string
	text         string
}

// markup reads XML as a stream, with bounds on all that it holds. It knows no
// definitions: what a document defines itself is passed over, and a reference to it
// stays as it is written.
type markup struct {
	in     *bufio.Reader
	line   int
	open   []string
	closes bool // the element that began last ends at once
	seen   bool // something was read
}

func newMarkup(r io.Reader) *markup {
	return &markup{in: bufio.NewReaderSize(r, 64<<10), line: 1}
}

func (m *markup) wrong(format string, args ...any) error {
	return prentice.Errorf(prentice.Invalid, "line %d: %s", m.line, fmt.Sprintf(format, args...)).Try("see whether the program that wrote it was ended before it was done")
}

// next is the next token, and io.EOF where the document ends as it must.
func (m *markup) next() (token, error) {
	if m.closes {
		m.closes = false
		return m.end(m.open[len(m.open)-1])
	}
	if !m.seen {
		if err := m.start(); err != nil {
			return token{}, err
		}
	}
	for {
		text, err := m.until("<")
		switch {
		case errors.Is(err, io.EOF) && len(m.open) > 0:
			return token{}, m.wrong("the file ends within <%s>", m.open[len(m.open)-1])
		case err != nil:
			return token{}, err
		case strings.TrimSpace(text) != "" && len(m.open) > 0:
			return token{text: plain(text)}, m.in.UnreadByte()
		}
		if t, err := m.tag(); err != nil || t.begins+t.ends+t.text != "" {
			return t, cut(err, m)
		}
	}
}

// start passes over a mark of the encoding, and refuses one that is not read.
func (m *markup) start() error {
	m.seen = true
	head, _ := m.in.Peek(3) // a shorter file has none
	if strings.HasPrefix(string(head), "\xef\xbb\xbf") {
		_, err := m.in.Discard(3)
		return err
	}
	if strings.HasPrefix(string(head), "\xff\xfe") || strings.HasPrefix(string(head), "\xfe\xff") || strings.Contains(string(head), "\x00") {
		return prentice.Errorf(prentice.Invalid, "the file is UTF-16").Try("have it written as UTF-8")
	}
	return nil
}

// cut says of a file that ends within something that it does.
func cut(err error, m *markup) error {
	if errors.Is(err, io.EOF) {
		return m.wrong("the file ends within a tag")
	}
	return err
}

// until reads up to an end and over it. Of what stands before it the beginning is kept.
func (m *markup) until(end string) (string, error) {
	var kept []byte
	last := end[len(end)-1]
	tail := ""
	for {
		part, err := m.in.ReadSlice(last)
		m.line += strings.Count(string(part), "\n")
		if room := mostValue + len(end) - len(kept); room > 0 {
			kept = append(kept, part[:min(len(part), room)]...)
		}
		tail = tail[max(0, len(tail)-len(end)):] + string(part[max(0, len(part)-len(end)):])
		switch {
		case err == nil && strings.HasSuffix(tail, end):
			return strings.TrimSuffix(string(kept), end), nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return string(kept), err
		}
	}
}

func (m *markup) byte() (byte, error) {
	c, err := m.in.ReadByte()
	if c == '\n' {
		m.line++
	}
	return c, err
}
