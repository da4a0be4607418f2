package mask

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// needle is a text that gives a secret away, and what may stand between its bytes.
type needle struct {
	text string
	kind kind
}

// index finds needles. Nearly all of a text begins none, and is passed over by what
// its first bytes may be: two of them for every second place, then two for each of
// the two places, then four.
type index struct {
	by    [256][]needle       // by their first byte, longest first
	byTwo map[uint16][]needle // by their first two
	early pairs               // the first and second byte of a needle in a text, or its second and third
	first pairs               // the first and second
	fours [4096]uint64        // the first four, as key or wholeKey has them, a bit for each

	byFour map[uint32][]needle // in an index of needles with no noise in their first four bytes, by these
	opens  [256]bool           // the first bytes of all
}

// pairs is a set of pairs of bytes, a bit for each.
type pairs [1024]uint64

func (p *pairs) add(pair uint16)        { p[pair>>6] |= 1 << (pair & 63) }
func (p *pairs) bit(pair uint16) uint64 { return p[pair>>6] >> (pair & 63) & 1 }
func (p *pairs) has(pair uint16) bool   { return p.bit(pair) != 0 }

func pairOf(a, b byte) uint16 { return uint16(b)<<8 | uint16(a) } // as they stand in memory

func (x *index) add(n needle) {
	x.opens[n.text[0]] = true
	x.by[n.text[0]] = append(x.by[n.text[0]], n)
	x.starts(n.text[0], n.text[1])
	for _, c := range []byte(n.kind.second()) {
		x.starts(n.text[0], c)
		x.begins([]byte{n.text[0], c, 0, 0})
		x.behind(c, n)
	}
	x.goesOn(n)
}

func (x *index) starts(a, b byte) {
	x.first.add(pairOf(a, b))
	x.early.add(pairOf(a, b))
}

func (x *index) begins(four []byte) {
	k := key(four)
	x.fours[k>>6] |= 1 << (k & 63)
}

// behind adds what may follow a byte of noise that is the second of a needle.
func (x *index) behind(c byte, n needle) {
	x.early.add(pairOf(c, n.text[1]))
	for d := range 256 {
		if c == 0x1b || n.kind.begins(byte(d)) { // a sequence goes on with anything
			x.early.add(pairOf(c, byte(d)))
		}
	}
}

// goesOn adds what may follow the first byte of a needle and stand before its third,
// and what may follow these two.
func (x *index) goesOn(n needle) {
	four := []byte(n.text[:4])
	x.early.add(pairOf(four[1], four[2]))
	x.begins(four)
	for _, c := range loose {
		if n.kind.begins(c) {
			x.early.add(pairOf(four[1], c))
			x.begins([]byte{four[0], four[1], c, loose[0]})
			x.begins([]byte{four[0], four[1], c, four[2]})
			x.begins([]byte{four[0], four[1], four[2], c})
		}
	}
}

func (x *index) sort() {
	x.byTwo = map[uint16][]needle{}
	for _, list := range x.by {
		slices.SortStableFunc(list, func(a, b needle) int { return len(b.text) - len(a.text) })
		for _, n := range list {
			two := pairOf(n.text[0], n.text[1])
			x.byTwo[two] = append(x.byTwo[two], n)
		}
	}
}

// skip is the first place from i on where a needle may begin, or the end.
func (x *index) skip(text []byte, i int) int {
	for ; i+12 <= len(text); i += 8 { // eight places at a time
		eight := binary.LittleEndian.Uint64(text[i+1:])
		found := x.early.bit(uint16(eight)) | x.early.bit(uint16(eight>>16))<<1 | x.early.bit(uint16(eight>>32))<<2 | x.early.bit(uint16(eight>>48))<<3
		for ; found != 0; found &= found - 1 {
			at := i + 2*bits.TrailingZeros64(found)
			if x.may(text[at : at+4]) {
				return at
			}
			if x.may(text[at+1 : at+5]) {
				return at + 1
			}
		}
	}
	for ; i+1 < len(text); i++ {
		if x.first.has(pairOf(text[i], text[i+1])) {
			return i
		}
	}
	if i < len(text) && !x.opens[text[i]] {
		i++
	}
	return i
}

// may says whether a needle may begin with these four bytes.
func (x *index) may(four []byte) bool {
	if !x.first.has(pairOf(four[0], four[1])) {
		return false
	}
	k := key(four)
	if x.byFour != nil {
		k = wholeKey(binary.LittleEndian.Uint32(four))
	}
	return x.fours[k>>6]>>(k&63)&1 != 0
}

// key is a number for what four bytes of a text say of a needle that begins there.
// It may be the same for others. Bytes that may be noise are all alike at the end,
// and behind one that noise of several bytes begins with nothing is known.
func key(four []byte) uint32 {
	k := uint32(four[0])<<24 | uint32(four[1])<<16
	if !isLoose[four[1]] {
		k |= uint32(four[2]) << 8
		if !goesOnWithAny(four[2]) && !isLoose[four[3]] {
			k |= uint32(four[3])
		}
	}
	return k * 0x9e3779b1 >> 14
}

// at is the length of the longest needle that text begins with, and whether
// text is the beginning of one that may be longer than it.
func (x *index) at(text []byte) (length int, more bool) {
	if x.byFour != nil {
		return x.wholeAt(text)
	}
	list := x.by[text[0]]
	if len(text) > 1 && !isLoose[text[1]] {
		list = x.byTwo[pairOf(text[0], text[1])]
	}
	for i := range list {
		n := &list[i]
		if len(text) > 2 && (text[1] != n.text[1] && !n.kind.begins(text[1]) || text[1] == n.text[1] && text[2] != n.text[2] && !n.kind.begins(text[2])) {
			continue // nearly all of them end here
		}
		l, m := n.in(text)
		length, more = max(length, l), more || m
	}
	return length, more
}

// in is how many bytes of text are the needle, from its beginning on; more says that
// text is the beginning of it.
func (n *needle) in(text []byte) (length int, more bool) {
	i, j := 1, 1
	gapI, gapJ := 0, 0 // where a column of characters may have begun
	for i < len(n.text) {
		switch {
		case j == len(text):
			return 0, true
		case text[j] == n.text[i]:
			i, j = i+1, j+1
			continue
		case gapJ == 0 && !n.kind.begins(text[j]) || j-i > mostNoise:
			return 0, false
		}
		k, unsure := 0, false
		if n.kind.begins(text[j]) {
			k, unsure = noise(text[j:], n.kind)
		}
		if k == 0 && !unsure && gapJ > 0 {
			k, unsure = column(text[gapJ:])
			i, j, gapJ = gapI, gapJ, 0
		} else if (n.kind == dumped || n.kind == grouped) && text[j] == ' ' && j+1 < len(text) && text[j+1] == ' ' && text[j-1] != ' ' {
			gapI, gapJ = i, j
		}
		if k == 0 {
			return 0, unsure
		}
		j = min(j+k, len(text))
	}
	if (n.kind == dumped || n.kind == grouped) && bytes.IndexByte(text[:j], ' ') >= 0 {
		rest, more := restOfDump(text[j:])
		return j + rest, more
	}
	return j, false
}
