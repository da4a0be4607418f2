package boot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/boot/newteam"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
	"prentice/internal/team/inventory"
)

// What becomes of a file.
const (
	written  = "written"
	wouldBe  = "would be written"
	keptAsIs = "there already"
)

// drafted is the files for what was found, such that they have no error: a host that
// is another name of one, or cannot be reached, goes.
func drafted(ctx context.Context, found *newteam.Found, now time.Time) ([]newteam.File, error) {
	stage, err := os.MkdirTemp("", "prentice-init-")
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "a folder to try the files in: %w", err).Try("free space, or name another with TMPDIR")
	}
	defer os.RemoveAll(stage) //nolint:errcheck // it holds nothing that is not written elsewhere
	for round := 0; ; round++ {
		files := found.Draft(now)
		dir := filepath.Join(stage, "team")
		if err := errors.Join(os.RemoveAll(dir), lay(dir, files)); err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "the files cannot be tried: %w", err).Try("free space in %s, or name another with TMPDIR", os.TempDir())
		}
		if round < mostRounds && apart(found, dir) {
			continue
		}
		return files, faultless(ctx, dir, now)
	}
}

// mostRounds is how often hosts are taken out that are one machine.
const mostRounds = 50

func lay(dir string, files []newteam.File) error {
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(f.Text), 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// apart takes out hosts for which nothing could be planned, and says whether there
// were any. Of several names of one machine that of the first source stays.
func apart(found *newteam.Found, dir string) bool {
	c, _, _ := readCatalog(dir)
	by := map[string][]string{} // the names that are blocked for one reason
	for _, h := range c.Hosts {
		if h.Blocked != "" {
			by[h.Blocked] = append(by[h.Blocked], h.Ref.Name())
		}
	}
	known := func(name string) bool { return name == found.Machine || found.Knows(name) }
	before := len(found.Hosts)
	for why, names := range by {
		stays := ""
		if len(names) > 1 {
			stays = foremost(found, names)
		}
		for _, name := range names {
			if name != stays && known(name) {
				found.Without(name, stays, why)
			}
		}
	}
	return len(found.Hosts) < before
}

// foremost is the machine itself, or the host that was found first.
func foremost(found *newteam.Found, names []string) string {
	if slices.Contains(names, found.Machine) {
		return found.Machine
	}
	for _, h := range found.Hosts {
		if slices.Contains(names, h.Name) {
			return h.Name
		}
	}
	return ""
}

// faultless refuses a draft that prentice itself would refuse: nothing of it is
// written then.
func faultless(ctx context.Context, dir string, now time.Time) error {
	c, _, findings := readCatalog(dir)
	kinds := procedure.Kinds(stepKinds(c, &shell.Kind{}))
	_, more := procedure.Load(dir, kinds)
	findings = append(findings, more...)
	for _, f := range knownFiles() {
		text, err := slurp(dir, f.Name)
		if err != nil && prentice.KindOf(err) != prentice.NotFound {
			return err
		}
		findings = append(findings, f.Check(f.Name, []byte(text))...)
	}
	test, more, err := testPolicy(ctx, dir, "", "")
	if err != nil {
		return err
	}
	bad := team.FirstError(append(findings, more...))
	if bad == nil && test.Failed == 0 {
		return nil
	}
	return prentice.Errorf(prentice.Internal, "nothing was written, because what was found makes files with errors: %w", errors.Join(bad)).
		Try("leave a source out, such as with --ssh-config none, and report it")
}

// inPlaceOf are files of a team beside which another would say the same twice, or
// otherwise.
var inPlaceOf = map[string][]string{"policy_test.yaml": {PolicyFile}, "inventory.yaml": {"inventory.ini", "inventory.yml", inventory.Folder}}

// put writes the files that are not there yet. When one cannot be written, those that
// this process wrote are taken away again.
func put(folder string, files []newteam.File, dry bool) ([]begunFile, error) {
	list := make([]begunFile, len(files))
	for i, f := range files {
		list[i] = begunFile{f, wouldBe}
		for _, name := range append([]string{f.Name}, inPlaceOf[f.Name]...) {
			if _, err := os.Lstat(filepath.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
				list[i].State = keptAsIs
			}
		}
	}
	if dry {
		return list, nil
	}
	undo, err := alone(folder)
	if err != nil {
		return nil, err
	}
	for i, f := range list {
		if f.State == keptAsIs {
			continue
		}
		name := filepath.Join(folder, f.Name)
		made, err := writeNew(name, []byte(f.Text), 0o644)
		if err != nil {
			undo(list[:i])
			return nil, cannotMake(name, err)
		}
		list[i].State = keptAsIs
		if made {
			list[i].State = written
		}
	}
	undo(nil)
	return list, nil
}

// alone makes the folder and keeps another init out of it. What it gives takes away
// what was written, and lets others in.
func alone(folder string) (undo func([]begunFile), err error) {
	_, there := os.Stat(folder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, cannotMake(folder, err)
	}
	lock, err := os.Open(folder)
	if err != nil {
		return nil, cannotMake(folder, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, prentice.Errorf(prentice.Conflict, "another prentice init is at work in %s", folder).Try("wait for its end")
	}
	return func(files []begunFile) {
		for _, f := range files {
			if f.State == written {
				os.Remove(filepath.Join(folder, f.Name)) //nolint:errcheck // what is left is named by the next init
			}
		}
		os.Remove(filepath.Join(folder, "procedures")) //nolint:errcheck // only when it is empty
		if there != nil {
			os.Remove(folder) //nolint:errcheck // only when it is empty
		}
		lock.Close()
	}, nil
}
