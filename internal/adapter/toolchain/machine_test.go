package toolchain_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // dpkg records no other digest
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/dirhash"

	"prentice"
	"prentice/internal/adapter/toolchain"
	"prentice/internal/engine/tool"
)

const elf = "\x7fELF "

// installed is a machine with programs in several places.
func installed(t *testing.T) (toolchain.Machine, func(name, text string)) {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
	write("usr/local/go/bin/go", elf+"go")
	write("usr/local/go/VERSION", "go1.26.8\ntime x\n")
	write("home/.cargo/bin/rustc", elf+"rustup")
	write("home/.rustup/settings.toml", "default_toolchain = \"stable-x\"\n")
	write("home/.rustup/toolchains/stable-x/bin/rustc", elf+"rustc")
	write("home/.rustup/toolchains/stable-x/lib/rustlib/multirust-channel-manifest.toml", "[pkg.cargo]\nversion = \"0.1\"\n[pkg.rustc]\nversion = \"1.97.1 (abc)\"\n")
	write("usr/bin/python3.11", elf+"python")
	if err := os.Symlink("python3.11", filepath.Join(root, "usr/bin/python3")); err != nil {
		t.Fatal(err)
	}
	write("usr/bin/node", elf+"node")
	write("usr/include/node/node_version.h", "#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 1\n#define NODE_PATCH_VERSION 0\n")
	write("usr/bin/ruby", "#!/bin/sh\nexec rbenv\n")
	write("usr/bin/redis-server", elf+"redis")
	write("var/lib/dpkg/info/redis-server.list", "/.\n/usr/bin/redis-server\n")
	write("var/lib/dpkg/info/redis-server.md5sums", fmt.Sprintf("%x  usr/bin/redis-server\n", md5.Sum([]byte(elf+"redis")))) //nolint:gosec // as above
	write("var/lib/dpkg/status", "Package: redis\nStatus: install ok installed\nVersion: 1\n\nPackage: redis-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5:7.0.15-1~deb12u1\n")
	env := map[string]string{"PATH": root + "/usr/local/go/bin:" + root + "/home/.cargo/bin:" + root + "/usr/bin:relative"}
	return toolchain.Machine{World: toolchain.World{Getenv: func(name string) string { return env[name] }, Home: root + "/home"}, Root: root, Platform: "linux/amd64"}, write
}

func found(t *testing.T, m toolchain.Machine, name string) tool.Found {
	t.Helper()
	f, here := m.Find(name, tool.Wish{})
	if !here {
		t.Fatalf("%s is not found", name)
	}
	return f
}

