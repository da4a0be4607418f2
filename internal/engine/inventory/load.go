package inventory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/strict"
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

// Check looks one inventory over by itself. Whether a group stands somewhere and
// has hosts, only all of them together say.
func Check(name string, raw []byte) []prentice.Finding {
	t := newTree()
	t.read(name, raw)
	t.draw(func(string) string { return "" })
	return t.inOrder()
}

// Is says whether a file that is called so is an inventory of a team folder.
func Is(name string) bool {
	base := path.Base(name)
	return slices.Contains(names, base) || path.Ext(base) == ".ini" || path.Base(path.Dir(name)) == Folder && isRead(base)
}

// isRead says whether a file in the folder of inventories is one of them.
func isRead(base string) bool {
	return !strings.HasPrefix(base, "catalog-info.") && (isYAML(base) || path.Ext(base) == ".ini" || path.Ext(base) == "")
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
		case strings.HasPrefix(e.Name(), "."), strings.HasPrefix(e.Name(), "catalog-info."):
		case e.IsDir():
			t.varsFolder(name)
		case isRead(e.Name()):
			t.file(root, name)
		default:
			t.fail(prentice.Pos{File: name}, "name it .ini or .yaml, or take it out of the folder", "is in %s/ and is not an inventory by its name", Folder)
		}
	}
	t.beside(root)
}

// beside refuses the folders that Ansible reads beside an inventory, when there
// is one: what stands there would be silently ignored.
func (t *tree) beside(root *os.Root) {
	for _, name := range []string{"group_vars", "host_vars"} {
		if _, err := root.Stat(name); err == nil && t.files > 0 {
			t.varsFolder(name)
		}
	}
}

func (t *tree) varsFolder(name string) {
	t.fail(prentice.Pos{File: name}, "say the vars in the inventory itself: under [GROUP:vars], or behind the host", "folders beside an inventory are not read")
}

func (t *tree) file(root *os.Root, name string) {
	t.files++
	at := prentice.Pos{File: name}
	info, err := root.Stat(name) // before opening: a named pipe would wait for ever
	switch {
	case err != nil && strings.Contains(err.Error(), "escapes from parent"):
		t.fail(at, "copy the file in; links are followed only within the folder", "is a link that leads out of the team folder")
		return
	case err != nil:
		t.fail(at, "look at the file's owner and mode", "is not readable: %v", cause(err))
		return
	case !info.Mode().IsRegular():
		t.fail(at, "put the inventory into a file of that name, or rename this", "is not a plain file")
		return
	case info.Mode().Perm()&0o111 != 0:
		t.fail(at, "take the x out of its mode if it is a list of hosts; otherwise write what it prints into a file", "is a program by its mode, and inventories are not run")
		return
	case info.Size() > strict.MaxBytes:
		t.tooLong(at, info.Size())
		return
	}
	f, err := root.Open(name)
	if err != nil {
		t.fail(at, "look at the file's owner and mode", "is not readable: %v", cause(err))
		return
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, strict.MaxBytes))
	if err != nil {
		t.fail(at, "look at the disk", "is not readable: %v", cause(err))
		return
	}
	t.read(name, raw)
}

// read reads the text of one inventory.
func (t *tree) read(name string, raw []byte) {
	switch why := notText(raw); {
	case len(raw) > strict.MaxBytes:
		t.tooLong(prentice.Pos{File: name}, int64(len(raw)))
	case why != "":
		t.fail(prentice.Pos{File: name, Line: 1}, "save it as plain UTF-8 without a byte order mark", "%s", why)
	case isYAML(name):
		readYAML(t, name, raw)
	default:
		readINI(t, name, raw)
	}
}

func (t *tree) tooLong(at prentice.Pos, size int64) {
	t.fail(at, "divide it into several files in "+Folder+"/", "has %d bytes, at most %d are read", size, strict.MaxBytes)
}

// Marks changes whenever an inventory of a team folder does.
func Marks(dir string) string {
	var b strings.Builder
	for _, pattern := range append(slices.Clone(names), Folder+"/*", "group_vars", "host_vars") {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			continue // the patterns are ours, and well formed
		}
		for _, name := range found {
			if about, err := fs.Stat(os.DirFS(dir), name); err == nil {
				fmt.Fprintf(&b, "%q %d %v %d ", name, about.Size(), about.Mode(), about.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}

// cause is what went wrong without the path, which the finding names already.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
