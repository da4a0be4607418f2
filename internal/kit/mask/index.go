package mask

import "slices"

// needle is a text that gives a secret away, and what may stand between its bytes.
type needle struct {
	text string
	kind kind
}

// index finds needles. Nearly all of a text begins none, and is passed over by
// the first two bytes alone.
type index struct {
	by    [256][]needle // by their first byte, longest first
	pairs [1024]uint64  // a bit for each pair of bytes that one begins with
}

func (x *index) add(n needle) {
	x.by[n.text[0]] = append(x.by[n.text[0]], n)
	x.pair(n.text[0], n.text[1])
	for i := range len(steering) {
		x.pair(n.text[0], steering[i])
	}
	if n.kind == folded {
		x.pair(n.text[0], '\n')
	}
}

func (x *index) pair(a, b byte) {
	pair := int(a)<<8 | int(b)
	x.pairs[pair>>6] |= 1 << (pair & 63)
}

func (x *index) sort() {
	for _, list := range x.by {
		slices.SortStableFunc(list, func(a, b needle) int { return len(b.text) - len(a.text) })
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
// text is the beginning of one that may be longer than it.
func (x *index) at(text []byte) (length int, more bool) {
	list := x.by[text[0]]
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
	for i < len(n.text) {
		switch {
		case j == len(text):
			return 0, true
		case text[j] == n.text[i]:
			i, j = i+1, j+1
		case !n.kind.begins(text[j]) || j-i > mostNoise:
			return 0, false
		default:
			k, unsure := noise(text[j:], n.kind)
			if k == 0 {
				return 0, unsure
			}
			j = min(j+k, len(text))
		}
	}
	return j, false
}
