package inventory

import (
	"cmp"
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
	t := &tree{groups: map[string]*group{}, hosts: map[string]*host{}}
	t.group(all, prentice.Pos{})
	each(t, dir, func(name string, raw []byte) {
		if isYAML(name) {
			readYAML(t, name, raw)
			return
		}
		readINI(t, name, raw)
	})
	inv := t.draw(hostName)
	slices.SortStableFunc(t.findings, func(a, b prentice.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return inv, t.findings
}

func isYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// each hands over every inventory of a team folder. A link is followed only when
// it leads to a file within the folder.
func each(t *tree, dir string, read func(name string, raw []byte)) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return // the catalogue, which is in the same folder, says so
	}
	defer root.Close()
	for _, name := range names {
		if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			file(t, root, name, read)
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
		case isYAML(name), path.Ext(name) == ".ini", path.Ext(name) == "":
			file(t, root, name, read)
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

func file(t *tree, root *os.Root, name string, read func(name string, raw []byte)) {
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
		t.fail(at, "divide it into several files in "+Folder+"/", "has %d bytes, at most %d are read", info.Size(), strict.MaxBytes)
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
	if why := notText(raw); why != "" {
		t.fail(prentice.Pos{File: name, Line: 1}, "save it as plain UTF-8 without a byte order mark", "%s", why)
		return
	}
	read(name, raw)
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
