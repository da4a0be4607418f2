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
	"prentice/internal/team"
)

// MaxHosts is how many hosts a team's inventories may have together.
const MaxHosts = 10_000

// Folder is the folder of the team folder in which every file is an inventory.
const Folder = "inventory"

// names are those of inventories in the team folder itself.
var names = []string{"inventory.ini", "inventory.yaml", "inventory.yml"}

// Inventory is what a team's inventories say together. Keys are the files of the
// private keys that hosts name, and Jumps the hosts to jump through, by bare name.
type Inventory struct {
	Hosts []team.Host // sorted by ref
	Asked bool        // some were asked for, and may be others the next time
	Keys  map[string]string
	Jumps map[string]string
}

// Load reads the inventories of a team folder as one. hostName says where a host
// is that the inventory gives no address, or "", and then its name is its
// address. While a finding is an error, the inventory must not be acted on.
func Load(dir string, hostName func(string) string) (Inventory, []prentice.Finding) {
	return LoadAsking(dir, hostName, nil)
}

// LoadAsking is Load that asks Ansible for what no file says; nil asks no one.
func LoadAsking(dir string, hostName func(string) string, ask Ask) (Inventory, []prentice.Finding) {
	t := newTree()
	t.folder(dir)
	t.ask(dir, ask)
	t.settle()
	inv := t.draw(hostName)
	inv.Asked = ask != nil && len(t.programs) > 0
	t.deserted()
	t.sayUnreached()
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
	t.read(name, []byte(strings.TrimPrefix(string(raw), "\ufeff")))
	t.ask("", nil)
	t.draw(func(string) string { return "" })
	t.sayUnreached()
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
	return !isOther(base) && !slices.Contains(ignored, path.Ext(base)) && !slices.Contains([]string{".j2", ".json5", ".toml"}, path.Ext(base))
}

// isOther says whether what is called so is passed over, as hidden, an editor's
// backup or the catalog's.
func isOther(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || strings.HasPrefix(base, "catalog-info.")
}

func isYAML(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name))
}

// folder reads every inventory of a team folder. A link is followed only when it
// leads to a file within the folder.
func (t *tree) folder(dir string) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return // the catalog, which is in the same folder, says so
	}
	defer root.Close()
	for _, name := range names {
		if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.file(root, name)
		}
	}
	t.folderOf(root, Folder, 0)
	if t.files > 0 {
		t.beside(root)
	}
}

// folderOf reads a folder of inventories and the folders in it. One with vars of
// its own is another inventory, and not a part of this one.
func (t *tree) folderOf(root *os.Root, folder string, depth int) {
	entries, err := fs.ReadDir(root.FS(), folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		t.fail(prentice.Pos{File: folder}, "make it a folder whose files are inventories, or rename it", "cannot be listed: %v", cause(err))
	case depth > deepest:
		t.fail(prentice.Pos{File: folder}, "take it out, or the link that leads in a ring", "is more than %d folders deep", deepest)
		return
	}
	for _, e := range entries {
		if depth > 0 && slices.Contains(besides, e.Name()) {
			t.advise(prentice.Pos{File: folder}, "copy its files to "+Folder+"/ itself if their hosts are to be known here", "is an inventory of its own, with %s, and is not read", e.Name())
			return
		}
	}
	for _, e := range entries {
		switch name := path.Join(folder, e.Name()); {
		case isOther(e.Name()):
		case slices.Contains(besides, e.Name()): // when all groups and hosts are known
		case e.IsDir():
			t.folderOf(root, name, depth+1)
		case isRead(e.Name()):
			t.file(root, name)
		case !slices.Contains(ignored, path.Ext(e.Name())):
			t.advise(prentice.Pos{File: name}, "name it .ini or .yaml, or take it out of the folder", "is in %s/ and is not an inventory by its name", Folder)
		}
	}
}

// ignored are the endings of what Ansible passes over in a folder of inventories.
var ignored = []string{".pyc", ".pyo", ".swp", ".bak", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"}

func (t *tree) file(root *os.Root, name string) {
	t.files++
	t.sources = append(t.sources, name)
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
