package mask

import "slices"

// index finds needles. Nearly all of a text begins none, and is passed over by
// the first two bytes alone.
type index struct {
	by    [256][]string // by their first byte, longest first
	pairs [1024]uint64  // a bit for each pair of bytes that one begins with
}

func (x *index) add(needle string) {
	x.by[needle[0]] = append(x.by[needle[0]], needle)
	pair := int(needle[0])<<8 | int(needle[1])
	x.pairs[pair>>6] |= 1 << (pair & 63)
}

func (x *index) sort() {
	for _, list := range x.by {
		slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	}
}

// skip is the first place from i on where a needle may begin, or the end.
func (x *index) skip(text []byte, i int) int {
	for ; i+1 < len(text); i++ {
		pair := int(text[i])<<8 | int(text[i+1])
		if x.pairs[pair>>6]&(1<<(pair&63)) != 0 {
			return i
		}
	}
	if i < len(text) && len(x.by[text[i]]) == 0 {
		i++
	}
	return i
}

// at is the length of the longest needle that text begins with, and whether
// text is the beginning of one that is longer than it.
func (x *index) at(text []byte) (length int, more bool) {
	for _, n := range x.by[text[0]] {
		switch {
		case len(n) > len(text):
			more = more || n[:len(text)] == string(text)
		case n == string(text[:len(n)]):
			return len(n), more
		}
	}
	return 0, more
}
