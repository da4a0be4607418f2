package toolchain

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/dirhash"

	"prentice/internal/engine/tool"
)

// programs are what a tool is called on a machine.
var programs = map[string]string{"go": "go", "node": "node", "python": "python3", "rust": "rustc", "java": "java", "ruby": "ruby", "php": "php", "postgresql": "postgres",
	"mysql": "mysqld", "mariadb": "mariadbd", "redis": "redis-server", "valkey": "valkey-server", "nginx": "nginx", "dotnet": "dotnet"}

// Machine is where tools are looked for. Root is "/", but for tests.
type Machine struct {
	World
	Root     string
	Platform string
}

// ThisMachine is the one on which the program runs.
func ThisMachine() Machine { return Machine{Here(), "/", runtime.GOOS + "/" + runtime.GOARCH} }

// On is the platform.
func (m Machine) On() string { return m.Platform }

// Find finds a tool as the shell would, with its version as its own files say it: no program
// is run. Of Go it is the one that the go command takes for a repository which asks for wish.
func (m Machine) Find(name string, wish tool.Wish) (tool.Found, bool) {
	f := tool.Found{Tool: name, Platform: m.Platform}
	if name == "debian" || name == "ubuntu" || name == "alpine" {
		f.Version = m.system(name)
		return f, f.Version != ""
	}
	program := programs[name]
	if program == "" {
		return f, false
	}
	if f.Path = m.program(program); f.Path == "" {
		return f, false
	}
	f.Version = m.version(name, f.Path)
	if name == "go" && !wish.Fits(tool.Exactly("go", f.Version)) {
		if at, version := m.downloadedGo(wish.Text); at != "" {
			f.Path, f.Version = at, version
		}
	}
	return f, true
}

// Verify reads the program, and compares it with what is known of it on this machine.
func (m Machine) Verify(f tool.Found) (tool.Found, error) {
	var err error
	if f.Digest, err = digestOf(f.Path); err != nil {
		return f, err
	}
	f.Verified, f.By = tool.Seen, ""
	if module, sum := m.bySumDB(f.Path); sum != "" {
		f.Verified, f.By = tool.SumDB, module+" "+sum
		return f, nil
	}
	if p, found := m.owner(f.Path); found && p.recorded(f.Path) {
		f.Verified, f.By = tool.Package, p.name+" "+p.version+" of dpkg"
	}
	return f, nil
}

// program is the file of a program that the path finds first. Scripts that look for another
// program are passed over; what rustup put there leads to the toolchain that it uses.
func (m Machine) program(name string) string {
	dirs := append(filepath.SplitList(m.Getenv("PATH")), filepath.Join(m.Root, "usr/sbin"))
	if name == "postgres" {
		more, _ := filepath.Glob(filepath.Join(m.Root, "usr/lib/postgresql/*/bin")) // the pattern is good
		slices.Reverse(more)
		dirs = append(dirs, more...)
	}
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			continue
		}
		file, err := filepath.EvalSymlinks(filepath.Join(dir, name))
		if err != nil || !isProgram(file) {
			continue
		}
		if rustup := first(m.Getenv("RUSTUP_HOME"), filepath.Join(m.Home, ".rustup")); name == "rustc" && strings.HasSuffix(filepath.Dir(file), ".cargo/bin") {
			chain := defaultToolchain(filepath.Join(rustup, "settings.toml"))
			if file = filepath.Join(rustup, "toolchains", chain, "bin", "rustc"); chain == "" || !isProgram(file) {
				continue
			}
		}
		return file
	}
	return ""
}

var (
	goVersion   = regexp.MustCompile(`^go([0-9][0-9A-Za-z.]*)`)
	nodeVersion = regexp.MustCompile(`(?m)^#define NODE_(?:MAJOR|MINOR|PATCH)_VERSION (\d+)$`)
	pyVersion   = regexp.MustCompile(`(?m)^#define PY_VERSION\s+"([0-9][0-9A-Za-z.+]*)"`)
	javaVersion = regexp.MustCompile(`(?m)^JAVA_VERSION="([0-9][0-9.+]*)"`)
	rustVersion = regexp.MustCompile(`(?m)^\[pkg\.rustc\]\s*\nversion = "([0-9][0-9A-Za-z.-]*)`)
	pyProgram   = regexp.MustCompile(`^python(\d+\.\d+)$`)
)

