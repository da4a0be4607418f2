package toolchain

import (
	"crypto/md5" //nolint:gosec // dpkg records no other digest
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pack is an installed package of dpkg.
type pack struct {
	name, version string
	root, info    string // the folder of the machine, and that with what dpkg recorded
}

// owner is the package that a file is of.
func (m Machine) owner(file string) (pack, bool) {
	p := pack{root: m.Root, info: filepath.Join(m.Root, "var/lib/dpkg/info")}
	lists, _ := filepath.Glob(filepath.Join(p.info, "*.list")) // the pattern is good
	wanted := p.recordedAs(file)
	for _, list := range lists {
		found := false
		lines(list, func(line string) bool {
			found = line == "/"+wanted || line == "/"+strings.TrimPrefix(wanted, "usr/")
			return found
		})
		if !found {
			continue
		}
		p.name = strings.TrimSuffix(filepath.Base(list), ".list")
		p.version = m.installed(p.name)
		return p, p.version != ""
	}
	return p, false
}

// recordedAs is a file as dpkg writes it, without the slash.
func (p pack) recordedAs(file string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, strings.TrimSuffix(p.root, "/")), "/")
}

// installed is the version of an installed package.
func (m Machine) installed(name string) (version string) {
	plain, arch, _ := strings.Cut(name, ":")
	of, ours, installed := "", false, false
	lines(filepath.Join(m.Root, "var/lib/dpkg/status"), func(line string) bool {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "Package":
			of, ours, installed = value, value == plain, false
		case "Status":
			installed = strings.HasSuffix(value, " installed")
		case "Architecture":
			ours = ours && (arch == "" || value == arch)
		case "Version":
			if of == plain && ours && installed {
				version = value
			}
		}
		return version != ""
	})
	return version
}

// recorded says whether a file is as dpkg recorded it when it unpacked the package.
func (p pack) recorded(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // it was only read
	h := md5.New()  //nolint:gosec // dpkg records no other digest
	if _, err := io.Copy(h, f); err != nil {
		return false
	}
	is, wanted, same := hex.EncodeToString(h.Sum(nil)), p.recordedAs(file), false
	lines(filepath.Join(p.info, p.name+".md5sums"), func(line string) bool {
		sum, name, _ := strings.Cut(line, "  ")
		if name != wanted && name != strings.TrimPrefix(wanted, "usr/") {
			return false
		}
		same = sum == is
		return true
	})
	return same
}
