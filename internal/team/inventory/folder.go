package inventory

import (
	"io/fs"
	"os"
	"path"
	"slices"

	"prentice"
)

// mostListed is how many names the folders may hold, and deepest how deep they
// may stand in each other: a link may lead in a ring.
const (
	mostListed = 3 * MaxHosts
	deepest    = 8
)

// list gives the names in a folder in their order.
func (t *tree) list(root *os.Root, folder string) []string {
	at := prentice.Pos{File: folder}
	about, err := root.Stat(folder)
	switch {
	case err != nil:
		t.unreadable(at, err)
		return nil
	case !about.IsDir():
		t.fail(at, "make it a folder whose files are called like groups or hosts, or rename it", "is not a folder")
		return nil
	}
	found, err := listed(root, folder)
	if err != nil {
		t.unreadable(at, err)
		return nil
	}
	before := t.listed
	if t.listed += len(found); t.listed > mostListed {
		if before <= mostListed {
			t.fail(at, "take out what says nothing of hosts", "is too much: the folders of vars hold more than %d names", mostListed)
		}
		return nil
	}
	return found
}

// listed gives the names in a folder in their order, without those that are
// passed over.
func listed(root *os.Root, folder string) ([]string, error) {
	f, err := root.Open(folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := f.Readdirnames(-1)
	slices.Sort(found)
	return slices.DeleteFunc(found, isOther), err
}

// walk hands over what is called so, and all that is below it when it is a
// folder, while there is some left to look at.
func walk(root *os.Root, name string, left *int, depth int, do func(name string, about fs.FileInfo)) {
	about, err := root.Stat(name)
	if *left--; err != nil || *left < 0 {
		return
	}
	do(name, about)
	if !about.IsDir() || depth > deepest+2 {
		return
	}
	found, _ := listed(root, name) // reading says why not
	for _, base := range found {
		walk(root, path.Join(name, base), left, depth+1, do)
	}
}
