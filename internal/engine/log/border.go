package log

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"
)

// beforeRune is how much of a text ends with a whole character.
func beforeRune(text []byte) int {
	for n := 1; n < min(utf8.UTFMax, len(text)); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return len(text) - n
			}
			break
		}
	}
	return len(text)
}

// fullPiece is how long a text is at least that was cut because its piece was full.
const fullPiece = piece - utf8.UTFMax

// borders finds what stands across the end of a piece of a long line: the pieces
// are records of their own, with those of other steps between them. It keeps the
// end of each piece until the next one of the same step and target comes.
type borders struct {
	find string
	ends map[string][]byte // by what the records are about
	next map[string]int    // where the next piece stands in the block at hand; -1 is not in it
}

func newBorders(find string) *borders {
	return &borders{find: find, ends: map[string][]byte{}, next: map[string]int{}}
}

// about is what a record is about, as it stands in it.
func about(raw []byte) (string, bool) {
	_, rest, ok1 := bytes.Cut(raw, []byte{' '})
	step, rest, ok2 := bytes.Cut(rest, []byte{' '})
	target, _, ok3 := bytes.Cut(rest, []byte{' '})
	return " " + string(step) + " " + string(target) + " ", ok1 && ok2 && ok3
}

// block begins another block.
func (x *borders) block() { clear(x.next) }

// at is the first place from one on where a record stands that must be looked at,
// whatever it holds: a full piece, or what follows one. It is the end if there is
// none.
func (x *borders) at(raw []byte, from int) int {
	first := len(raw)
	if long := nextLong(raw, from); long >= 0 {
		first = long
	}
	for key := range x.ends {
		at, known := x.next[key]
		if !known || at >= 0 && at < from {
			at = bytes.Index(raw[from:], []byte(key))
			if at >= 0 {
				at = from + bytes.LastIndexByte(raw[from:from+at], '\n') + 1
			}
			x.next[key] = at
		}
		if at >= 0 {
			first = min(first, at)
		}
	}
	return first
}

// nextLong is where the next record stands that is as long as a full piece, or -1.
func nextLong(raw []byte, from int) int {
	for len(raw)-from > fullPiece {
		end := bytes.LastIndexByte(raw[from:from+fullPiece], '\n')
		if end < 0 {
			return from
		}
		from += end + 1
	}
	return -1
}

// crosses says whether the text stands across the end of the piece before a
// record and its beginning, and keeps the end of this one.
func (x *borders) crosses(raw, body []byte) bool {
	key, ok := about(raw)
	if !ok || len(x.find) < 2 {
		return false
	}
	text, keep := body[1:], len(x.find)-1
	before, found := x.ends[key], false
	if before != nil {
		found = bytes.Contains(slices.Concat(before, text[:min(keep, len(text))]), []byte(x.find))
		delete(x.ends, key)
		delete(x.next, key)
	}
	if body[0] == part && len(text) >= fullPiece && text[len(text)-1] != '\r' {
		x.ends[key] = bytes.Clone(text[len(text)-min(keep, len(text)):])
	}
	return found
}

// seed looks at the records before a place where reading begins.
func (x *borders) seed(raw []byte) {
	for at := nextLong(raw, 0); at >= 0; {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			return
		}
		end += at
		if _, body, ok := parse(raw[at:end]); ok {
			x.crosses(raw[at:end], body)
			if key, _ := about(raw[at:end]); bytes.Contains(raw[end+1:], []byte(key)) {
				delete(x.ends, key) // the next piece has been read too; if it is full, it comes again
			}
		}
		if at = nextLong(raw, end+1); at < 0 {
			return
		}
	}
}

// seed looks at what comes before the place where a search begins: the end of a
// full piece may stand there, at the end of the block before too.
func (v *view) seed(ctx context.Context, x *borders, begin int64) error {
	if begin <= 0 {
		return nil
	}
	b, err := v.block(ctx, begin)
	if err != nil {
		return err
	}
	if b.at >= begin || len(b.raw) == 0 {
		if b, err = v.block(ctx, begin-1); err != nil {
			return err
		}
	}
	x.seed(b.raw[:max(0, min(int64(len(b.raw)), begin-b.at))])
	return nil
}