func TestVersionsAreReadBesideProgramsAndNoProgramIsRun(t *testing.T) {
	m, _ := installed(t)
	for name, want := range map[string]string{"go": "1.26.8", "rust": "1.97.1", "python": "3.11", "node": "22.1.0", "redis": "7.0.15", "debian": "12"} {
		if f := found(t, m, name); f.Version != want {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for _, name := range []string{"ruby", "ubuntu", "mysql", "zig"} {
		if f, here := m.Find(name, tool.Wish{}); here {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAProgramIsVerifiedByTheRecordOfItsPackageOnlyAsLongAsItIsThatProgram(t *testing.T) {
	m, write := installed(t)
	f, err := m.Verify(found(t, m, "redis"))
	if err != nil || f.Verified != tool.Package || f.By != "redis-server 5:7.0.15-1~deb12u1 of dpkg" || !strings.HasPrefix(f.Digest, "sha256:") {
		t.Fatalf("%+v %v", f, err)
	}
	write("usr/bin/redis-server", elf+"another")
	if f, err = m.Verify(found(t, m, "redis")); err != nil || f.Verified != tool.Seen || f.By != "" {
		t.Errorf("%+v %v", f, err)
	}
	if f, err = m.Verify(found(t, m, "node")); err != nil || f.Verified != tool.Seen {
		t.Errorf("%+v %v", f, err)
	}
}

func TestAToolchainOfTheModuleCacheIsVerifiedByTheHashThatTheChecksumDatabaseHas(t *testing.T) {
	m, write := installed(t)
	const module = "golang.org/toolchain@v0.0.1-go1.27.0.linux-amd64"
	at := "home/go/pkg/mod/" + module
	write(at+"/bin/go", elf+"go 1.27")
	sum, err := dirhash.HashDir(filepath.Join(m.Root, at), module, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	write("home/go/pkg/mod/cache/download/golang.org/toolchain/@v/v0.0.1-go1.27.0.linux-amd64.ziphash", sum)
	f, here := m.Find("go", tool.Exactly("go", "1.27.0"))
	if !here || f.Version != "1.27.0" {
		t.Fatalf("%+v", f)
	}
	if f, err = m.Verify(f); err != nil || f.Verified != tool.SumDB || f.By != module+" "+sum {
		t.Errorf("%+v %v", f, err)
	}
	write(at+"/lib/added", "x")
	if f, err = m.Verify(f); err != nil || f.Verified != tool.Seen {
		t.Errorf("a file was added: %+v %v", f, err)
	}
}

// packed is an archive with a program in it.
func packed(t *testing.T, file, program string) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"go/README": "x", "go/bin/go": program} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if w.Close() != nil || z.Close() != nil || os.WriteFile(file, b.Bytes(), 0o600) != nil {
		t.Fatal("it cannot be packed")
	}
}

func TestAnArchiveVerifiesAProgramThatIsInItIfItsDistributorNamesIt(t *testing.T) {
	m, _ := installed(t)
	f, err := m.Verify(found(t, m, "go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	archive, sums := filepath.Join(dir, "go1.26.8.linux-amd64.tar.gz"), filepath.Join(dir, "SHA256SUMS")
	for _, c := range []struct {
		program, sums string
		refused       bool
	}{
		{elf + "go", "%x  go1.26.8.linux-amd64.tar.gz\n", false},
		{elf + "go", "%x *./go1.26.8.linux-amd64.tar.gz\n", false},
		{elf + "go", "SHA256 (go1.26.8.linux-amd64.tar.gz) = %x\n", false},
		{elf + "go", "%x\n", false},
		{elf + "go", "%x  go1.26.7.linux-amd64.tar.gz\n", true},
		{elf + "go", "# %x go1.26.8.linux-amd64.tar.gz\n", true},
		{elf + "go", "", true},
		{elf + "other", "%x  go1.26.8.linux-amd64.tar.gz\n", true},
	} {
		packed(t, archive, c.program)
		raw, _ := os.ReadFile(archive)
		text := c.sums
		if text != "" {
			text = fmt.Sprintf(c.sums, sha256.Sum256(raw))
		}
		if err := os.WriteFile(sums, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := m.FromArchive(f, archive, sums)
		if (prentice.KindOf(err) == prentice.Refused) != c.refused || (got.Verified == tool.Checksum) == c.refused {
			t.Errorf("%q with %q: %+v %v", c.sums, c.program, got, err)
		}
		if err == nil && !got.Locked(time.Now()).IsVerified() {
			t.Errorf("%+v", got)
		}
	}
}

func TestNewerEndsOfLifeAreBroughtToAMachineAndOlderOnesAreNot(t *testing.T) {
	dir := t.TempDir()
	shelf := toolchain.EndsFile(filepath.Join(dir, "kept", "ends.yaml"))
	day := tool.BuiltIn.AsOf.AddDate(0, 1, 0)
	file := filepath.Join(dir, "new.yaml")
	bring := func(asOf time.Time) error {
		text := "as_of: " + asOf.Format(time.DateOnly) + "\ntools:\n  go: {source: \"https://go.dev\", read: 2026-09-22, ends: {\"1.26\": 2027-02-01}}\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := shelf.Import(file, day.AddDate(0, 1, 0))
		return err
	}
	if err := bring(day); err != nil {
		t.Fatal(err)
	}
	ends, err := shelf.Ends(day)
	if err != nil || !ends.AsOf.Equal(day) || ends.From != string(shelf) || len(ends.Tools) != len(tool.BuiltIn.Tools) {
		t.Fatal(ends.AsOf, ends.From, err)
	}
	if got := ends.Of("go", tool.Exactly("go", "1.26.3"), day); !got.Ends.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
	if err := bring(day.AddDate(0, 0, -1)); prentice.KindOf(err) != prentice.Refused {
		t.Error(err)
	}
	if err := bring(day.AddDate(1, 0, 0)); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
	if _, err := shelf.Import(filepath.Join(dir, "none"), day); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}
