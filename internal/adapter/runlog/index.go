package runlog

import (
	"encoding/binary"
	"sort"
)

// entry is where a chunk stands: the offset and the number of lines before it,
// its own bytes and lines, and its place and length in the compressed file.
type entry struct{ at, line, size, lines, place, packed int64 }

const entrySize = 48

func (e entry) bytes() []byte {
	var b []byte
	for _, n := range []int64{e.at, e.line, e.size, e.lines, e.place, e.packed} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
}

func (f *file) entry(n int64) (e entry, err error) {
	var b [entrySize]byte
	if _, err := f.index.ReadAt(b[:], n*entrySize); err != nil {
		return e, err
	}
	for i, to := range []*int64{&e.at, &e.line, &e.size, &e.lines, &e.place, &e.packed} {
		*to = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return e, nil
}

// search finds the first chunk of which past says that it ends past what is
// looked for.
func (f *file) search(chunks int64, past func(entry) bool) (e entry, err error) {
	n := sort.Search(int(chunks), func(i int) bool {
		one, failed := f.entry(int64(i))
		if failed != nil {
			err = failed
			return true
		}
		return past(one)
	})
	if err != nil {
		return e, err
	}
	return f.entry(int64(n))
}
