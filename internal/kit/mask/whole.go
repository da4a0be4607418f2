package mask

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// addWhole adds a needle with no noise in its first four bytes.
func (x *index) addWhole(n needle) {
	if x.byFour == nil {
		x.byFour = map[uint32][]needle{}
	}
	x.opens[n.text[0]] = true
	four := binary.LittleEndian.Uint32([]byte(n.text))
	x.byFour[four] = append(x.byFour[four], n)
	x.starts(n.text[0], n.text[1])
	x.early.add(pairOf(n.text[1], n.text[2]))
	k := wholeKey(four)
	x.fours[k>>6] |= 1 << (k & 63)
}

func wholeKey(four uint32) uint32 { return four * 0x9e3779b1 >> 14 }

// wholeAt is as at, of needles with no noise in their first four bytes.
func (x *index) wholeAt(text []byte) (length int, more bool) {
	if len(text) >= 4 {
		four := binary.LittleEndian.Uint32(text)
		for i := range x.byFour[four] {
			l, m := x.byFour[four][i].in(text)
			length, more = max(length, l), more || m
		}
		return length, more
	}
	for _, list := range x.byFour {
		if strings.HasPrefix(list[0].text, string(text)) {
			return 0, true
		}
	}
	return 0, false
}

// lines knows which lines of a text may be those of a dump: they begin with a blank, or
// with an offset. Others are passed over.
type lines struct {
	at   int // up to where they are known
	lead int // digits of the offset so far, or one of these
}

const (
	anOffset  = 7  // and what dumps write before it is longer or as long
	notOfDump = -1 // of the line in which at is
)

// next is the first place from one on, and before another, in a line of a dump, or
// that other place.
func (l *lines) next(text []byte, from, to int) int {
	for l.at < to {
		if l.lead >= anOffset && l.at >= from {
			return l.at
		}
		if l.lead >= anOffset || l.lead == notOfDump {
			end := to
			if l.lead >= anOffset {
				end = from
			}
			n := bytes.IndexByte(text[l.at:end], '\n')
			if n < 0 {
				l.at = end
				continue
			}
			l.at += n
		}
		l.see(text[l.at])
		l.at++
	}
	return to
}

func (l *lines) see(c byte) {
	switch {
	case c == '\n':
		l.lead = 0
	case isHex(c):
		l.lead++
	case l.lead == 0 && (c == ' ' || c == 0x1b):
		l.lead = anOffset
	default:
		l.lead = notOfDump
	}
}
