package testreport

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"prentice"
)

// Coverage is how much of the code was run: of statements, or of lines.
type Coverage struct {
	Covered int64 `json:"covered"`
	Total   int64 `json:"total"`
	Files   int   `json:"files"`

	Folders []Folder `json:"folders,omitempty"` // by name
}

// Folder is how much of the code in one folder was run: a package, in Go.
type Folder struct {
	Name    string `json:"name"`
	Covered int64  `json:"covered"`
	Total   int64  `json:"total"`
}

// Tenths is the coverage of the folder in tenths of a percent, rounded down.
func (f Folder) Tenths() int { return Coverage{Covered: f.Covered, Total: f.Total}.Tenths() }

func (f Folder) String() string { return Percent(f.Tenths()) }

// Add is the coverage of two reports together.
func (c Coverage) Add(more Coverage) Coverage {
	all := Coverage{Covered: c.Covered + more.Covered, Total: c.Total + more.Total, Files: c.Files + more.Files, Folders: slices.Clone(c.Folders)}
	for _, f := range more.Folders {
		i, there := slices.BinarySearchFunc(all.Folders, f.Name, func(f Folder, name string) int { return cmp.Compare(f.Name, name) })
		if !there {
			all.Folders = slices.Insert(all.Folders, i, f)
			continue
		}
		all.Folders[i].Covered += f.Covered
		all.Folders[i].Total += f.Total
	}
	return all
}

// mostPlaces is how many lines, or blocks, a report of coverage may tell of.
const mostPlaces = 2_000_000

// Tenths is the coverage in tenths of a percent, rounded down: one that is whole is 1000,
// and nothing that is less is.
func (c Coverage) Tenths() int {
	if c.Total <= 0 {
		return 0
	}
	return int(c.Covered * 1000 / c.Total)
}

func (c Coverage) String() string { return Percent(c.Tenths()) }

// Percent is tenths of a percent, for people.
func Percent(tenths int) string { return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10) }

// ReadCoverage reads a report of coverage in whichever of the known forms it has.
func ReadCoverage(in io.Reader) (Coverage, error) {
	b, head, err := begun(in)
	if err != nil {
		return Coverage{}, err
	}
	var c Coverage
	switch {
	case strings.HasPrefix(head, "mode:"):
		c, err = CoverProfile(b)
	case strings.HasPrefix(head, "<"):
		c, err = Cobertura(b)
	case strings.HasPrefix(head, "TN:") || strings.HasPrefix(head, "SF:"):
		c, err = LCOV(b)
	default:
		return c, prentice.Errorf(prentice.Invalid, "the report begins with %.40q: it is neither a Go cover profile, nor LCOV, nor Cobertura", head).Try("have the tests write one of them there")
	}
	if err == nil && c.Total == 0 {
		err = prentice.Errorf(prentice.Invalid, "the report of coverage tells of no line").Try("see whether the tests ran")
	}
	return c, err
}

// tally counts places, each once however often it is told of.
type tally struct {
	files map[string]int32
	hit   map[spot]bool
	sizes map[spot]uint16 // of those that are not one statement
}

// spot is a line of a file, or what tells a block of it from others.
type spot struct {
	place uint64
	file  int32
}

func newTally() *tally {
	return &tally{files: map[string]int32{}, hit: map[spot]bool{}, sizes: map[spot]uint16{}}
}

func (t *tally) file(name string) int32 {
	name = Name(name)
	n, known := t.files[name]
	if !known {
		n = int32(len(t.files))
		t.files[name] = n
	}
	return n
}

// add tells of a place of a file, of how many statements, and whether it was run.
func (t *tally) add(at spot, size uint16, hit bool) error {
	if was, known := t.hit[at]; known {
		t.hit[at] = was || hit
		return nil
	}
	if len(t.hit) >= mostPlaces {
		return prentice.Errorf(prentice.Limited, "the report of coverage tells of more than %d places", mostPlaces).Try("measure fewer packages at a time")
	}
	t.hit[at] = hit
	if size != 1 {
		t.sizes[at] = size
	}
	return nil
}

func (t *tally) sum() Coverage {
	c := Coverage{Files: len(t.files)}
	folders := make([]*Folder, len(t.files))
	by := map[string]*Folder{}
	for name, n := range t.files {
		folder := path.Dir(path.Clean(name))
		if by[folder] == nil {
			by[folder] = &Folder{Name: folder}
		}
		folders[n] = by[folder]
	}
	for at, hit := range t.hit {
		size, other := t.sizes[at]
		if !other {
			size = 1
		}
		of := folders[at.file]
		c.Total, of.Total = c.Total+int64(size), of.Total+int64(size)
		if hit {
			c.Covered, of.Covered = c.Covered+int64(size), of.Covered+int64(size)
		}
	}
	for _, f := range by {
		c.Folders = append(c.Folders, *f)
	}
	slices.SortFunc(c.Folders, func(a, b Folder) int { return cmp.Compare(a.Name, b.Name) })
	return c
}
