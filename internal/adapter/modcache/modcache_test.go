package modcache_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/adapter/modcache"
)

func TestAModuleOfTheCacheSaysItsLicenceAndItsDay(t *testing.T) {
	dir := t.TempDir()
	c := modcache.Cache{Dir: filepath.Join(dir, "mod")}
	for name, text := range map[string]string{
		"mod/github.com/!burnt!sushi/toml@v1.6.0/LICENSE":                "MIT",
		"mod/github.com/!burnt!sushi/toml@v1.6.0/license.go":             "package toml",
		"mod/cache/download/github.com/!burnt!sushi/toml/@v/v1.6.0.info": `{"Version":"v1.6.0","Time":"2025-12-01T10:00:00Z"}`,
		"mod/example.org/long@v1.0.0/LICENSE":                            strings.Repeat("x", 300<<10),
		"mod/cache/download/example.org/long/@v/v1.0.0.info":             "{",
		"LICENSE":                             "outside",
		"mod/example.org/none@v1.0.0/main.go": "package none",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if texts, made := c.Module("github.com/BurntSushi/toml", "v1.6.0"); len(texts) != 1 || string(texts[0]) != "MIT" || made.Year() != 2025 {
		t.Errorf("got %q %v", texts, made)
	}
	for _, m := range [][2]string{{"example.org/long", "v1.0.0"}, {"example.org/none", "v1.0.0"}, {"example.org/none", "v2.0.0"}, {"..", "v1.0.0"}, {"../..", "x"}, {"a", "../../../etc"}, {"", ""}, {"/etc", "passwd"}} {
		if texts, made := c.Module(m[0], m[1]); texts != nil || !made.IsZero() {
			t.Errorf("%v: %q %v", m, texts, made)
		}
	}
}

func TestTheCacheIsWhereGoSays(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"/c":                   {"GOMODCACHE": "/c", "HOME": "/home/ann"},
		"/p/pkg/mod":           {"GOPATH": "/p:/q", "HOME": "/home/ann"},
		"/home/ann/go/pkg/mod": {"HOME": "/home/ann", "GOPATH": "here"},
		"":                     {},
	} {
		if got := modcache.Here(func(name string) string { return env[name] }).Dir; got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}
