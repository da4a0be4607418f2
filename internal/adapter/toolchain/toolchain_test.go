package toolchain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/adapter/toolchain"
)

// machine is a home with some tools in it.
func machine(t *testing.T) (toolchain.World, string) {
	t.Helper()
	home := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("sdk/go1.26/bin/go", "\x7fELF go")
	write("sdk/go1.26/VERSION", "go1.26")
	write("go/pkg/mod/cache/lock", "")
	write(".rustup/settings.toml", "default_toolchain = \"stable-x\"\n")
	write(".rustup/toolchains/stable-x/bin/cargo", "\x7fELF")
	write(".cargo/bin/cargo", "\x7fELF rustup")
	write(".cargo/registry/index/x", "")
	write(".cargo/credentials.toml", "secret")
	write(".pyenv/shims/python3", "#!/bin/sh\nexec pyenv\n")
	write("bin/node", "\x7fELF")
	path := []string{"sdk/go1.26/bin", ".cargo/bin", ".pyenv/shims", "bin"}
	for i := range path {
		path[i] = filepath.Join(home, path[i])
	}
	env := map[string]string{"PATH": strings.Join(append(path, "relative"), ":")}
	return toolchain.World{Getenv: func(name string) string { return env[name] }, Home: home}, home
}

func TestToolsThatStandInAHomeAreLentAndNothingBesideThem(t *testing.T) {
	w, home := machine(t)
	found := w.Find()
	got := map[string]string{}
	for _, l := range found.Lent {
		got[l.To] = strings.TrimPrefix(l.From, home+"/")
	}
	want := map[string]string{"/opt/tools/go": "sdk/go1.26", "/home/go/pkg/mod": "go/pkg/mod", "/opt/tools/rust": ".rustup/toolchains/stable-x", "/home/.cargo/registry": ".cargo/registry"}
	for to, from := range want {
		if got[to] != from {
			t.Errorf("%s: %q", to, got[to])
		}
	}
	if len(got) != len(want) { // bin/node stands in the home itself: lending its folder would lend the home
		t.Error(got)
	}
	if found.Env["GOPROXY"] != "off" || found.Env["GOCACHE"] != "/home/.cache/go-build" || strings.Join(found.Path, " ") != "/opt/tools/go/bin /opt/tools/rust/bin" {
		t.Errorf("%+v", found)
	}
}

func TestTheDigestChangesWhenAToolDoes(t *testing.T) {
	w, home := machine(t)
	before := w.Find().Digest()
	if w.Find().Digest() != before {
		t.Error("it changes by itself")
	}
	if err := os.WriteFile(filepath.Join(home, "sdk/go1.26/VERSION"), []byte("go1.26.1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if w.Find().Digest() == before {
		t.Error("another Go has the digest of the one before")
	}
}
