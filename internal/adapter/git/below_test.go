package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"prentice"
	"prentice/internal/adapter/git"
)

func TestARepositoryOfTheServerLiesBelowItsFolder(t *testing.T) {
	root, other := t.TempDir(), t.TempDir()
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	run("init", "-q", "--bare", filepath.Join(root, "shop.git"))
	run("init", "-q", filepath.Join(root, "team", "desk"))
	run("init", "-q", "--bare", filepath.Join(other, "secret.git"))
	run("init", "-q", other)
	os.Mkdir(filepath.Join(root, "empty"), 0o700)                                                                //nolint:errcheck // seen below
	os.Mkdir(filepath.Join(root, "team", "desk", "src"), 0o700)                                                  //nolint:errcheck // seen below
	os.Symlink(filepath.Join(other, "secret.git"), filepath.Join(root, "led-out.git"))                           //nolint:errcheck // seen below
	os.Symlink("shop.git", filepath.Join(root, "led-within.git"))                                                //nolint:errcheck // seen below
	os.Mkdir(filepath.Join(root, "pointed"), 0o700)                                                              //nolint:errcheck // seen below
	os.WriteFile(filepath.Join(root, "pointed", ".git"), []byte("gitdir: "+filepath.Join(other, ".git")), 0o600) //nolint:errcheck // seen below
	os.WriteFile(filepath.Join(root, "file.git"), nil, 0o600)                                                    //nolint:errcheck // seen below
	run("init", "-q", root)

	for path, want := range map[string]prentice.Kind{
		"shop.git": 0, "team/desk": 0, "led-within.git": 0,
		"gone.git": prentice.NotFound, "empty": prentice.NotFound, "team": prentice.NotFound, "team/desk/src": prentice.NotFound, "file.git": prentice.NotFound, ".": prentice.Refused,
		"led-out.git": prentice.Refused, "../x": prentice.Refused, "/etc": prentice.Refused, "shop.git/../../x": prentice.Refused, "": prentice.Refused, "pointed": prentice.Refused,
	} {
		w, err := git.Below(t.Context(), root, path)
		if want == 0 {
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			w.Close() //nolint:errcheck // it was only opened
			continue
		}
		if prentice.KindOf(err) != want {
			t.Errorf("%q is answered by %v", path, err)
		}
	}
	if _, err := git.Below(t.Context(), filepath.Join(root, "nowhere"), "shop.git"); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}
