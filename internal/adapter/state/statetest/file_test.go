package statetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
)

func TestAFileIsPlacedAndPutBack(t *testing.T) {
	for _, c := range []struct {
		name, before string // "" is that there is none
		attrs        map[string]string
		body         string
		after        string
		mode         os.FileMode
	}{
		{"where there was none", "", nil, "new\n", "new\n", 0o644},
		{"over another, which keeps its mode", "old\n", nil, "new\n", "new\n", 0o600},
		{"with a mode", "old\n", map[string]string{"mode": "0640"}, "new\n", "new\n", 0o640},
		{"as it is, with what a shell would read", "", nil, "$HOME `id` 'x' \\n\nEND\n", "$HOME `id` 'x' \\n\nEND\n", 0o644},
		{"as bytes", "", map[string]string{"encoding": "base64"}, "AAEC/w==", "\x00\x01\x02\xff", 0o644},
		{"when it is valid", "", map[string]string{"validate": "grep -q new %s"}, "new\n", "new\n", 0o644},
		{"by being removed", "old\n", map[string]string{"state": "absent"}, "", "", 0},
	} {
		both(t, c.name, func(t *testing.T, w world) {
			if c.before != "" {
				w.write("app.conf", c.before, 0o600)
			}
			step := w.step("file", c.body, c.attrs)
			step.Attrs["path"] = w.at("app.conf")
			if done := w.done(step); done != prentice.No {
				t.Fatalf("before, it is done: %s", done)
			}
			if out, err := w.apply(step); err != nil || !out.OK {
				t.Fatalf("%+v %v\n%s", out, err, w.log)
			}
			if got := w.read("app.conf"); got != c.after || w.mode("app.conf") != c.mode {
				t.Errorf("it holds %q, with mode %o", got, w.mode("app.conf"))
			}
			if done := w.done(step); done != prentice.Yes {
				t.Errorf("after, it is done: %s", done)
			}
			if out, err := w.apply(step); err != nil || !strings.HasPrefix(out.Says, "nothing to change") {
				t.Errorf("again: %+v %v", out, err)
			}
			if out, err := w.apply(undo(step)); err != nil || !out.OK {
				t.Fatalf("put back: %+v %v\n%s", out, err, w.log)
			}
			if got := w.read("app.conf"); got != c.before || c.before != "" && w.mode("app.conf") != 0o600 {
				t.Errorf("put back, it holds %q, with mode %o", got, w.mode("app.conf"))
			}
			if done := w.done(undo(step)); done != prentice.Yes {
				t.Errorf("put back, that is done: %s", done)
			}
			w.clean()
		})
	}
}

func TestAFileIsLeftAsItIs(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(w world)
		attrs map[string]string
		body  string
		says  string
	}{
		{"when the new content is not valid", nil, map[string]string{"validate": "grep -q never %s"}, "new\n", "validate refused the new content"},
		{"when validate changes it", nil, map[string]string{"validate": "echo more >> %s"}, "new\n", "validate has changed the file"},
		{"when it is a symbolic link", func(w world) {
			w.write("other", "other\n", 0o644)
			os.Remove(w.at("app.conf"))
			os.Symlink("other", w.at("app.conf")) //nolint:errcheck // the step says so
		}, nil, "new\n", "is a symbolic link to other"},
		{"when it is a folder", func(w world) { os.Remove(w.at("app.conf")); os.Mkdir(w.at("app.conf"), 0o755) }, nil, "new\n", "is a folder"}, //nolint:errcheck // as above
		{"when its content does not come whole", world.full, nil, "new\n", "could not be written"},
		{"when its folder is not there", nil, map[string]string{"path": "/nowhere/at/all"}, "new\n", "there is no folder /nowhere/at"},
		{"when it is to be of a user whom it cannot be given", nil, map[string]string{"owner": "no-such-user"}, "new\n", "cannot give"},
	} {
		both(t, c.name, func(t *testing.T, w world) {
			w.write("app.conf", "old\n", 0o644)
			if c.given != nil {
				c.given(w)
			}
			was := w.read("app.conf")
			step := w.step("file", c.body, c.attrs)
			if step.Attrs["path"] == "" {
				step.Attrs["path"] = w.at("app.conf")
			}
			out, err := w.apply(step)
			if err != nil || out.OK || !strings.Contains(out.Says, c.says) {
				t.Errorf("%+v %v; wanted %q\n%s", out, err, c.says, w.log)
			}
			if got := w.read("app.conf"); got != was {
				t.Errorf("it holds %q", got)
			}
			if out, err := w.apply(undo(step)); err != nil || !out.OK && c.given == nil {
				t.Errorf("put back: %+v %v", out, err)
			}
			w.clean()
		})
	}
}

