package preview

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// Key signs passes and share links. It lies beside the database and not in it: a copy of
// the database lets no one in.
type Key []byte

// KeyFile is where the key is, in the folder of keys.
const KeyFile = "preview.key"

// OpenKey reads the key of a folder, and makes it where there is none.
func OpenKey(folder string) (Key, error) {
	path := filepath.Join(folder, KeyFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			key, err = os.ReadFile(path) // another process may have been first
		}
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the key of previews: %w", err).Try("let the user who runs prentice read and write %s", path)
	}
	if len(key) != sha256.Size {
		return nil, prentice.Errorf(prentice.Unavailable, "%s is not a key", path).Try("bring it back from a backup; or remove it: then each share link is over")
	}
	return key, nil
}

// makeKey writes a new key, whole or not at all.
func makeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // the other name stays
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it ends the program rather than fail
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (k Key) mac(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(purpose))
	for _, p := range parts {
		m.Write([]byte(strconv.Itoa(len(p)) + ":" + p)) // no two lists of parts are the same bytes
	}
	return m.Sum(nil)
}

var encoding = base64.RawURLEncoding.Strict()

// Pass is what lets a browser into one place under one name.
type Pass struct {
	Env    string    `json:"e"`
	Person string    `json:"p,omitempty"`
	Link   int64     `json:"l,omitempty"`
	Ends   time.Time `json:"u"`
}

// Seal writes a pass down for the holder's browser; it is good at one host alone.
func (k Key) Seal(p Pass, host string) string {
	text, _ := json.Marshal(p) // it has only texts, numbers and times
	return encoding.EncodeToString(text) + "." + encoding.EncodeToString(k.mac("pass", host, string(text)))
}

// Unseal reads a pass that this key sealed for a host, and that is not over.
func (k Key) Unseal(sealed, host string, now time.Time) (p Pass, ok bool) {
	body, sum, found := strings.Cut(sealed, ".")
	text, err := encoding.DecodeString(body)
	mac, bad := encoding.DecodeString(sum)
	if !found || err != nil || bad != nil || !hmac.Equal(mac, k.mac("pass", host, string(text))) {
		return p, false
	}
	return p, json.Unmarshal(text, &p) == nil && now.Before(p.Ends)
}

// Token is what stands in the address of a share link.
func (k Key) Token(l Link) string {
	return strconv.FormatInt(l.Number, 10) + "." + encoding.EncodeToString(k.ofLink(l))
}

// Genuine says whether a token is that of a link.
func (k Key) Genuine(token string, l Link) bool {
	_, sum, found := strings.Cut(token, ".")
	mac, err := encoding.DecodeString(sum)
	return found && err == nil && hmac.Equal(mac, k.ofLink(l))
}

func (k Key) ofLink(l Link) []byte {
	return k.mac("link", strconv.FormatInt(l.Number, 10), l.Env, strconv.FormatInt(l.Ends.UnixMicro(), 10))
}
