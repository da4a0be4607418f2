package boot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/githost"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/archive"
	"prentice/internal/kit/db"
)

// A backup is the data folder as it is at one moment, in one archive: the database,
// the keys, the logs, the hosts' keys, and the team folder where it lies within. The
// keys are read before the database: what they say was written last, it holds.

// backupAbout is what an archive says of itself.
type backupAbout struct {
	ID           string    `json:"id"`
	Made         time.Time `json:"made"`
	Version      string    `json:"version"`
	Machine      string    `json:"machine"`
	Installation string    `json:"installation"`
	Database     string    `json:"database"` // sqlite: it is inside; postgresql: it is not
	Lines        int64     `json:"lines"`    // of evidence
	Secrets      bool      `json:"secrets"`  // they are inside

	Repositories []string `json:"repositories,omitempty"` // that are inside
	Left         []string `json:"left,omitempty"`         // repositories that are not: they were not made here, or were changed by hand
}

// databaseMember is the database in an archive.
const databaseMember = "prentice.db"

// backedUp are the folders that an archive holds, in the order in which they are read:
// what needs a key comes before the keys.
var backedUp = []string{secretsFolder, "ssh", "keys"}

// backedUpLater is read behind the database. A finished part of a log is stored
// before it is taken out of the log, so that it is found in one of the two.
var backedUpLater = []string{"logs", "replicas", "blobs", "artifacts", "team"}

const (
	secretsFolder = "secrets"
	secretsKey    = "keys/secrets.key"

	repositoriesFolder = "repositories"
)

// lastBackupFile says in the data folder what was backed up last.
const lastBackupFile = "last-backup.json"

// lastBackup is the last archive that was made whole.
type lastBackup struct {
	File    string    `json:"file"`
	Made    time.Time `json:"made"`
	Bytes   int64     `json:"bytes"`
	Lines   int64     `json:"lines"`
	Secrets bool      `json:"secrets"`
}

// backUp writes an archive of the data folder into a file, which is replaced only by
// a whole one. Whether a server has the folder makes no difference.
func (c *commands) backUp(ctx context.Context, set Settings, file string, secrets bool) (m made, err error) {
	if set.presence() != started {
		return m, set.nothingHere()
	}
	if isFolder(file) {
		return m, prentice.Errorf(prentice.Invalid, "%s is a folder", file).Try("name a file in it, such as %s", filepath.Join(file, "prentice-backup.tar.gz"))
	}
	target, err := claimTarget(file)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, target.abandon()) }()
	p := archive.NewPacker(target.f, time.Now())
	b := &backup{set: set, pack: p, about: backupAbout{ID: rand.Text(), Made: time.Now().UTC().Truncate(time.Second), Version: c.build.Version, Secrets: secrets, Database: "sqlite"}}
	b.about.Machine, _ = os.Hostname()
	if err := b.all(ctx, target.path+"-db"); err != nil {
		return m, backupTrouble(file, err)
	}
	members, err := p.Close(b.about)
	if err != nil {
		return m, backupTrouble(file, err)
	}
	sum, size, err := target.finish()
	if err != nil {
		return m, backupTrouble(file, err)
	}
	m = made{File: file, Bytes: size, SHA256: sum, Files: len(members), backupAbout: b.about}
	b.note(m)
	return m, nil
}

type backup struct {
	set   Settings
	pack  *archive.Packer
	about backupAbout
}

func (b *backup) all(ctx context.Context, scratch string) (err error) {
	if b.about.Installation, err = installationID(filepath.Join(b.set.Data, "keys")); err != nil {
		return cannotRead(b.set.Data, err)
	}
	for _, name := range backedUp {
		if err := b.folder(name); err != nil {
			return err
		}
	}
	if b.set.postgres() {
		b.about.Database = "postgresql"
	} else if err := b.database(ctx, scratch); err != nil {
		return err
	}
	for _, name := range backedUpLater {
		if err := b.folder(name); err != nil {
			return err
		}
	}
	if err := b.repositories(ctx, scratch+"-git"); err != nil {
		return err
	}
	return b.folder("keys") // one that was made meanwhile, for what the copy holds already
}

// folder packs a folder of the data folder, as far as it is not packed yet.
func (b *backup) folder(name string) error {
	return filepath.WalkDir(filepath.Join(b.set.Data, name), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was taken away meanwhile, or never was there
		}
		if err != nil {
			return err
		}
		within, err := filepath.Rel(b.set.Data, path)
		if err != nil || !d.Type().IsRegular() || !b.wants(within) || b.pack.Has(filepath.ToSlash(within)) {
			return err
		}
		return b.pack.File(filepath.ToSlash(within), path)
	})
}