// version is what the files beside a program say; "" is that none does.
func (m Machine) version(name, file string) string {
	root := filepath.Dir(filepath.Dir(file))
	says := func(in string, re *regexp.Regexp) string {
		found := re.FindAllStringSubmatch(beginning(filepath.Join(root, in)), 3)
		var words []string
		for _, one := range found {
			words = append(words, one[1])
		}
		return strings.Join(words, ".")
	}
	is := ""
	switch name {
	case "go":
		is = says("VERSION", goVersion)
	case "node":
		is = says("include/node/node_version.h", nodeVersion)
	case "python":
		if p := pyProgram.FindStringSubmatch(filepath.Base(file)); p != nil {
			is = first(says("include/python"+p[1]+"/patchlevel.h", pyVersion), m.packaged(file), p[1])
		}
	case "java":
		is = says("release", javaVersion)
	case "rust":
		is = says("lib/rustlib/multirust-channel-manifest.toml", rustVersion)
	}
	return first(is, m.packaged(file))
}

// packaged is the version of the package that a file is of, as its makers count it.
func (m Machine) packaged(file string) string {
	p, found := m.owner(file)
	if !found {
		return ""
	}
	version := p.version
	if _, rest, epoch := strings.Cut(version, ":"); epoch {
		version = rest
	}
	if i := strings.LastIndexByte(version, '-'); i > 0 {
		version = version[:i]
	}
	version, _, _ = strings.Cut(version, "~")
	version, _, _ = strings.Cut(version, "+")
	return version
}

// system is the version of the system, where it is of that name.
func (m Machine) system(name string) string {
	set := map[string]string{}
	for line := range strings.Lines(beginning(filepath.Join(m.Root, "etc/os-release"))) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		set[key] = strings.Trim(value, `"'`)
	}
	if set["ID"] != name {
		return ""
	}
	return set["VERSION_ID"]
}

// goCache is the folder of modules.
func (m Machine) goCache() string {
	return first(m.Getenv("GOMODCACHE"), filepath.Join(first(firstOf(m.Getenv("GOPATH")), filepath.Join(m.Home, "go")), "pkg", "mod"))
}

const goToolchain = "golang.org/toolchain@v0.0.1-go"

var exactGo = regexp.MustCompile(`^1\.[0-9]{1,3}(\.[0-9]{1,3}|rc[0-9]{1,2})$`)

// downloadedGo is a toolchain that the go command downloaded.
func (m Machine) downloadedGo(version string) (file, is string) {
	if !exactGo.MatchString(version) {
		return "", ""
	}
	file = filepath.Join(m.goCache(), goToolchain+version+"."+strings.ReplaceAll(m.Platform, "/", "-"), "bin", "go")
	if !isProgram(file) {
		return "", ""
	}
	return file, version
}

// bySumDB is the module and the hash of a toolchain in the module cache whose files all are
// as the go command found them right, which asks the checksum database of each.
func (m Machine) bySumDB(file string) (module, sum string) {
	dir := filepath.Dir(filepath.Dir(file))
	module = strings.TrimPrefix(dir, m.goCache()+"/")
	name, version, is := strings.Cut(module, "@")
	if !is || name != "golang.org/toolchain" || strings.Contains(version, "/") {
		return "", ""
	}
	want := strings.TrimSpace(beginning(filepath.Join(m.goCache(), "cache/download", name, "@v", version+".ziphash")))
	got, err := dirhash.HashDir(dir, module, dirhash.Hash1)
	if err != nil || want == "" || got != want {
		return "", ""
	}
	return module, want
}

// digestOf is the digest of a file's content.
func digestOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return hashed(f)
}

func hashed(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// beginning is what a file of a tool says, at most 4 MiB of it; "" is one that is not there.
func beginning(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(f, 4<<20))
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	return string(text)
}

// lines goes over the lines of a file until each says that it is enough.
func lines(name string, each func(string) (enough bool)) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close() //nolint:errcheck // it was only read
	s := bufio.NewScanner(f)
	for s.Scan() {
		if each(s.Text()) {
			return
		}
	}
}
