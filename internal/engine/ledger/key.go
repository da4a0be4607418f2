package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"prentice"
	"prentice/internal/kit/dsse"
)

// keys are the key that signs, and every public key whose signatures are
// believed. A key that was replaced stays believed while its public half lies
// in the folder under another name, such as ledger-2026.pub.
type keys struct {
	folder  string
	private ed25519.PrivateKey
	marks   []byte // the key of marks
	id      string
	pem     string
	known   map[string]ed25519.PublicKey // by key id
}

func openKeys(folder string) (keys, error) {
	private, public := filepath.Join(folder, "ledger.key"), filepath.Join(folder, "ledger.pub")
	key, err := readPrivate(private)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = createPrivate(private, public)
	}
	if err != nil {
		return keys{}, err
	}
	if err := fitPublic(public, key.Public().(ed25519.PublicKey)); err != nil {
		return keys{}, err
	}
	return collect(folder, key)
}

// readPrivate refuses a key that anyone but its owner may read: it may have
// been copied already.
func readPrivate(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable("the ledger's private key", err)
	}
	if wide := info.Mode().Perm() & 0o077; wide != 0 {
		return nil, prentice.Errorf(prentice.Refused, "%s may be read or written by others (mode %#o)", path, info.Mode().Perm()).
			Try("run: chmod 600 %s — and if someone may have copied it, rename ledger.pub to ledger-old.pub, remove the key, and start again for a new one", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("the ledger's private key", err)
	}
	key, err := dsse.ParsePrivate(raw)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s: %w", path, err).
			Try("restore it from a backup; if there is none, rename ledger.pub to ledger-old.pub, move the damaged key away, and start again for a new one")
	}
	return key, nil
}

// createPrivate makes a new key, but never in the place of one that was lost:
// that would hide the loss.
func createPrivate(private, public string) (ed25519.PrivateKey, error) {
	if _, err := os.Stat(public); err == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s is missing, but %s is there", private, public).
			Try("restore the private key from a backup; if there is none, rename ledger.pub to ledger-old.pub and start again for a new pair")
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the ledger's key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(private), 0o700); err != nil {
		return nil, unwritable(err)
	}
	err = createFile(private, dsse.EncodePrivate(key), 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return readPrivate(private)
	}
	if err != nil {
		return nil, unwritable(err)
	}
	return key, nil
}

// fitPublic makes sure that ledger.pub is the other half, because that is the
// file people hand to auditors. A missing one is written again.
func fitPublic(path string, pub ed25519.PublicKey) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createFile(path, dsse.EncodePublic(pub), 0o644); err != nil && !errors.Is(err, fs.ErrExist) {
			return unwritable(err)
		}
		return nil
	}
	if err != nil {
		return unreadable("the ledger's public key", err)
	}
	there, err := dsse.ParsePublic(raw)
	if err == nil && there.Equal(pub) {
		return nil
	}
	if err == nil {
		err = errors.New("it is not the other half of ledger.key")
	}
	return prentice.Errorf(prentice.Unavailable, "%s: %w", path, err).
		Try("move it away and start again: it is written anew from ledger.key")
}

// collect gathers the public keys that are believed.
func collect(folder string, key ed25519.PrivateKey) (keys, error) {
	pub := key.Public().(ed25519.PublicKey)
	k := keys{folder: folder, private: key, marks: markKey(key), id: dsse.KeyID(pub), pem: string(dsse.EncodePublic(pub)), known: map[string]ed25519.PublicKey{dsse.KeyID(pub): pub}}
	return k, older(folder, k.known)
}

// older adds the public keys of before, which are still believed.
func older(folder string, known map[string]ed25519.PublicKey) error {
	old, err := filepath.Glob(filepath.Join(folder, "ledger-*.pub"))
	if err != nil {
		return fmt.Errorf("look for older public keys: %w", err)
	}
	for _, path := range old {
		raw, err := os.ReadFile(path)
		if err != nil {
			return unreadable("an older public key", err)
		}
		pub, err := dsse.ParsePublic(raw)
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%s: %w", path, err).Try("restore it from a backup, or move it away")
		}
		known[dsse.KeyID(pub)] = pub
	}
	return nil
}

// createFile writes a file that was not there, whole or not at all.
func createFile(path string, content []byte, mode fs.FileMode) error {
	return placeFile(path, content, mode, os.Link)
}

// replaceFile puts a file in the place of another, whole or not at all.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	return placeFile(path, content, mode, os.Rename)
}

func placeFile(path string, content []byte, mode fs.FileMode, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is in its place, or of no use
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return place(f.Name(), path)
}

func unreadable(what string, err error) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", what, err).Try("let the user who runs prentice read it")
}

func unwritable(err error) error {
	return prentice.Errorf(prentice.Unavailable, "the ledger's key cannot be written: %w", err).Try("let the user who runs prentice write there, and see that the disk is not full")
}
