package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const tokenFile = "cli.token"

// EnsureOwner makes sure that there is an owner. At the first start it adds one
// and returns the code of a link that signs them in. It also writes, where it is
// missing or does not act as an owner any more, the token for the command line
// on this machine: anyone who can read that file can write to the database too.
func (i *Identity) EnsureOwner(ctx context.Context, name string) (created bool, link string, err error) {
	there, err := i.hasOwner(ctx)
	if err != nil {
		return false, "", err
	}
	if there {
		return false, "", i.renewToken(ctx)
	}
	err = i.change(ctx, func(tx *db.Tx) error {
		created = false
		_, err := firstOwner(tx)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		created = true
		if _, err := i.addPerson(tx, name, prentice.Owner); err != nil {
			return err
		}
		link, _, err = i.link(tx, name, prentice.Actor{})
		return err
	})
	if err != nil {
		return false, "", err
	}
	return created, link, i.renewToken(ctx)
}

// hasOwner asks without writing: anyone who only looks may do so where nothing can be
// written.
func (i *Identity) hasOwner(ctx context.Context) (bool, error) {
	var n int64
	err := i.db.QueryRow(ctx, `SELECT COUNT(*) FROM identity_person WHERE role = ?`, []any{string(prentice.Owner)}, &n)
	if err != nil {
		return false, fmt.Errorf("look for the owner: %w", err)
	}
	return n > 0, nil
}

// renewToken sees to it that this folder's command line has a token that holds.
func (i *Identity) renewToken(ctx context.Context) error {
	stale, err := i.tokenStale(ctx)
	if err != nil || !stale {
		return err
	}
	return i.writeToken(ctx)
}

// FirstLink is the code of a link that signs the owner in, as long as no one has
// ever come in: the owner is alone, without a session or another way, and a link
// that was made before lies unused. Otherwise it is "".
func (i *Identity) FirstLink(ctx context.Context) (link string, err error) {
	err = i.change(ctx, func(tx *db.Tx) error {
		var people, unused, ways int
		if err := tx.QueryRow(`SELECT (SELECT COUNT(*) FROM identity_person), (SELECT COUNT(*) FROM identity_link),
			(SELECT COUNT(*) FROM identity_session) + (SELECT COUNT(*) FROM identity_password) + (SELECT COUNT(*) FROM identity_passkey) + (SELECT COUNT(*) FROM identity_provider)`,
			nil, &people, &unused, &ways); err != nil {
			return fmt.Errorf("look whether anybody has come in: %w", err)
		}
		if link = ""; people != 1 || unused == 0 || ways > 0 {
			return nil
		}
		owner, err := firstOwner(tx)
		if err != nil {
			return fmt.Errorf("look for the owner: %w", err)
		}
		link, _, err = i.link(tx, owner, prentice.Actor{})
		return err
	})
	return link, err
}

// tokenStale says whether the command line needs another token: it has none,
// or one that is not an owner's.
func (i *Identity) tokenStale(ctx context.Context) (bool, error) {
	token, err := ReadToken(i.keys)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	k, err := i.byToken(ctx, hashOf(token), i.clock())
	if prentice.KindOf(err) == prentice.Unauthenticated {
		return true, nil
	}
	return k.actor.Role != prentice.Owner, err
}

// firstOwner is the owner of the longest standing, before all those whom a
// provider brought.
func firstOwner(tx *db.Tx) (name string, err error) {
	err = tx.QueryRow(`SELECT p.name FROM identity_person p LEFT JOIN identity_provider v ON v.person = p.name WHERE p.role = ?
		ORDER BY CASE WHEN v.person IS NULL THEN 0 ELSE 1 END, p.created, p.name LIMIT 1`, []any{string(prentice.Owner)}, &name)
	return name, err
}

// writeToken makes a token for this folder's command line in the place of the
// one it had, and writes it after it is committed: a token in a file that no one
// knows would be worse than none, which the next start fixes.
func (i *Identity) writeToken(ctx context.Context) error {
	var value string
	err := i.change(ctx, func(tx *db.Tx) error {
		owner, err := firstOwner(tx)
		if err != nil {
			return fmt.Errorf("look for an owner: %w", err)
		}
		r := TokenRequest{Name: i.tokenName(), Kind: prentice.Person, Person: owner, Role: prentice.Owner}
		if err := forgetToken(tx, r.Name); err != nil {
			return err
		}
		value, _, err = i.createToken(tx, r, time.Time{})
		return err
	})
	if err != nil {
		return err
	}
	return i.place(value)
}

// tokenName tells the command lines of several machines and folders on one
// database apart.
func (i *Identity) tokenName() string {
	folder, err := filepath.Abs(i.keys)
	if err != nil {
		folder = i.keys
	}
	host, _ := os.Hostname()
	if host = "cli@" + host; !prentice.ValidName(host + "-00000000") {
		host = "cli"
	}
	return host + "-" + hashOf(folder)[:8]
}

func forgetToken(tx *db.Tx, name string) error {
	var id int64
	err := tx.QueryRow(`SELECT id FROM identity_token WHERE name = ? AND kind = ? ORDER BY id LIMIT 1`, []any{name, string(prentice.Person)}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for token %s: %w", name, err)
	}
	return deleteToken(tx, id)
}

func (i *Identity) place(value string) error {
	if err := os.MkdirAll(i.keys, 0o700); err != nil {
		return unwritable(err)
	}
	f, err := os.CreateTemp(i.keys, ".new-*") // mode 0600
	if err != nil {
		return unwritable(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has been renamed, or is of no use
	_, err = f.WriteString(value + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return unwritable(err)
	}
	if err := os.Rename(f.Name(), filepath.Join(i.keys, tokenFile)); err != nil {
		return unwritable(err)
	}
	return nil
}

func unwritable(err error) error {
	return prentice.Errorf(prentice.Unavailable, "the command line's token cannot be written: %w", err).
		Try("let the user who runs prentice write there, and see that the disk is not full")
}

// ReadToken reads the command line's token from the folder of keys. It refuses
// a file that others may read. When there is none, the error is fs.ErrNotExist.
func ReadToken(keys string) (string, error) {
	path := filepath.Join(keys, tokenFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", prentice.Errorf(prentice.NotFound, "there is no token for the command line: %w", err).Try("start prentice once with: prentice up")
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the command line's token: %w", err).Try("look at the folder's permissions")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", prentice.Errorf(prentice.Refused, "%s may be read by others (mode %#o)", path, info.Mode().Perm()).
			Try("run: chmod 600 %s — and if someone may have copied it, remove it and start prentice again for a new one", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", prentice.Errorf(prentice.Denied, "the command line's token: %w", err).Try("run as the user who runs prentice, or use a token of your own")
	}
	token := strings.TrimSpace(string(raw))
	if !strings.HasPrefix(token, prefix) {
		return "", prentice.Errorf(prentice.Unavailable, "%s holds no token", path).Try("remove it and start prentice again; a new one is written")
	}
	return token, nil
}
