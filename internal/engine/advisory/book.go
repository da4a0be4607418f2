package advisory

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"hash/crc32"
	"hash/fnv"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"prentice"
)

// About is what a book says of itself.
type About struct {
	Source     string         `json:"source"`
	AsOf       time.Time      `json:"as_of"`          // the day of which its advisories are
	Said       bool           `json:"said,omitempty"` // a person said so, and not the advisories
	Imported   time.Time      `json:"imported"`
	Advisories int            `json:"advisories"`
	Withdrawn  int            `json:"withdrawn"`
	Ecosystems map[string]int `json:"ecosystems"` // how many advisories are of each
	Digest     string         `json:"digest"`     // of the advisories, in the order in which they came
}

// A book is: the first line, an advisory as JSON after the other, the index sorted by the
// hash of its keys, what it says of itself, and where that begins.
const (
	firstLine = "prentice advisories 1\n"
	lastWord  = "PRADV001"
	markSize  = 24
	tailSize  = 8 + 8 + 4 + len(lastWord)
)

// mark is an entry of the index: where the record of a key is.
type mark struct {
	key      uint64
	at       uint64
	size, ok uint32 // ok is the checksum of the record
}

// about is what stands at the end.
type about struct {
	About
	IndexAt int64  `json:"index_at"`
	Marks   int    `json:"marks"`
	IndexOK uint32 `json:"index_ok"`
}

// Writer makes a book. It writes from the beginning to the end and never goes back.
type Writer struct {
	w      io.Writer
	at     int64
	marks  []mark
	about  About
	digest hash.Hash
	newest time.Time
}

// NewWriter begins a book.
func NewWriter(w io.Writer) (*Writer, error) {
	b := &Writer{w: w, digest: sha256.New(), about: About{Ecosystems: map[string]int{}}}
	return b, b.write([]byte(firstLine))
}

func (b *Writer) write(text []byte) error {
	n, err := b.w.Write(text)
	b.at += int64(n)
	return err
}

// Add adds an advisory. What is of no package that a lock file could name is kept as well,
// for people who ask for it by its name.
func (b *Writer) Add(a Advisory) error {
	record, err := json.Marshal(a)
	if err != nil {
		return err
	}
	b.digest.Write(record)
	m := mark{at: uint64(b.at), size: uint32(len(record)), ok: crc32.ChecksumIEEE(record)}
	if err := b.write(append(record, '\n')); err != nil {
		return err
	}
	keys := map[uint64]bool{keyOf("id", a.ID): true}
	for _, alias := range a.Aliases {
		keys[keyOf("id", alias)] = true
	}
	b.about.Advisories++
	if !a.Withdrawn.IsZero() {
		b.about.Withdrawn++
	} else {
		seen := map[string]bool{}
		for _, of := range a.Affected {
			keys[keyOf(of.Ecosystem, of.Name)] = true
			if !seen[of.Ecosystem] && (len(b.about.Ecosystems) < 5000 || b.about.Ecosystems[of.Ecosystem] > 0) {
				b.about.Ecosystems[of.Ecosystem]++
			}
			seen[of.Ecosystem] = true
		}
	}
	for key := range keys {
		m.key = key
		b.marks = append(b.marks, m)
	}
	for _, at := range []time.Time{a.Modified, a.Published, a.Withdrawn} {
		if at.After(b.newest) {
			b.newest = at
		}
	}
	return nil
}

// Newest is the newest day that an advisory names; zero where none does.
func (b *Writer) Newest() time.Time { return b.newest }

// Close ends the book. It does not close what it was written to.
func (b *Writer) Close(is About) (About, error) {
	is.Advisories, is.Withdrawn, is.Ecosystems = b.about.Advisories, b.about.Withdrawn, b.about.Ecosystems
	is.Digest = "sha256:" + hex.EncodeToString(b.digest.Sum(nil))
	slices.SortFunc(b.marks, func(x, y mark) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.at, y.at)) })
	index := make([]byte, 0, len(b.marks)*markSize)
	for _, m := range b.marks {
		index = binary.BigEndian.AppendUint64(index, m.key)
		index = binary.BigEndian.AppendUint64(index, m.at)
		index = binary.BigEndian.AppendUint32(index, m.size)
		index = binary.BigEndian.AppendUint32(index, m.ok)
	}
	end := about{About: is, IndexAt: b.at, Marks: len(b.marks), IndexOK: crc32.ChecksumIEEE(index)}
	if err := b.write(index); err != nil {
		return About{}, err
	}
	endAt := b.at
	text, err := json.Marshal(end)
	if err != nil {
		return About{}, err
	}
	tail := binary.BigEndian.AppendUint64(nil, uint64(endAt))
	tail = binary.BigEndian.AppendUint64(tail, uint64(len(text)))
	tail = binary.BigEndian.AppendUint32(tail, crc32.ChecksumIEEE(text))
	return is, b.write(append(append(text, tail...), lastWord...))
}

