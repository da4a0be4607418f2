package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
)

func store(t *testing.T, declared Declarations) *Secrets {
	t.Helper()
	folder := t.TempDir()
	s := &Secrets{Folder: filepath.Join(folder, "secrets"), Key: filepath.Join(folder, "secrets.key"), Declared: func() Declarations { return declared }}
	if err := os.Mkdir(s.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAValueIsKeptEncryptedAndComesBack(t *testing.T) {
	s := store(t, nil)
	if err := s.Put(t.Context(), "token", "hunter2hunter2\n", false); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Value(t.Context(), "token"); v != "hunter2hunter2" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	raw, err := os.ReadFile(s.path("token"))
	if err != nil || strings.Contains(string(raw), "hunter2") {
		t.Errorf("on disk is %q, %v", raw, err)
	}
	for _, file := range []string{s.path("token"), s.Key} {
		if about, err := os.Stat(file); err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, about, err)
		}
	}
	if err := s.Put(t.Context(), "token", "another value", true); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Value(t.Context(), "token"); v != "another value" || err != nil {
		t.Errorf("after the rotation %q, %v", v, err)
	}
	if err := s.Remove(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Value(t.Context(), "token"); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoSecretIsRefused(t *testing.T) {
	s := store(t, Declarations{"elsewhere": {From: File, Path: "/nowhere"}})
	if err := s.Put(t.Context(), "there", "a value", false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why, name, value string
		replace          bool
		kind             prentice.Kind
	}{
		{"too short to be hidden", "pin", "123", false, prentice.Invalid},
		{"short but for its line end", "pin", "123\n", false, prentice.Invalid},
		{"a zero byte", "pin", "12345\x006789", false, prentice.Invalid},
		{"a path", "../keys/x", "123456", false, prentice.Invalid},
		{"a file of the folder", "there.age", "123456", false, prentice.Invalid},
		{"what an approved input is", "input-mode", "123456", false, prentice.Invalid},
		{"what programs are found by", "path", "123456", false, prentice.Invalid},
		{"there already", "there", "123456", false, prentice.Conflict},
		{"nothing to replace", "new", "123456", true, prentice.NotFound},
		{"from elsewhere", "elsewhere", "123456", false, prentice.Conflict},
	} {
		err := s.Put(t.Context(), c.name, c.value, c.replace)
		if prentice.KindOf(err) != c.kind || strings.Contains(err.Error(), "12345") {
			t.Errorf("%s: %v, want kind %s", c.why, err, c.kind)
		}
	}
}

func TestOneFileCannotStandInForAnother(t *testing.T) {
	s := store(t, nil)
	if err := s.Put(t.Context(), "low", "the low secret", false); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path("low"), s.path("high")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Value(t.Context(), "high"); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(s.Key); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "new", "a new secret", false); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("a new key was made beside values of the old one: %v", err)
	}
}

func TestAFileIsReadOnlyWhenNobodyElseCan(t *testing.T) {
	s := store(t, nil)
	for name, mode := range map[string]os.FileMode{"mine": 0o600, "everybodys": 0o644} {
		if err := os.WriteFile(filepath.Join(s.Folder, name), []byte("hunter2\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(s.Folder, "mine"), filepath.Join(s.Folder, "link")); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Value(t.Context(), "mine"); v != "hunter2" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	for name, kind := range map[string]prentice.Kind{"everybodys": prentice.Refused, "link": prentice.Refused, "none": prentice.NotFound, "../mine": prentice.Invalid} {
		if _, err := s.Value(t.Context(), name); prentice.KindOf(err) != kind {
			t.Errorf("%s: %v, want kind %s", name, err, kind)
		}
	}
}

func TestACommandGivesItsOutputAndItsFailureNothing(t *testing.T) {
	s := store(t, Declarations{
		"good":  {From: Command, Command: []string{"/bin/sh", "-c", "echo from-a-command"}, Timeout: time.Minute},
		"bad":   {From: Command, Command: []string{"/bin/sh", "-c", "echo half-a-secret; exit 3"}, Timeout: time.Minute},
		"words": {From: Command, Command: []string{"/bin/echo", "$HOME; true"}, Timeout: time.Minute},
	})
	if v, err := s.Value(t.Context(), "good"); v != "from-a-command" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	if v, err := s.Value(t.Context(), "words"); v != "$HOME; true" || err != nil {
		t.Errorf("a shell read %q, %v", v, err)
	}
	if _, err := s.Value(t.Context(), "bad"); err == nil || strings.Contains(err.Error(), "half-a") || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("got %v", err)
	}
}

func TestDeclarationsAreStrict(t *testing.T) {
	good := "secrets:\n  - {name: a-b, from: store, checks: [shop]}\n  - {name: c, from: file, path: /run/c}\n  - {name: d, from: command, command: [pass, show, d], timeout: 3s}\n"
	if d, findings := Load("secrets.yaml", []byte(good)); len(findings) != 0 || len(d) != 3 || d["d"].Timeout != 3*time.Second || d["c"].Path != "/run/c" || len(d["a-b"].Checks) != 1 || len(d["c"].Checks) != 0 {
		t.Errorf("%+v, %+v", d, findings)
	}
	for text, want := range map[string]string{
		"secrets:\n  - {name: a, from: store, probes: [\"*\"]}":             "names no machine",
		"secrets:\n  - {name: a, from: stor}":                               "store",
		"secrets:\n  - {name: a, frm: store}":                               "from",
		"secrets:\n  - {name: a}":                                           "where it comes from",
		"secrets:\n  - {name: a, from: file, path: b}":                      "depends on where",
		"secrets:\n  - {name: a, from: command}":                            "no command",
		"secrets:\n  - {name: a, from: store, path: /b}":                    "goes with from: file only",
		"secrets:\n  - {name: ld-preload, from: store}":                     "decides how programs run",
		"secrets:\n  - {name: a, from: store}\n  - {name: a, from: store}":  "appears twice",
		"secrets:\n  - {name: a, from: command, command: [x], timeout: 9h}": "not a time",
		"secrets:\n  - {name: a, from: store, checks: shop}":                "list",
		"secrets:\n  - {name: a, from: store, checks: ['a b']}":             "names no repository",
		"secret: []": "secrets",
	} {
		d, findings := Load("secrets.yaml", []byte(text))
		if d != nil || len(findings) == 0 || !strings.Contains(findings[0].Text+findings[0].Hint, want) {
			t.Errorf("%q: %+v, want %q", text, findings, want)
		}
	}
}

func TestAFileThatHoldsASecretIsNamedWhenItIsToBeChanged(t *testing.T) {
	s := store(t, nil)
	file := s.Folder + "/pager-url"
	if err := os.WriteFile(file, []byte("http://127.0.0.1/a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "pager-url", "http://127.0.0.1/b", true); !strings.Contains(prentice.HintOf(err), file) {
		t.Errorf("%v: %s", err, prentice.HintOf(err))
	}
}
