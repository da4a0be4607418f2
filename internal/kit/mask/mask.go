// Package mask keeps secrets out of what is printed, kept and shown.
//
// It replaces each secret by ••• wherever it stands, also when it was cut in
// pieces by the writes, also when colours and other sequences of a terminal stand
// inside it, and also in the forms that programs commonly turn it into: base64 (both
// alphabets, at any offset, in lines of any length), base32, hexadecimal (also with
// spaces, colons or \x between the bytes, and as od -tx1 dumps it), escaped for a URL,
// for JSON, for HTML, by Python and Go, or for a shell. Of a secret that is a JSON
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
	x := needles(secrets)
	if x == nil {
		return plain{w}
	}
	return &writer{to: w, needles: x}
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
	held    []byte
	covered int
	out     []byte
	err     error
}

// piece bounds how much is held at once, whatever the size of a write.
const piece = 32 << 10

// Write never says that it wrote less than it took, unless w failed.
func (m *writer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && m.err == nil; {
		n := min(len(rest), piece)
		m.held = append(m.held, rest[:n]...)
		rest = rest[n:]
		m.advance(false)
	}
	if m.err != nil {
		return 0, m.err
	}
	return len(p), nil
}

// Close writes what was kept back.
func (m *writer) Close() error {
	if m.err == nil {
		m.advance(true)
	}
	return m.err
}

// advance writes all that can be decided. A byte can be decided when no longer
// secret may begin at it than has been seen of it; at the end all can.
func (m *writer) advance(end bool) {
	i := 0
	for i < len(m.held) {
		if i >= m.covered {
			from := i
			i = m.needles.skip(m.held, i)
			m.out = append(m.out, m.held[from:i]...)
			if i == len(m.held) {
				break
			}
		}
		length, more := m.needles.at(m.held[i:])
		if more && !end {
			break
		}
		if length > 0 && i >= m.covered {
			m.out = append(m.out, Mask...)
		}
		if length > 0 {
			m.covered = max(m.covered, i+length)
		}
		if i >= m.covered {
			m.out = append(m.out, m.held[i])
		}
		i++
	}
	m.held = slices.Delete(m.held, 0, i)
	m.covered = max(0, m.covered-i)
	if len(m.out) > 0 {
		_, m.err = m.to.Write(m.out)
		m.out = m.out[:0]
	}
}
