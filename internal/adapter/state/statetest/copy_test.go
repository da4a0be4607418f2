package statetest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
)

func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func TestAFileHasTheContentOfAnotherOfItsHost(t *testing.T) {
	w := newWorld(t, false)
	w.write("app", "old\n", 0o750)
	w.write("new", "new\n", 0o644)
	step := w.step("file", "", map[string]string{"path": w.at("app"), "copy": w.at("new"), "sha256": digest("new\n"), "diff": "yes"})
	if seen := w.survey(step); seen.So || !strings.Contains(seen.Diff, "-old") || !strings.Contains(seen.Diff, "+new") {
		t.Errorf("seen: %+v", seen)
	}
	w.goes(step, func() string { return w.read("app") }, "old\n", "new\n")
	if info, err := os.Stat(w.at("app")); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("%v %v", info.Mode(), err)
	}

	// It is put back when what was copied has gone.
	step.ID = "gone"
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Fatalf("%+v %v", out, err)
	}
	if err := os.Remove(w.at("new")); err != nil {
		t.Fatal(err)
	}
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Errorf("who has the content is done: %+v %v", out, err)
	}
	if out, err := w.apply(undo(step)); err != nil || !out.OK || w.read("app") != "old\n" {
		t.Errorf("%+v %v", out, err)
	}

	// What is not what was approved is not placed.
	step.ID = "other"
	w.write("new", "another\n", 0o644)
	if seen := w.survey(step); seen.So || !strings.Contains(seen.Says, "is not what it must be now") || seen.Diff != "" {
		t.Errorf("seen: %+v", seen)
	}
	if out, err := w.apply(step); err != nil || out.OK || !strings.Contains(out.Says, "nothing was changed") || w.read("app") != "old\n" {
		t.Errorf("%+v %v", out, err)
	}
	if out, err := w.apply(undo(step)); err != nil || !out.OK {
		t.Errorf("%+v %v", out, err)
	}
	w.clean()
}

func TestACopyThatNotEveryoneMayReadIsNotShown(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o640} {
		w := newWorld(t, false)
		w.write("key", "a private key\n", mode)
		step := w.step("file", "", map[string]string{"path": w.at("app.key"), "copy": w.at("key"), "sha256": digest("a private key\n")})
		if seen := w.survey(step); seen.So || seen.Diff != "" || strings.Contains(seen.Says, "private") {
			t.Errorf("%o: seen: %+v", mode, seen)
		}
	}
}
