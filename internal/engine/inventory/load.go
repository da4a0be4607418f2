package inventory

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"prentice"
)

// MaxHosts is how many hosts a team's inventories may have together.
const MaxHosts = 10_000

// Folder is the folder of the team folder in which every file is an inventory.
const Folder = "inventory"

// names are those of inventories in the team folder itself.
var names = []string{"inventory.ini", "inventory.yaml", "inventory.yml"}

// Inventory is what a team's inventories say together. Keys are the files of the
// private keys that hosts name, by bare name.
type Inventory struct {
	Hosts []prentice.Host // sorted by ref
	Keys  map[string]string
}

// Load reads the inventories of a team folder as one. hostName says where a host
// is that the inventory gives no address, or "", and then its name is its
// address. While a finding is an error, the inventory must not be acted on.
func Load(dir string, hostName func(string) string) (Inventory, []prentice.Finding) {
	t := newTree()
	t.folder(dir)
	t.settle()
	inv := t.draw(hostName)
	t.deserted()
	return inv, t.inOrder()
}

// Check looks over one inventory, or one file of vars beside it, by itself.
// Whether a group stands somewhere and has hosts, only all of them together say.
func Check(name string, raw []byte) []prentice.Finding {
	t := newTree()
	if isVars(name) {
		t.readVars(name, raw)
		return t.inOrder()
	}
	t.read(name, raw)
	t.draw(func(string) string { return "" })
	return t.inOrder()
}

// Is says whether a file that is called so is an inventory of a team folder, or
// one of vars beside it.
func Is(name string) bool {
	base := path.Base(name)
	return isVars(name) || slices.Contains(names, base) || path.Ext(base) == ".ini" || path.Base(path.Dir(name)) == Folder && isRead(base)
}

// isRead says whether a file in the folder of inventories is one of them.
func isRead(base string) bool {
	return !isOther(base) && (isYAML(base) || path.Ext(base) == ".ini" || path.Ext(base) == "")
}

// isOther says whether what is called so is passed over, as hidden, an editor's
// backup or the catalogue's.
func isOther(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "catalog-info.")
}

func isYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// folder reads every inventory of a team folder. A link is followed only when it
// leads to a file within the folder.
func (t *tree) folder(dir string) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return // the catalogue, which is in the same folder, says so
	}
	defer root.Close()
	for _, name := range names {
		if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.file(root, name)
		}
	}
	entries, err := fs.ReadDir(root.FS(), Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.fail(prentice.Pos{File: Folder}, "make it a folder whose files are inventories, or rename it", "cannot be listed: %v", cause(err))
	}
	for _, e := range entries {
		switch name := path.Join(Folder, e.Name()); {
		case isOther(e.Name()):
		case slices.Contains(besides, e.Name()): // when all groups and hosts are known
		case e.IsDir():
			t.fail(prentice.Pos{File: name}, "put its files into "+Folder+"/ itself", "is a folder in %s/, and is not read", Folder)
		case isRead(e.Name()):
			t.file(root, name)
		default:
			t.fail(prentice.Pos{File: name}, "name it .ini or .yaml, or take it out of the folder", "is in %s/ and is not an inventory by its name", Folder)
		}
	}
	if t.files > 0 {
		t.beside(root)
	}
}

func (t *tree) file(root *os.Root, name string) {
	t.files++
	if raw, ok := t.guarded(root, name); ok {
		t.read(name, raw)
	}
}

// read reads the text of one inventory.
func (t *tree) read(name string, raw []byte) {
	switch {
	case !t.isText(name, raw):
	case isVault(raw):
		t.fail(prentice.Pos{File: name, Line: 1}, "keep the hosts in plain text, and a secret with: prentice secret set NAME FILE", "is encrypted with ansible-vault, and the hosts in it are needed")
	case isYAML(name):
		readYAML(t, name, raw)
	default:
		readINI(t, name, raw)
	}
}

// Marks changes whenever an inventory of a team folder does, or a file of vars
// beside it.
func Marks(dir string) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	var b strings.Builder
	left := mostListed
	for _, name := range slices.Concat(names, []string{Folder}, besides) {
		walk(root, name, &left, 0, func(name string, about fs.FileInfo) {
			fmt.Fprintf(&b, "%q %d %v %d ", name, about.Size(), about.Mode(), about.ModTime().UnixNano())
		})
	}
	return b.String()
}
