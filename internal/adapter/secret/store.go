package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"prentice"
)

// sealed is what is encrypted: the value and whose it is, so that one file
// cannot be put in another's place.
type sealed struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (s *Secrets) path(name string) string { return filepath.Join(s.Folder, name+".age") }

// Put keeps a value: a new one, or with replace in the place of an older one. A
// line end after the value does not count.
func (s *Secrets) Put(_ context.Context, name, value string, replace bool) error {
	if err := named(name); err != nil {
		return err
	}
	if err := free(name); err != nil && !replace {
		return err
	}
	value = strings.TrimRight(value, "\r\n")
	if err := fit(name, value); err != nil {
		return err
	}
	if d := s.source(name); d.From != Store {
		return prentice.Errorf(prentice.Conflict, "secret %s comes from a %s, not from the store", name, d.From).Try("%s", elsewhere(d))
	}
	_, err := os.Stat(s.path(name))
	switch {
	case err == nil && !replace:
		return prentice.Errorf(prentice.Conflict, "secret %s is set already", name).Try("replace its value with: prentice secret rotate %s -", name)
	case errors.Is(err, fs.ErrNotExist) && replace:
		return prentice.Errorf(prentice.NotFound, "secret %s is not set", name).Try("set it with: prentice secret set %s -", name)
	}
	raw, err := s.seal(sealed{name, value})
	if err != nil {
		return err
	}
	return write(s.path(name), raw)
}

// elsewhere is where a value is changed that the store does not have.
func elsewhere(d Declaration) string {
	if d.From == File {
		return "write the new value into " + d.Path
	}
	return "change it where its command has it from"
}

// Remove forgets a value of the store.
func (s *Secrets) Remove(_ context.Context, name string) error {
	if err := named(name); err != nil {
		return err
	}
	err := os.Remove(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return prentice.Errorf(prentice.NotFound, "secret %s is not in the store", name).Try("look with: prentice secret list")
	case err != nil:
		return prentice.Errorf(prentice.Unavailable, "remove secret %s: %w", name, err)
	}
	return nil
}

// key reads the store's key, and makes it at first use.
func (s *Secrets) key() (*age.X25519Identity, error) {
	raw, err := os.ReadFile(s.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return s.newKey()
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the key of the secrets: %w", err)
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s does not hold the key of the secrets", s.Key).Try("restore it from a backup")
	}
	return key, nil
}

// newKey makes the first key. With values in the store there was one, and a new
// one would not open them.
func (s *Secrets) newKey() (*age.X25519Identity, error) {
	if old, err := filepath.Glob(s.path("*")); err != nil || len(old) > 0 {
		return nil, prentice.Errorf(prentice.Unavailable, "the key of the secrets is gone: %s", s.Key).Try("restore it from a backup; without it the store cannot be read")
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "make a key for secrets: %w", err)
	}
	return key, write(s.Key, []byte(key.String()+"\n"))
}

func (s *Secrets) seal(v sealed) ([]byte, error) {
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, prentice.Errorf(prentice.Internal, "encrypt secret %s", v.Name)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, key.Recipient())
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Internal, "encrypt secret %s: %w", v.Name, err)
	}
	return out.Bytes(), nil
}

func (s *Secrets) unseal(name string) (string, error) {
	raw, err := os.ReadFile(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", prentice.Errorf(prentice.NotFound, "secret %s is not set", name).Try("set it with: prentice secret set %s -", name)
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "secret %s: %w", name, err)
	}
	key, err := s.key()
	if err != nil {
		return "", err
	}
	damaged := prentice.Errorf(prentice.Unavailable, "secret %s cannot be decrypted: its file is damaged, or of another key or name", name).Try("set it again with: prentice secret rotate %s -", name)
	r, err := age.Decrypt(bytes.NewReader(raw), key)
	if err != nil {
		return "", damaged
	}
	plain, err := io.ReadAll(io.LimitReader(r, 8*mostBytes))
	var v sealed
	if err != nil || json.Unmarshal(plain, &v) != nil || v.Name != name {
		return "", damaged
	}
	return v.Value, nil
}

// write puts a whole file in the place of another: after a power cut it is the
// one or the other.
func write(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "write %s: %w", path, err)
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "write %s: %w", path, errors.Join(err, os.Remove(f.Name()))).Try("look for space and permissions")
	}
	return nil
}
