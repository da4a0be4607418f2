package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"prentice"
)

const sealFile = "identity.key"

// sealer seals the few secrets that must be read again, with a key that lies
// beside the database and not in it: a copy of the database alone opens nothing.
func (i *Identity) sealer() (cipher.AEAD, error) {
	path := filepath.Join(i.keys, sealFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // it ends the program rather than fail
		if err := writeNew(path, key); err != nil {
			return nil, unwritable(err)
		}
		key, err = os.ReadFile(path) // another person may have been first
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the key of second factors: %w", err).Try("let the user who runs prentice read %s", path)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s is not a key: %w", path, err).Try("bring it back from a backup; without it, second factors must be made anew")
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// writeNew writes a file that is not there yet, whole or not at all.
func writeNew(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // the other name stays
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// seal hides a text; only the same purpose opens it again.
func (i *Identity) seal(purpose, text string) (string, error) {
	s, err := i.sealer()
	if err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(s.Seal(nil, nil, []byte(text), []byte(purpose))), nil
}

func (i *Identity) unseal(purpose, sealed string) (string, error) {
	s, err := i.sealer()
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err == nil {
		raw, err = s.Open(nil, nil, raw, []byte(purpose))
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "a second factor cannot be read with the key in %s: %w", sealFile, err).
			Try("bring the key back from the backup of the same day, or let an owner reset the person")
	}
	return string(raw), nil
}
