package build

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/runner/kindtest"
	"prentice/internal/kit/db/dbtest"
)

// here performs the lines in a folder, as a host does in the home of who signs in.
func here(home string) Bring {
	return func(ctx context.Context, _ prentice.Work, line string, content io.Reader) (string, int, error) {
		cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
		cmd.Dir, cmd.Stdin, cmd.Env = home, content, []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState != nil && cmd.ProcessState.Exited() {
			err = nil
		}
		return string(out), cmd.ProcessState.ExitCode(), err
	}
}

func TestArtifactIsAStepKind(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	kindtest.Check(t, kindtest.Case{
		Kind: &ArtifactKind{w.Desk},
		Good: prentice.StepSpec{Section: prentice.Act, Risk: prentice.Change, Where: "target", Attrs: map[string]string{"digest": "sha256:" + strings.Repeat("0a", 32), "path": "srv/shop/shop", "mode": "0644"}},
	})
}

func TestAnArtefactLiesOnAHostWholeOrNotAtAll(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	home := t.TempDir()
	w.Bring = here(home)
	k := &ArtifactKind{w.Desk}
	digest, _, err := w.Artifacts.Content.Take(strings.NewReader("a program"), "")
	if err != nil {
		t.Fatal(err)
	}
	work := prentice.Work{Step: prentice.PlannedStep{Section: prentice.Act, Attrs: map[string]string{"digest": digest, "path": "srv/a/b/shop"}}}
	if answer, err := k.Done(t.Context(), work); answer != prentice.No || err != nil {
		t.Fatal(answer, err)
	}
	for _, want := range []string{"sent", "it is there"} {
		out, err := k.Apply(t.Context(), work)
		if err != nil || !out.OK || out.Says != want {
			t.Errorf("%+v, %v; want %s", out, err, want)
		}
	}
	file := filepath.Join(home, "srv/a/b/shop")
	if raw, err := os.ReadFile(file); string(raw) != "a program" {
		t.Errorf("%q, %v", raw, err)
	}
	if err := os.WriteFile(file, []byte("a villain"), 0o755); err != nil {
		t.Fatal(err)
	}
	work.Step.Section = prentice.Verify
	if out, err := k.Apply(t.Context(), work); err != nil || out.OK {
		t.Errorf("what was exchanged verifies: %+v, %v", out, err)
	}
	// What is cut off on the way leaves nothing, neither under the name nor beside it.
	whole := w.Bring
	w.Bring = func(ctx context.Context, work prentice.Work, line string, content io.Reader) (string, int, error) {
		return whole(ctx, work, line, io.LimitReader(content, 3))
	}
	work.Step.Section, work.Step.Attrs["path"] = prentice.Act, "srv/c/shop"
	if out, err := k.Apply(t.Context(), work); err != nil || out.OK {
		t.Errorf("half of it is taken: %+v, %v", out, err)
	}
	if left, _ := os.ReadDir(filepath.Join(home, "srv/c")); len(left) != 0 {
		t.Errorf("%d things are left", len(left))
	}
}

func TestAPathThatAShellWouldReadIsRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	asked := false
	w.Bring = func(context.Context, prentice.Work, string, io.Reader) (string, int, error) {
		asked = true
		return "", 0, nil
	}
	digest := "sha256:" + strings.Repeat("0a", 32)
	for _, attrs := range []map[string]string{
		{"digest": digest, "path": "srv/$(id)"}, {"digest": digest, "path": "srv/`id`"}, {"digest": digest, "path": `srv/"; id; "`}, {"digest": digest, "path": "../../etc/passwd"},
		{"digest": digest, "path": "srv/../x"}, {"digest": digest, "path": "-rf"}, {"digest": digest, "path": "srv/"}, {"digest": digest, "path": "a b"}, {"digest": digest, "path": "a\nb"},
		{"digest": digest, "path": "a", "mode": "+x"}, {"digest": digest, "path": "a", "mode": "755; id"}, {"digest": "sha256:$(id)", "path": "a"}, {"digest": "latest", "path": "a"},
	} {
		_, err := (&ArtifactKind{w.Desk}).Apply(t.Context(), prentice.Work{Step: prentice.PlannedStep{Section: prentice.Act, Attrs: attrs}})
		if prentice.KindOf(err) != prentice.Refused || asked {
			t.Errorf("%v: %v, asked %v", attrs, err, asked)
		}
	}
}
