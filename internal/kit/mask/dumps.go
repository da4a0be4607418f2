package mask

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// dumps are the forms in which od, hexdump, xxd and programs that print the numbers of
// bytes show a secret, besides plain hexadecimal.
func dumps(secret string) (all []needle) {
	for _, size := range []int{2, 4, 8} {
		for offset := range size {
			for _, run := range words(secret, size, offset) {
				all = append(all, needle{hex.EncodeToString(run), grouped})
				if size == 2 {
					all = append(all, needle{twos("%06o", run), grouped}, needle{twos("%05d", run), grouped}, needle{twos("%d", run), grouped})
				}
			}
		}
	}
	all = append(all, needle{each("%08b", secret), grouped})
	for _, part := range []string{secret, secret[1:]} { // the first may be the last of a line
		all = append(all, needle{columns(part, escapedByte), spread}, needle{columns(part, named), spread})
		for _, format := range []string{" %03o", "%4d"} {
			all = append(all, needle{strings.TrimLeft(each(format, part), " "), spread})
		}
	}
	for _, format := range []string{" %d", ", %d", ",%d"} { // as a list is written
		all = append(all, needle{"[" + strings.TrimLeft(each(format, secret), " ,"), raw})
	}
	return slices.DeleteFunc(all, func(n needle) bool { return len(n.text) < shortestDump })
}

// shortestDump keeps a few numbers, which may be anything, from being a secret.
const shortestDump = 2 * MinLen

// words are the bytes of a secret in words of a size, as a machine shows them that
// keeps the last byte of a number first. offset is how many bytes of the secret are in
// the word in which it begins. What is in no whole word stands by itself.
func words(secret string, size, offset int) (runs [][]byte) {
	if offset >= len(secret) {
		return nil
	}
	whole := offset + (len(secret)-offset)/size*size
	var middle []byte
	for i := offset; i < whole; i += size {
		middle = append(middle, backwards(secret[i:i+size])...)
	}
	for _, run := range [][]byte{backwards(secret[:offset]), middle, backwards(secret[whole:])} {
		if len(run) >= MinLen {
			runs = append(runs, run)
		}
	}
	return runs
}

func backwards(part string) []byte {
	b := []byte(part)
	slices.Reverse(b)
	return b
}

// twos writes each two bytes, the first of which counts more, as a number.
func twos(format string, run []byte) string {
	var b strings.Builder
	for i := 0; i+1 < len(run); i += 2 {
		fmt.Fprintf(&b, format, int(run[i])<<8|int(run[i+1]))
	}
	return b.String()
}

func each(format, secret string) string {
	var b strings.Builder
	for _, c := range []byte(secret) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// columns is a secret with each byte in a column of four, as od -c and od -a show it.
func columns(secret string, name func(byte) string) string {
	var b strings.Builder
	for _, c := range []byte(secret) {
		fmt.Fprintf(&b, "%4s", name(c))
	}
	return strings.TrimLeft(b.String(), " ")
}

// escapedByte is a byte as od -c shows it.
func escapedByte(c byte) string {
	if i := strings.IndexByte("\x00\a\b\t\n\v\f\r", c); i >= 0 {
		return `\` + "0abtnvfr"[i:i+1]
	}
	if c < 0x20 || c >= 0x7f {
		return fmt.Sprintf("%03o", c)
	}
	return string(rune(c))
}

// named is a byte as od -a shows it, which leaves out the highest bit.
func named(c byte) string {
	switch c &= 0x7f; {
	case c <= ' ':
		return strings.Fields("nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp")[c]
	case c == 0x7f:
		return "del"
	}
	return string(rune(c))
}

// widest is the most of a line of a dump that is looked at.
const widest = 400

// column is the column of characters at the end of a line of a dump, with what the
// next line begins with; text begins with the blanks before it.
func column(text []byte) (n int, more bool) {
	end := bytes.IndexByte(text[:min(len(text), widest)], '\n')
	if end < 0 {
		return 0, len(text) < widest
	}
	if n, more = dumpLine(text[end:]); n < 2 {
		return 0, more
	}
	return end + n, false
}

// restOfDump is what is left of a line of a dump behind the secret, when it has a
// column of characters, in which the secret stands once more. Before a line has ended
// it is all that there is.
func restOfDump(text []byte) (n int, more bool) {
	line := text[:min(len(text), widest)]
	end := bytes.IndexByte(line, '\n')
	if end >= 0 {
		line = line[:end]
	}
	bytesEnd := 0
	for bytesEnd < len(line) && (isHex(line[bytesEnd]) || line[bytesEnd] == ' ') {
		bytesEnd++
	}
	open := end < 0 && len(text) < widest
	switch {
	case bytesEnd == len(line) && open:
		return 0, true
	case !bytes.Contains(line[:bytesEnd], []byte("  ")) || end < 0 && !open:
		return 0, false
	}
	return len(line), open
}
