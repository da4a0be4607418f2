package log

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// segment names a part of a run's log: when it began, in microseconds, and who
// writes it. 0 is the one that an earlier version began.
type segment struct {
	run    int64
	start  int64
	writer string
}

// before orders the segments of a run.
func before(a, b segment) int {
	return cmp.Or(cmp.Compare(a.start, b.start), strings.Compare(a.writer, b.writer))
}

// The files of a segment that is not stored yet. One without a tail is finished.
const (
	tailFile  = "tail"
	chunkFile = "zst"
	indexFile = "index"
)

// path is a file of a segment in the folder of its writer.
func (s segment) path(folder, sort string) string {
	if s.start == 0 {
		return filepath.Join(folder, fmt.Sprintf("run-%d.%s", s.run, sort))
	}
	return filepath.Join(folder, fmt.Sprintf("run-%d.%d.%s", s.run, s.start, sort))
}

// segmentOf reads the name of a file.
func segmentOf(name, writer string) (s segment, sort string, ok bool) {
	s.writer = writer
	rest, ok := strings.CutPrefix(name, "run-")
	parts := strings.Split(rest, ".")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return s, "", false
	}
	run, err1 := strconv.ParseInt(parts[0], 10, 64)
	var err2 error
	if len(parts) == 3 {
		s.start, err2 = strconv.ParseInt(parts[1], 10, 64)
	}
	s.run, sort = run, parts[len(parts)-1]
	return s, sort, err1 == nil && err2 == nil && slices.Contains([]string{tailFile, chunkFile, indexFile}, sort)
}

// segments are those with files in a place, of one run or, with 0, of all.
func (p Place) segments(run int64) ([]segment, error) {
	folder, err := os.Open(p.Folder)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	var list []segment
	for _, name := range names {
		if s, _, ok := segmentOf(name, p.Writer); ok && (run == 0 || s.run == run) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b segment) int { return cmp.Or(cmp.Compare(a.run, b.run), before(a, b)) })
	return slices.Compact(list), err
}

// allSegments are those of a run, without a hole: a folder that changes while it is
// read may show a younger file and not an older one, so that it is read until
// nothing is new.
func (p Place) allSegments(run int64) (all []segment, err error) {
	for fresh := true; fresh; {
		list, err := p.segments(run)
		if err != nil {
			return all, err
		}
		fresh = false
		for _, s := range list {
			if !slices.Contains(all, s) {
				all, fresh = append(all, s), true
			}
		}
	}
	return all, nil
}

// stored is a segment as an object of the store. Its name says how much it holds.
type stored struct {
	segment
	bytes, lines int64
	size         int64 // of the object
}

const allLogs = "logs/"

func logsOf(run int64) string { return fmt.Sprintf("%srun-%d/", allLogs, run) }

// object is the name in the store.
func (s stored) object() string {
	name := fmt.Sprintf("%s%016d.%d.%d", logsOf(s.run), s.start, s.bytes, s.lines)
	if s.writer != "" {
		name += "." + s.writer
	}
	return name + ".zst"
}

// storedOf reads the name of an object. What has another name is not of us.
func storedOf(name string, size int64) (s stored, ok bool) {
	rest, ok1 := strings.CutPrefix(name, allLogs+"run-")
	run, rest, ok2 := strings.Cut(rest, "/")
	rest, ok3 := strings.CutSuffix(rest, ".zst")
	parts := strings.SplitN(rest, ".", 4)
	if !ok1 || !ok2 || !ok3 || len(parts) < 3 {
		return s, false
	}
	s.size = size
	for i, to := range []*int64{&s.run, &s.start, &s.bytes, &s.lines} {
		n, err := strconv.ParseInt(append([]string{run}, parts...)[i], 10, 64)
		if err != nil || n < 0 {
			return s, false
		}
		*to = n
	}
	if len(parts) == 4 {
		s.writer = parts[3]
	}
	return s, true
}

// entry is where a chunk stands: the offset and the number of lines before it in
// its segment, its own bytes and lines, and its place and length among the
// compressed.
type entry struct{ at, line, size, lines, place, packed int64 }

const entrySize = 48

func (e entry) bytes() []byte {
	var b []byte
	for _, n := range []int64{e.at, e.line, e.size, e.lines, e.place, e.packed} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
}

func entryOf(b []byte) (e entry) {
	for i, to := range []*int64{&e.at, &e.line, &e.size, &e.lines, &e.place, &e.packed} {
		*to = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return e
}

// sound says whether an entry can be one: what lies on a disk is not believed.
func (e entry) sound() bool {
	return e.at >= 0 && e.line >= 0 && e.size > 0 && e.size <= 64*chunk && e.lines > 0 && e.lines <= e.size && e.place >= 0 && e.packed > 0 && e.packed <= 65*chunk
}
