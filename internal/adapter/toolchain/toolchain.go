package toolchain

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
)

// Lent is a folder of the machine and where a build finds it, to read.
type Lent struct{ From, To string }

// Tools are what a build finds.
type Tools struct {
	Lent  []Lent
	Path  []string          // folders before those of the system
	Env   map[string]string // what tells them where they are
	Cache []string          // folders that they fill, in Home, which are worth keeping
}

// Home is the home folder of a build, at is where tools stand that are lent.
const (
	Home = "/home"
	at   = "/opt/tools/"
)

// World is what is asked of the machine.
type World struct {
	Getenv func(string) string
	Home   string
}

// Here is this machine.
func Here() World {
	home, _ := os.UserHomeDir() // without one, nothing of it is found
	return World{os.Getenv, home}
}

// Find finds the tools of a machine.
func (w World) Find() Tools {
	t := Tools{Env: map[string]string{"CI": "true"}}
	w.golang(&t)
	w.rust(&t)
	w.plain(&t, "node")
	w.plain(&t, "python3")
	return t
}

// Online are the tools of a build that may reach hosts. What was downloaded for others on
// this machine is not lent to it, for it could be carried away; it downloads its own.
func (t Tools) Online() Tools {
	t.Env, t.Cache = maps.Clone(t.Env), slices.Clone(t.Cache)
	t.Lent = slices.DeleteFunc(slices.Clone(t.Lent), func(l Lent) bool { return strings.HasPrefix(l.To, Home+"/") })
	for variable, downloads := range map[string][]string{
		"GOPROXY":           {Home + "/go/pkg/mod/cache/download"},
		"CARGO_NET_OFFLINE": {Home + "/.cargo/registry/cache", Home + "/.cargo/registry/index"},
	} {
		if _, has := t.Env[variable]; has {
			delete(t.Env, variable)
			t.Cache = append(t.Cache, downloads...)
		}
	}
	slices.Sort(t.Cache)
	return t
}

// golang finds Go, and the modules that are on the machine. A build asks no proxy.
func (w World) golang(t *Tools) {
	root := w.rootOf("go")
	if root == "" || !isFile(filepath.Join(root, "VERSION")) {
		return
	}
	t.tool("go", root)
	modules := first(w.Getenv("GOMODCACHE"), filepath.Join(first(firstOf(w.Getenv("GOPATH")), filepath.Join(w.Home, "go")), "pkg", "mod"))
	t.Env["GOPATH"], t.Env["GOMODCACHE"], t.Env["GOPROXY"], t.Env["GOTELEMETRY"] = Home+"/go", Home+"/go/pkg/mod", "off", "off"
	if isFolder(modules) {
		t.Lent = append(t.Lent, Lent{modules, Home + "/go/pkg/mod"})
	}
	t.Env["GOCACHE"] = Home + "/.cache/go-build"
	t.Cache = append(t.Cache, Home+"/.cache/go-build")
}

// rust finds the toolchain that rustup uses, or cargo as it is, and crates that are on
// the machine.
func (w World) rust(t *Tools) {
	rustup := first(w.Getenv("RUSTUP_HOME"), filepath.Join(w.Home, ".rustup"))
	if name := defaultToolchain(filepath.Join(rustup, "settings.toml")); name != "" {
		t.tool("rust", filepath.Join(rustup, "toolchains", name))
	} else {
		w.plain(t, "cargo")
	}
	cargo := first(w.Getenv("CARGO_HOME"), filepath.Join(w.Home, ".cargo"))
	t.Env["CARGO_HOME"], t.Env["CARGO_NET_OFFLINE"] = Home+"/.cargo", "true"
	if crates := filepath.Join(cargo, "registry"); isFolder(crates) {
		t.Lent = append(t.Lent, Lent{crates, Home + "/.cargo/registry"})
	}
}

// defaultToolchain is the one that rustup's settings name.
func defaultToolchain(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, "=")
		name := strings.Trim(strings.TrimSpace(value), `"`)
		if strings.TrimSpace(key) == "default_toolchain" && prentice.ValidName(name) && isFolder(filepath.Join(filepath.Dir(file), "toolchains", name, "bin")) {
			return name
		}
	}
	return ""
}

// plain finds a tool that knows by itself where it stands.
func (w World) plain(t *Tools, program string) {
	if root := w.rootOf(program); root != "" {
		t.tool(program, root)
	}
}

// tool lends the folder of a tool, where the system does not have it.
func (t *Tools) tool(name, root string) {
	if ofSystem(root) {
		if bin := filepath.Join(root, "bin"); !slices.Contains(systemPath, bin) && isFolder(bin) {
			t.Path = append(t.Path, bin)
		}
		return
	}
	if !isFolder(filepath.Join(root, "bin")) {
		return
	}
	t.Lent = append(t.Lent, Lent{root, at + name})
	t.Path = append(t.Path, at+name+"/bin")
}

// rootOf is the folder that holds the bin folder of a program, as its PATH has it. A
// program that is a script which looks for another one is none.
func (w World) rootOf(program string) string {
	for _, dir := range filepath.SplitList(w.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		file, err := filepath.EvalSymlinks(filepath.Join(dir, program))
		if err != nil || !isProgram(file) || filepath.Base(filepath.Dir(file)) != "bin" {
			continue
		}
		if root := filepath.Dir(filepath.Dir(file)); root != w.Home && root != "/" {
			return root
		}
	}
	return ""
}

// isProgram says whether a file is a program of the machine, and no script.
func isProgram(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // it was only read
	head := make([]byte, 4)
	n, _ := f.Read(head) // one that is shorter is no program
	return string(head[:n]) == "\x7fELF"
}

// What every build sees.
var (
	systemFolders = []string{"/usr", "/bin", "/sbin", "/lib", "/lib64"}
	systemPath    = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
)

func ofSystem(dir string) bool {
	return slices.ContainsFunc(systemFolders, func(s string) bool { return dir == s || strings.HasPrefix(dir, s+"/") })
}

// Digest changes when a tool does, or what the system has of them.
func (t Tools) Digest() string {
	var b strings.Builder
	about := func(name string) {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	for _, dir := range slices.Concat(systemPath, []string{"/usr/lib", "/usr/lib64", "/usr/include"}, t.Path) {
		about(dir)
	}
	for _, l := range t.Lent {
		if strings.HasPrefix(l.To, at) {
			about(filepath.Join(l.From, "bin"))
			about(filepath.Join(l.From, "VERSION"))
		}
	}
	for _, dir := range t.Path {
		about(filepath.Join(filepath.Dir(dir), "VERSION"))
	}
	return prentice.Digest([]byte(b.String()))
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func firstOf(list string) string {
	if all := filepath.SplitList(list); len(all) > 0 {
		return all[0]
	}
	return ""
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return filepath.IsAbs(name) && err == nil && info.IsDir()
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
