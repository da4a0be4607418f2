package boot

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
)

func TestSettingsComeFromTheFileAndThenTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), SettingsFile)
	if err := os.WriteFile(file, []byte("data = \"/from/file\"\nlisten = \"127.0.0.1:1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string { return map[string]string{"PRENTICE_DATA": "/from/env"}[name] }
	s, err := ReadSettings(file, env)
	if err != nil || s.Data != "/from/env" || s.Listen != "127.0.0.1:1" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAWrongSettingsFileIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"data = \"x\"\nlisen = \"y\"\n": ":2: unknown setting \"lisen\": did you mean listen?",
		"data = \n":                     ":1: ",
		"remote = \"yes\"\n":            "remote",
		"whatever = 1\n":                "the settings are data",
	} {
		file := filepath.Join(t.TempDir(), SettingsFile)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadSettings(file, func(string) string { return "" })
		if err == nil || !strings.Contains(err.Error(), want) || prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestAnAddressThatNoDatabaseHasIsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"postgrs://u:secret@h/db": "did you mean postgres:?",
		"mysql://u:secret@h/db":   "write postgres://USER@HOST/NAME",
		"secret":                  "is no address",
		"postgres://u:secret@h/d": "",
		"":                        "",
	} {
		_, err := Settings{Database: address}.Filled()
		if want == "" && err != nil || want != "" && (prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNobodyListensBeyondThisMachineUnlessTold(t *testing.T) {
	for listen, ok := range map[string]bool{"127.0.0.1:7400": true, "[::1]:1": true, "localhost:0": true, "0.0.0.0:80": false, ":80": false, "192.168.1.2:1": false, "nonsense": false} {
		_, err := Settings{Listen: listen}.Filled()
		if (err == nil) != ok {
			t.Errorf("%s: %v", listen, err)
		}
	}
	if _, err := (Settings{Listen: "0.0.0.0:80", Remote: true}).Filled(); err != nil {
		t.Errorf("told to: %v", err)
	}
}

func TestADataFolderIsHeldByOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	first, err := hold(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = hold(t.Context(), path, "")
	if held, ok := errors.AsType[*Held](err); !ok || !strings.Contains(held.By, "pid") || prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("held twice: %v", err)
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	second, err := hold(t.Context(), path, "")
	if err != nil {
		t.Fatalf("not held again after it was released: %v", err)
	}
	second.release() //nolint:errcheck // the test is over
}

func TestALinkLeadsToWherePeopleAre(t *testing.T) {
	for _, c := range []struct{ hosts, url, want string }{
		{"prentice.example.org, other.example.org", "http://127.0.0.1:7400", "https://prentice.example.org"},
		{"", "http://127.0.0.1:7400", "http://localhost:7400"},
		{"", "http://[::]:7400", "http://localhost:7400"},
		{"", "http://[::1]:7400", "http://localhost:7400"},
		{"", "http://10.0.0.7:7400", "http://10.0.0.7:7400"},
		{"", "http://box.example.org:7400", "http://box.example.org:7400"},
	} {
		if got := (Settings{Hosts: c.hosts}).forPeople(c.url); got != c.want {
			t.Errorf("hosts %q, listening at %s: %s, want %s", c.hosts, c.url, got, c.want)
		}
	}
}

func TestWhoServesWaitsForACommandThatHasTheFolder(t *testing.T) {
	data := t.TempDir()
	command, err := hold(t.Context(), data, "")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() {
		f, err := holdSoon(t.Context(), data, "")
		if err == nil {
			err = f.release()
		}
		got <- err
	}()
	if err := command.release(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}