// keyOf is the hash of a key. Who finds a record by it looks whether it is the one.
func keyOf(kind, name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(kind + "\x00" + strings.ToLower(name)))
	return h.Sum64()
}

// Book is one that is open.
type Book struct {
	About
	r     io.ReaderAt
	end   about
	index []byte
}

// mostEnd is how many bytes a book may say of itself.
const mostEnd = 1 << 20

// ReadAbout reads what a book says of itself, and no more.
func ReadAbout(r io.ReaderAt, size int64) (*Book, error) {
	tail := make([]byte, tailSize)
	if size < int64(tailSize+len(firstLine)) || readAt(r, tail, size-int64(tailSize)) != nil || string(tail[20:]) != lastWord {
		return nil, damaged("it is cut off, or no book of advisories")
	}
	at, n := int64(binary.BigEndian.Uint64(tail)), int64(binary.BigEndian.Uint64(tail[8:]))
	if n < 0 || n > mostEnd || at < 0 || at+n+int64(tailSize) != size {
		return nil, damaged("its end is altered")
	}
	text := make([]byte, n)
	if readAt(r, text, at) != nil || crc32.ChecksumIEEE(text) != binary.BigEndian.Uint32(tail[16:]) {
		return nil, damaged("its end is altered")
	}
	b := &Book{r: r}
	if err := json.Unmarshal(text, &b.end); err != nil {
		return nil, damaged("its end is altered")
	}
	if b.end.Marks < 0 || b.end.IndexAt < 0 || b.end.IndexAt+int64(b.end.Marks)*markSize != at {
		return nil, damaged("its index is altered")
	}
	b.About = b.end.About
	return b, nil
}

// Open opens a book. What it is read from must stay open.
func Open(r io.ReaderAt, size int64) (*Book, error) {
	b, err := ReadAbout(r, size)
	if err != nil {
		return nil, err
	}
	b.index = make([]byte, b.end.Marks*markSize)
	if readAt(r, b.index, b.end.IndexAt) != nil || crc32.ChecksumIEEE(b.index) != b.end.IndexOK {
		return nil, damaged("its index is altered")
	}
	return b, nil
}

func readAt(r io.ReaderAt, into []byte, at int64) error {
	n, err := r.ReadAt(into, at)
	if n == len(into) {
		return nil
	}
	return err
}

func damaged(why string) error {
	return prentice.Errorf(prentice.Unavailable, "the book of advisories is damaged: %s", why).Try("import it again: prentice advisory import FILE")
}

// find reads the records of a key.
func (b *Book) find(kind, name string) (list []Advisory, err error) {
	key := keyOf(kind, name)
	first := sort.Search(b.end.Marks, func(i int) bool { return b.mark(i).key >= key })
	for i := first; i < b.end.Marks; i++ {
		m := b.mark(i)
		if m.key != key {
			break
		}
		a, err := b.record(m)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func (b *Book) mark(i int) mark {
	e := b.index[i*markSize:]
	return mark{binary.BigEndian.Uint64(e), binary.BigEndian.Uint64(e[8:]), binary.BigEndian.Uint32(e[16:]), binary.BigEndian.Uint32(e[20:])}
}

func (b *Book) record(m mark) (a Advisory, err error) {
	if int64(m.at)+int64(m.size) > b.end.IndexAt || m.size > 2*MostAdvisory {
		return a, damaged("an advisory lies outside of it")
	}
	text := make([]byte, m.size)
	if readAt(b.r, text, int64(m.at)) != nil || crc32.ChecksumIEEE(text) != m.ok || json.Unmarshal(text, &a) != nil {
		return a, damaged("an advisory in it is altered")
	}
	return a, nil
}
