package boot

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/choice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/choices"
)

// mostOfTeam is how much of the team folder a script sees, in bytes.
const mostOfTeam = 8 << 20

// inBox performs the script of a source in a sandbox that is made for it: it sees a copy
// of the team folder, and nothing else of this machine but the system's programs.
func inBox(team func() string) choice.Box {
	return func(ctx context.Context, script string, out *bytes.Buffer) (says string, err error) {
		dir, err := os.MkdirTemp("/tmp", "prentice-") // the name of a socket in it must be short
		if err != nil {
			return "", prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // what stays costs only space
		box, err := sandbox.New(ctx, dir)
		if err != nil {
			return "", err
		}
		defer box.Close() //nolint:errcheck // its folder goes with ours
		tree := filepath.Join(dir, "tree")
		if err := boxed(filepath.Join(tree, "work"), team(), script); err != nil {
			return "", err
		}
		exit, err := box.Run(ctx, sandbox.Job{
			Argv: []string{"/work/choices"}, Env: map[string]string{"PRENTICE_TEAM": "/work/team", "LANG": "C.UTF-8"}, Tree: os.DirFS(tree),
			Limits: sandbox.Limits{Time: 8 * time.Second, Output: choices.MostBytes, Memory: 256 << 20, Disk: 4 * mostOfTeam}, Out: out,
		})
		if err != nil || exit.OK() {
			return "", err
		}
		return "it ended with " + exit.String(), nil
	}
}

// boxed writes what a script finds in its work folder: itself, and the plain files of the
// team folder that are not hidden.
func boxed(work, team, script string) error {
	if err := os.MkdirAll(filepath.Join(work, "team"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "choices"), []byte(script), 0o700); err != nil { //nolint:gosec // it is a program
		return err
	}
	root, err := os.OpenRoot(team)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(mostOfTeam)
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return os.MkdirAll(filepath.Join(work, "team", filepath.FromSlash(name)), 0o700)
		case !e.Type().IsRegular():
			return nil
		}
		about, err := e.Info()
		if err != nil {
			return err
		}
		if left -= about.Size(); left < 0 {
			return prentice.Errorf(prentice.Limited, "the team folder has more than %d bytes, which is what a script may see", mostOfTeam)
		}
		text, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(work, "team", filepath.FromSlash(name)), text, 0o600)
	})
}
