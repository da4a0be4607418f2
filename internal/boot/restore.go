package boot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/githost"
	"prentice/internal/adapter/stopfile"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/archive"
	"prentice/internal/kit/db"
)

// restoringFolder is where an archive is unpacked, in the data folder that it becomes.
// While it is there, that is none.
const restoringFolder = ".restoring"

// mayRestore says whether an archive of ours holds a file of this name. What is told
// here by its name alone acts at a start: no lock, no address, no marker comes out of
// an archive.
func mayRestore(name string) bool {
	top, below, within := strings.Cut(name, "/")
	if !within {
		return name == databaseMember
	}
	switch top {
	case "replicas": // of each only its logs
		_, rest, _ := strings.Cut(below, "/")
		return strings.HasPrefix(rest, "logs/")
	case repositoriesFolder: // each as a bundle, and what its HEAD is
		ext := filepath.Ext(below)
		return githost.ValidName(strings.TrimSuffix(below, ext)) == nil && (ext == ".bundle" || ext == ".head")
	case secretsFolder, "ssh", "keys", "logs", "blobs", "team":
		return true
	}
	return false
}

// restore makes a data folder of an archive. It is there whole, or not.
func restore(ctx context.Context, set Settings, file string) (r restored, err error) {
	f, err := os.Open(file)
	if err != nil {
		return r, prentice.Errorf(prentice.NotFound, "the backup cannot be read: %w", err).Try("name the file that prentice backup wrote")
	}
	defer f.Close()
	if err := emptyFolder(set.Data); err != nil {
		return r, err
	}
	if err := os.MkdirAll(set.Data, 0o700); err != nil {
		return r, cannotWrite(set.Data, err)
	}
	stage := filepath.Join(set.Data, restoringFolder)
	if err := os.Mkdir(stage, 0o700); err != nil {
		return r, cannotWrite(set.Data, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	r = restored{File: file, Data: set.Data}
	if err := r.unpack(stage, f); err != nil {
		return r, restoreTrouble(file, err)
	}
	if err := r.look(ctx, stage); err != nil {
		return r, err
	}
	if err := unbundle(ctx, filepath.Join(stage, repositoriesFolder)); err != nil {
		return r, restoreTrouble(file, err)
	}
	if err := r.mark(stage, time.Now()); err != nil {
		return r, restoreTrouble(file, err)
	}
	if err := settle(stage, set.Data); err != nil {
		return r, restoreTrouble(file, err)
	}
	return r, nil
}

// emptyFolder refuses a folder with anything in it: a restore replaces nothing.
func emptyFolder(path string) error {
	inside, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cannotRead(path, err)
	case slices.ContainsFunc(inside, func(e fs.DirEntry) bool { return e.Name() == restoringFolder }):
		return halfRestored(path)
	case len(inside) > 0:
		return prentice.Errorf(prentice.Conflict, "%s is not empty, and a restore replaces nothing", path).Try("name a new folder with --data, or move what is there away")
	}
	return nil
}

// halfRestored is the error of a folder in which a restore goes on or was cut off.
func halfRestored(path string) error {
	return prentice.Errorf(prentice.Conflict, "a restore into %s goes on, or did not come to its end", path).Try("wait for its end; if none is under way, remove the folder and restore again")
}

func (r *restored) unpack(stage string, f *os.File) error {
	root, err := os.OpenRoot(stage)
	if err != nil {
		return err
	}
	defer root.Close()
	members, err := archive.Unpack(f, root, mayRestore, &r.backupAbout)
	r.Files = len(members)
	return err
}

// look compares the database with the keys and looks at every line of evidence.
func (r *restored) look(ctx context.Context, stage string) (err error) {
	keys, path := filepath.Join(stage, "keys"), filepath.Join(stage, databaseMember)
	if id, err := installationID(keys); err != nil || id != r.Installation {
		return refusedBackup(r.File, errors.Join(errors.New("its keys are of another installation than it says"), err))
	}
	_, err = os.Stat(path)
	switch inside := err == nil; {
	case inside != (r.Database == "sqlite"):
		return refusedBackup(r.File, errors.New("it says otherwise of its database than is in it"))
	case !inside:
		return nil
	}
	return r.lookAt(ctx, path, keys)
}

func (r *restored) lookAt(ctx context.Context, path, keys string) (err error) {
	d, err := db.Open(ctx, "sqlite:"+path)
	if err != nil {
		return refusedBackup(r.File, err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for _, o := range tables() {
		if at, wanted, err := d.Versions(ctx, o.name, o.files); err != nil || at > wanted {
			return prentice.Errorf(prentice.Conflict, "the backup is of a later version of prentice (%s): the tables of %s", r.Version, o.name).Try("restore it with that version")
		}
	}
	if err := errors.Join(d.Prepare(ctx), d.Migrate(ctx, "ledger", ledger.Schema())); err != nil { // as a start would
		return refusedBackup(r.File, err)
	}
	is, err := ledger.Look(ctx, d, keys)
	if err == nil && is.Lost != "" {
		err = errors.New(is.Lost)
	}
	if err != nil {
		return refusedBackup(r.File, err)
	}
	l, err := ledger.Open(d, keys)
	if err != nil {
		return refusedBackup(r.File, err)
	}
	report, err := l.VerifyChain(ctx)
	switch {
	case err != nil:
		return refusedBackup(r.File, err)
	case !report.OK && len(report.Faults) > 0:
		return refusedBackup(r.File, errors.New(report.Faults[0].Says))
	case is.Lines != r.Lines:
		return refusedBackup(r.File, fmt.Errorf("it says that it holds %d lines of evidence, and holds %d", r.Lines, is.Lines))
	}
	return nil
}

// unbundle makes repositories of their bundles, in the same folder.
func unbundle(ctx context.Context, folder string) error {
	heads, err := filepath.Glob(filepath.Join(folder, "*.head"))
	if err != nil {
		return err
	}
	host := githost.New(folder, filepath.Join(folder, ".own"))
	for _, file := range heads {
		head, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		base := strings.TrimSuffix(file, ".head")
		if err := host.Unbundle(ctx, filepath.Base(base), base+".bundle", strings.TrimSpace(string(head))); err != nil {
			return err
		}
		if err := errors.Join(os.Remove(file), os.RemoveAll(base+".bundle")); err != nil {
			return err
		}
	}
	return nil
}

// mark writes down that the folder is a restored copy, and stops it: what has been
// done since the copy was made is not known to it.
func (r *restored) mark(stage string, now time.Time) error {
	says := fmt.Sprintf("restored at %s from a backup of %s: look through the runs, then let them go on with prentice resume-all", now.UTC().Format(time.RFC3339), r.Made.Format(time.RFC3339))
	if err := stopfile.Path(filepath.Join(stage, "STOP")).Stop(says); err != nil {
		return err
	}
	return (restoredMark{Backup: r.ID, Made: r.Made, Lines: r.Lines, Restored: now.UTC(), User: whoStarts()}).write(stage)
}

// settle moves what was unpacked to where it belongs. What makes it a data folder
// comes last.
func settle(stage, data string) error {
	inside, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(inside))
	for _, e := range inside {
		names = append(names, e.Name())
	}
	slices.SortFunc(names, func(a, b string) int { return settlesAt(a) - settlesAt(b) })
	for _, name := range names {
		if err := os.Rename(filepath.Join(stage, name), filepath.Join(data, name)); err != nil {
			return err
		}
	}
	return errors.Join(syncFolder(data), os.Remove(stage), syncFolder(data))
}

func settlesAt(name string) int {
	if at := slices.Index([]string{"STOP", restoredFile, "keys", databaseMember}, name); at >= 2 {
		return at
	} else if at >= 0 {
		return at - 2
	}
	return 1
}

func refusedBackup(file string, err error) error {
	return prentice.Errorf(prentice.Invalid, "%s is not restored: %w", file, err).Try("take another backup, from before or after this one; nothing was written")
}

func restoreTrouble(file string, err error) error {
	for _, bad := range []error{archive.ErrShort, archive.ErrForeign, archive.ErrChanged} {
		if errors.Is(err, bad) {
			return refusedBackup(file, err)
		}
	}
	if errors.Is(err, syscall.ENOSPC) {
		return prentice.Errorf(prentice.Unavailable, "%s is not restored: %w", file, err).Try("free space, or name a folder on another disk with --data; nothing is left of it")
	}
	return prentice.Errorf(prentice.Unavailable, "%s is not restored: %w", file, err).Try("see that this user may write to the folder; nothing is left of it")
}
