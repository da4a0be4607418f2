// Package mask keeps secrets out of what is printed, kept and shown.
//
// It replaces each secret by ••• wherever it stands, also when it was cut in
// pieces by the writes, also when colours and other sequences of a terminal stand
// inside it, and also in the forms that programs commonly turn it into: base64 (both
// alphabets, at any offset, in lines of any length), base32, hexadecimal (also with
// spaces, colons or \x between the bytes), the numbers of its bytes in a list, escaped
// for a URL, for JSON, for HTML, by Python and Go, or for a shell, and as od, hexdump
// and xxd dump it: over any lines, in words of several bytes, in other numbers and with
// the column of characters. Of a secret that is a JSON
// document the credentials in it are hidden too. What belongs to two secrets that
// overlap is hidden altogether.
//
// It refuses to hide values of fewer than MinLen bytes: they would turn every
// log into dots, and are no secrets. It cannot recognise a secret that a program
// has encrypted, reversed or printed letter by letter.
package mask

import (
	"io"
	"slices"
	"strings"
)

// Mask is what stands where a secret stood.
const Mask = "•••"

// MinLen is the length of the shortest secret that is hidden, in bytes.
const MinLen = 4

// Writer writes to w what is written to it, without the secrets. It keeps back
// only what may be the beginning of one; Close writes that and leaves w open. It
// is for one goroutine at a time.
func Writer(w io.Writer, secrets []string) io.WriteCloser {
	x, inDumps := needles(secrets)
	if x == nil {
		return plain{w}
	}
	return &writer{to: w, needles: x, inDumps: inDumps}
}

// plain is a writer where there is nothing to hide.
type plain struct{ to io.Writer }

// Write writes as much at once as the other does.
func (m plain) Write(p []byte) (int, error) {
	for part := range slices.Chunk(p, piece) {
		if _, err := m.to.Write(part); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close implements io.Closer.
func (plain) Close() error { return nil }

// String is s without the secrets.
func String(s string, secrets []string) string {
	var b strings.Builder
	w := Writer(&b, secrets)
	io.WriteString(w, s) //nolint:errcheck // a Builder takes everything
	w.Close()            //nolint:errcheck // as above
	return b.String()
}

// writer decides byte by byte, from the left. covered is how many bytes at the
// start of held belong to a secret whose mask is already written.
type writer struct {
	to      io.Writer
	needles *index
	inDumps *index // those that stand in lines of dumps alone
	lines   lines
	held    []byte
	covered int
	out     []byte
	err     error
}

// piece bounds how much is held at once, whatever the size of a write. Behind what
// was kept back comes no more than that again, and this much at least: the rest of a
// write need not be copied then.
const (
	piece    = 32 << 10
	handsful = 256
)

// Write never says that it wrote less than it took, unless w failed.
func (m *writer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && m.err == nil; {
		n := min(len(rest), piece)
		text := rest[:n]
		if len(m.held) > 0 {
			n = min(n, max(handsful, len(m.held)))
			m.held = append(m.held, rest[:n]...)
			text = m.held
		}
		rest = rest[n:]
		m.advance(text, false)
	}
	if m.err != nil {
		return 0, m.err
	}
	return len(p), nil
}

// Close writes what was kept back.
func (m *writer) Close() error {
	if m.err == nil {
		m.advance(m.held, true)
	}
	return m.err
}

// advance writes all of a text that can be decided and keeps the rest. A byte can be
// decided when no longer secret may begin at it than has been seen of it; at the end
// all can. What holds no secret is written from where it is.
func (m *writer) advance(text []byte, end bool) {
	i, plain, next := 0, m.covered, -1 // from plain on nothing is written yet
	for i < len(text) {
		if i >= m.covered {
			if next < i {
				next = m.needles.skip(text, i)
			}
			if in := m.lines.next(text, i, next); in < next {
				i = m.inDumps.skip(text[:next], in)
			} else {
				i = next
			}
			if i == len(text) {
				break
			}
		}
		length, more := m.needles.at(text[i:])
		if m.lines.at <= i && m.lines.next(text, i, i+1) == i {
			l, also := m.inDumps.at(text[i:])
			length, more = max(length, l), more || also
		}
		if more && !end {
			break
		}
		if length > 0 {
			if i >= m.covered {
				m.out = append(append(m.out, text[plain:i]...), Mask...)
			}
			m.covered = max(m.covered, i+length)
			plain = m.covered
		}
		i++
	}
	m.flush(text[min(plain, i):i])
	m.held = append(m.held[:0], text[i:]...) // it may be a part of held itself
	m.covered = max(0, m.covered-i)
	m.lines.next(text, i, i)
	m.lines.at -= i
}

// flush writes what is to be written and then more.
func (m *writer) flush(more []byte) {
	if len(m.out) > 0 {
		more = append(m.out, more...)
		m.out = more[:0]
	}
	if len(more) > 0 {
		_, m.err = m.to.Write(more)
	}
}
