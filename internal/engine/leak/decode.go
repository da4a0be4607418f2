package leak

import (
	"bytes"
)

// A text may hold others: base64, hex, %41, U+0041. A piece is one of them, and where it
// was before it was read.
type piece struct {
	from, to int // in the text as it was
	at, end  int // in the text that came of it
	value    []byte
	kind     kind
}

type kind int

// The kinds, the one that gives way to all others first.
const (
	base64Text kind = iota + 1
	hexText
	unicodeText
	percentText
)

// decoded is a text with the pieces of it read. It is nil where there are none.
func decoded(text []byte) ([]byte, []piece) {
	var list []piece
	shift := 0
	for _, p := range pieces(text) {
		if p.value = p.kind.read(text[p.from:p.to]); len(p.value) == 0 {
			continue
		}
		p.at = p.from + shift
		p.end = p.at + len(p.value)
		shift += len(p.value) - (p.to - p.from)
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, nil
	}
	out := make([]byte, 0, len(text)+shift)
	from := 0
	for _, p := range list {
		out = append(append(out, text[from:p.from]...), p.value...)
		from = p.to
	}
	return append(out, text[from:]...), list
}

// origin is where a part of a text was in the first one, of which it came by reading pieces
// again and again. A part of a piece is all of it.
func origin(levels [][]piece, from, to int) (first, last int) {
	for i := len(levels) - 1; i >= 0; i-- {
		shift := 0
		begin, end := from, to
		for _, p := range levels[i] {
			switch {
			case p.at >= to:
			case p.end <= from:
				shift = p.to - p.end
				begin, end = from+shift, to+shift
			default:
				if from >= p.at {
					begin = p.from
				}
				end = p.to + max(to-p.end, 0)
			}
		}
		from, to = begin, end
	}
	return from, to
}

func overlapping(list []piece, from, to int) bool {
	for _, p := range list {
		if p.at <= to && p.end >= from {
			return true
		}
	}
	return false
}

// pieces are what in a text may hold another, from its beginning on. Of two that touch,
// the lesser one waits for the next time.
func pieces(text []byte) []piece {
	all := touching(text)
	if len(all) < 2 {
		return all
	}
	kept := make([]piece, 0, len(all))
	for i, p := range all {
		if i > 0 && all[i-1].to >= p.from && all[i-1].kind > p.kind || i+1 < len(all) && all[i+1].from <= p.to && all[i+1].kind > p.kind {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

func touching(text []byte) []piece {
	var all []piece
	for at := 0; at < len(text); {
		c := text[at]
		if c != '%' && c != '\\' && signs[c]&isWord == 0 {
			at++
			continue
		}
		to, kind := 0, percentText
		if c == '%' {
			to = percentEnd(text, at)
		}
		if to == 0 && (c == 'U' || c == '\\') {
			to, kind = unicodeEnd(text, at), unicodeText
		}
		run := 0
		if to == 0 {
			if run = runOf(text, at, isHex); run >= 32 {
				to, kind = at+run, hexText
			}
		}
		if to == 0 {
			if run = runOf(text, at, isWord); run >= 16 {
				to, kind = at+run, base64Text
				for n := 0; n < 2 && to < len(text) && text[to] == '='; n++ {
					to++
				}
			}
		}
		if to > 0 {
			all = append(all, piece{from: at, to: to, kind: kind})
			at = to
			continue
		}
		at = skipRun(text, at, run)
	}
	return all
}

// skipRun passes over a run that is too short, but for a place where U+ begins.
func skipRun(text []byte, at, run int) int {
	end := at + max(run, 1)
	for i := at + 1; i < end; i++ {
		if text[i] == 'U' && i+1 < len(text) && text[i+1] == '+' {
			return i
		}
	}
	return end
}

const (
	isHex uint8 = 1 << iota
	isWord
	isDigit
	isShown
)

var signs = func() (set [256]uint8) {
	for b := range 256 {
		c := byte(b)
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		if digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			set[b] |= isHex
		}
		if letter || digit || c == '_' || c == '/' || c == '+' || c == '-' {
			set[b] |= isWord
		}
		if digit {
			set[b] |= isDigit
		}
		if c > 0x08 && c < 0x7f {
			set[b] |= isShown
		}
	}
	return set
}()

func runOf(text []byte, at int, sign uint8) int {
	n := 0
	for at+n < len(text) && signs[text[at+n]]&sign != 0 {
		n++
	}
	return n
}

func allHex(text []byte, at, n int) bool {
	return at+n <= len(text) && runOf(text[:at+n], at, isHex) == n
}

// percentEnd is the end of what stands from one %41 to the last of its line.
func percentEnd(text []byte, at int) int {
	if !allHex(text, at+1, 2) {
		return 0
	}
	line := len(text)
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		line = at + n
	}
	for from := line; ; {
		i := bytes.LastIndexByte(text[at+3:max(from, at+3)], '%')
		if i < 0 {
			return at + 3
		}
		if i += at + 3; i+3 <= line && allHex(text, i+1, 2) {
			return i + 3
		}
		from = i
	}
}

// unicodeEnd is the end of U+0041 U+0042, or of \u0041\u0042.
func unicodeEnd(text []byte, at int) int {
	end := 0
	for text[at] == 'U' && at+6 <= len(text) && text[at+1] == '+' && allHex(text, at+2, 4) {
		if at += 6; at == len(text) {
			return at
		}
		if !bytes.ContainsRune([]byte("\t\n\f\r "), rune(text[at])) {
			return end
		}
		at++
		if end = at; at == len(text) || text[at] != 'U' {
			return end
		}
	}
	for n := slashes(text, at); n > 0; n = slashes(text, at) {
		at += n + 5
		end = at
	}
	return end
}

// slashes is how many of them begin a \u0041, which stands at a place; 0 is none.
func slashes(text []byte, at int) int {
	n := 0
	for n < 2 && at+n < len(text) && text[at+n] == '\\' {
		n++
	}
	if n == 0 || at+n >= len(text) || text[at+n] != 'u' && text[at+n] != 'U' || !allHex(text, at+n+1, 4) {
		return 0
	}
	return n
}
