package modcache

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Cache is the folder; "" is nowhere.
type Cache struct{ Dir string }

// Here is where the cache of a person is.
func Here(env func(string) string) Cache {
	if dir := env("GOMODCACHE"); filepath.IsAbs(dir) {
		return Cache{dir}
	}
	if path := env("GOPATH"); path != "" {
		if first := filepath.SplitList(path)[0]; filepath.IsAbs(first) {
			return Cache{filepath.Join(first, "pkg", "mod")}
		}
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return Cache{filepath.Join(home, "go", "pkg", "mod")}
	}
	return Cache{}
}

// mostText is how much of a licence is read; longer ones are not looked at.
const mostText = 256 << 10

// mostTexts is how many texts of licences a module may have.
const mostTexts = 10

// Module is what is there of a version of a module; nil and zero where it is not.
func (c Cache) Module(name, version string) (licences [][]byte, made time.Time) {
	at, ok := escaped(name, version)
	if c.Dir == "" || !ok {
		return nil, made
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, made
	}
	defer root.Close() //nolint:errcheck // it was only read
	return texts(root, at[0]+"@"+at[1]), info(root, "cache/download/"+at[0]+"/@v/"+at[1]+".info")
}

// escaped are a name and a version as the cache has them: a capital is ! and a small letter.
func escaped(parts ...string) ([]string, bool) {
	var out []string
	for _, s := range parts {
		if s == "" || !fs.ValidPath(s) || strings.ContainsAny(s, "\\\x00!:") || strings.Contains(s, "@") {
			return nil, false
		}
		var b strings.Builder
		for _, r := range s {
			if r >= 'A' && r <= 'Z' {
				b.WriteByte('!')
				r += 'a' - 'A'
			}
			b.WriteRune(r)
		}
		out = append(out, b.String())
	}
	return out, true
}

// texts are the files of a module that say under which licence it is.
func texts(root *os.Root, dir string) (list [][]byte) {
	d, err := root.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close() //nolint:errcheck // it was only read
	entries, err := d.ReadDir(-1)
	if err != nil {
		return nil
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if !e.Type().IsRegular() || !slices.ContainsFunc([]string{"LICENSE", "LICENCE", "COPYING", "UNLICENSE"}, begins) || strings.HasSuffix(name, ".GO") || len(list) == mostTexts {
			continue
		}
		text := read(root, dir+"/"+e.Name())
		if text == nil {
			return nil // a text that is not read may say anything
		}
		list = append(list, text)
	}
	return list
}

func read(root *os.Root, name string) []byte {
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, mostText+1))
	if err != nil || len(text) > mostText {
		return nil
	}
	return text
}

func info(root *os.Root, name string) time.Time {
	var is struct{ Time time.Time }
	if json.Unmarshal(read(root, name), &is) != nil {
		return time.Time{}
	}
	return is.Time
}
