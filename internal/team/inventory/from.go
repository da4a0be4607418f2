package inventory

import (
	"os"
	"path/filepath"
	"strings"

	"prentice"
)

// From reads an inventory that is not in a team folder: a file, or a folder of
// files, with the vars beside it, as Ansible does with -i. Places are named below
// its folder.
func From(name string, hostName func(string) string) (Inventory, []prentice.Finding) {
	t := newTree()
	t.from(name)
	t.settle()
	inv := t.draw(hostName)
	t.deserted()
	t.sayUnreached()
	return inv, t.inOrder()
}

func (t *tree) from(name string) {
	about, err := os.Stat(name)
	if err != nil {
		t.unreadable(prentice.Pos{File: name}, err)
		return
	}
	dir, base := filepath.Split(strings.TrimRight(name, "/"))
	if about.IsDir() {
		dir, base = name, "."
	}
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		t.unreadable(prentice.Pos{File: name}, err)
		return
	}
	defer root.Close()
	if about.IsDir() {
		t.folderOf(root, base, 0)
	} else {
		t.file(root, base)
	}
	t.beside(root)
}