func TestWhatOthersChangedSinceIsNotPutBack(t *testing.T) {
	both(t, "a file", func(t *testing.T, w world) {
		w.write("app.conf", "old\n", 0o644)
		step := w.step("file", "new\n", map[string]string{"path": w.at("app.conf")})
		if out, err := w.apply(step); err != nil || !out.OK {
			t.Fatalf("%+v %v", out, err)
		}
		w.write("app.conf", "theirs\n", 0o644)
		out, err := w.apply(undo(step))
		if err != nil || out.OK || !strings.Contains(out.Says, "was changed by others since") {
			t.Errorf("%+v %v", out, err)
		}
		if got := w.read("app.conf"); got != "theirs\n" {
			t.Errorf("it holds %q", got)
		}
	})
}

func TestAFileIsMadeOnlyOfWhatWasThereWhenItWasPlanned(t *testing.T) {
	both(t, "a file", func(t *testing.T, w world) {
		w.write("app.conf", "old\n", 0o644)
		step := w.step("file", "new\n", map[string]string{"path": w.at("app.conf")})
		seen := w.survey(step)
		if seen.So || !strings.Contains(seen.Diff, "-old\n+new\n") {
			t.Errorf("seen: %+v", seen)
		}
		w.plan.Seen = []prentice.Seen{seen}
		w.write("app.conf", "theirs\n", 0o644)
		out, err := w.apply(step)
		if err != nil || out.OK || !strings.Contains(out.Says, "is not as it was when this was planned") {
			t.Errorf("%+v %v", out, err)
		}
		step.Attrs["replaces"] = "any"
		if out, err := w.apply(step); err != nil || !out.OK || w.read("app.conf") != "new\n" {
			t.Errorf("whatever it replaces: %+v %v", out, err)
		}
	})
}

func TestABackupIsKeptBesideTheFile(t *testing.T) {
	both(t, "a file", func(t *testing.T, w world) {
		w.write("app.conf", "old\n", 0o644)
		step := w.step("file", "new\n", map[string]string{"path": w.at("app.conf"), "backup": "yes"})
		if out, err := w.apply(step); err != nil || !out.OK || w.read("app.conf.before-run-7") != "old\n" {
			t.Errorf("%+v %v", out, err)
		}
		if out, err := w.apply(undo(step)); err != nil || !out.OK {
			t.Errorf("%+v %v", out, err)
		}
		if _, err := os.Stat(w.at("app.conf.before-run-7")); err == nil {
			t.Error("put back, the backup is still there")
		}
	})
}

func undo(s prentice.PlannedStep) prentice.PlannedStep {
	s.ID, s.Of, s.Section = s.ID+".undo", s.ID, prentice.Undo
	return s
}

func (w world) at(name string) string { return filepath.Join(w.folder, name) }

func (w world) write(name, text string, mode os.FileMode) {
	w.t.Helper()
	if err := os.WriteFile(w.at(name), []byte(text), mode); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chmod(w.at(name), mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) read(name string) string {
	raw, _ := os.ReadFile(w.at(name)) //nolint:errcheck // what is not there is nothing
	return string(raw)
}

func (w world) mode(name string) os.FileMode {
	info, err := os.Stat(w.at(name))
	if err != nil {
		return 0
	}
	return info.Mode().Perm()
}

// clean finds what a step has left beside the file.
func (w world) clean() {
	w.t.Helper()
	for _, pattern := range []string{".app.conf*", ".prentice-kept/*"} {
		if left, _ := filepath.Glob(w.at(pattern)); len(left) > 0 { //nolint:errcheck // the pattern is good
			w.t.Errorf("left behind: %v", left)
		}
	}
}