// repositories packs what is kept here, each as a bundle of all its refs. The database was
// read before: what it says of a branch is in it, or the branch has gone on since.
func (b *backup) repositories(ctx context.Context, scratch string) error {
	host := githost.New(b.set.Repositories, filepath.Join(b.set.Data, "git"))
	names, err := host.Names()
	if err != nil {
		return err
	}
	defer os.Remove(scratch) //nolint:errcheck // it costs space only, and the next backup takes it away
	for _, name := range names {
		head, some, err := host.Bundle(ctx, name, scratch)
		if kind := prentice.KindOf(err); kind == prentice.NotFound || kind == prentice.Refused {
			if kind == prentice.Refused {
				b.about.Left = append(b.about.Left, name)
			}
			continue
		}
		if err != nil {
			return err
		}
		b.about.Repositories = append(b.about.Repositories, name)
		if some {
			if err := b.pack.File(repositoriesFolder+"/"+name+".bundle", scratch); err != nil {
				return err
			}
		}
		if err := os.WriteFile(scratch, []byte(head+"\n"), 0o600); err != nil {
			return err
		}
		if err := b.pack.File(repositoriesFolder+"/"+name+".head", scratch); err != nil {
			return err
		}
	}
	return nil
}

// wants says whether a file belongs into the archive.
func (b *backup) wants(name string) bool {
	switch {
	case !b.about.Secrets && (name == secretsKey || strings.HasPrefix(name, secretsFolder+"/")):
		return false
	case strings.HasPrefix(name, "team/"):
		return true
	}
	base := filepath.Base(name)
	return mayRestore(name) && !strings.HasPrefix(base, ".new-") && !strings.HasPrefix(base, ".server-")
}

// database packs a copy of the database that was looked through.
func (b *backup) database(ctx context.Context, scratch string) (err error) {
	if err := os.Remove(scratch); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer os.Remove(scratch) //nolint:errcheck // it costs space only, and the next backup takes it away
	keys := filepath.Join(b.set.Data, "keys")
	live, err := db.OpenReading(ctx, b.set.address(), false)
	if err != nil {
		return storeTrouble(b.set.address(), err)
	}
	defer func() { err = errors.Join(err, live.Close()) }()
	is, err := ledger.Look(ctx, live, keys)
	if err != nil {
		return err
	}
	if is.Lost != "" {
		return prentice.Errorf(prentice.Conflict, "what is here could not be restored: %s", is.Lost).
			Try("look with: prentice evidence check — and keep a copy of the whole folder as it is, with prentice stopped")
	}
	if err := live.CopyTo(ctx, scratch); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	copied, err := db.OpenReading(ctx, "sqlite:"+scratch, true)
	if err != nil {
		return storeTrouble("sqlite:"+scratch, err)
	}
	is, err = ledger.Look(ctx, copied, keys)
	if err = errors.Join(err, copied.Sound(ctx), copied.Close()); err != nil {
		return fmt.Errorf("look through the copy of the database: %w", err)
	}
	b.about.Lines = is.Lines
	return b.pack.File(databaseMember, scratch)
}

// note keeps which backup was the last. One that cannot be noted is one all the same.
func (b *backup) note(m made) {
	where, err := filepath.Abs(m.File)
	if err != nil {
		where = m.File
	}
	raw, err := json.Marshal(lastBackup{File: where, Made: m.Made, Bytes: m.Bytes, Lines: m.Lines, Secrets: m.Secrets})
	if err == nil {
		err = replaceWhole(filepath.Join(b.set.Data, lastBackupFile), append(raw, '\n'))
	}
	if err != nil {
		slog.Debug("note the last backup", "err", err)
	}
}

// replaceWhole puts a file of mode 0600 in its place at once.
func replaceWhole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is in its place, or of no use
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func backupTrouble(file string, err error) error {
	if _, told := errors.AsType[*prentice.Error](err); told {
		return err
	}
	e := prentice.Errorf(prentice.Unavailable, "the backup was not made: %w", err)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, db.ErrFull) {
		return e.Try("free space in %s, or name a file on another disk; for a moment it takes the size of the database as well. What was in %s before is still there", filepath.Dir(file), file)
	}
	return e.Try("see that this user may read the whole data folder and write %s; what was there before is still there", file)
}
