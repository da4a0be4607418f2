package git

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/proc"
)

// openPGP says by which of some keys content is signed, by the program gpgv: it knows the
// keys that it is given and no others, has no agent and no settings, and writes nothing.
func openPGP(ctx context.Context, keys, signature, content []byte) (by string, err error) {
	program, err := exec.LookPath("gpgv")
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "OpenPGP signatures cannot be verified here: there is no gpgv").Try("install gpgv, or sign commits with SSH keys")
	}
	ring, err := dearmoured(keys)
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "%w", err)
	}
	dir, err := os.MkdirTemp("", "prentice-keys-")
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays costs only space
	for name, text := range map[string][]byte{"keys.gpg": ring, "signature": signature} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", prentice.Errorf(prentice.Unavailable, "%w", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out := &proc.Bounded{Most: 64 << 10}
	exit, err := proc.Run(ctx, proc.Spec{
		Argv: []string{program, "--homedir", dir, "--keyring", filepath.Join(dir, "keys.gpg"), "--status-fd", "1", filepath.Join(dir, "signature"), "-"},
		Dir:  dir, Env: []string{"PATH=" + proc.DefaultPath, "LC_ALL=C", "HOME=" + dir}, Stdin: bytes.NewReader(content), Out: out, Err: &proc.Bounded{Most: 16 << 10}, Grace: time.Second})
	if err != nil || exit.TimedOut {
		return "", prentice.Errorf(prentice.Unavailable, "gpgv did not answer: %v", err)
	}
	return judged(out.String(), exit.OK())
}

// judged reads what gpgv says of one signature. More than one is none.
func judged(status string, well bool) (by string, err error) {
	good, says := 0, "it is not a signature of this content by one of the keys"
	for line := range strings.Lines(status) {
		word := strings.Fields(strings.TrimPrefix(line, "[GNUPG:] "))
		if len(word) == 0 {
			continue
		}
		switch word[0] {
		case "GOODSIG":
			good++
		case "VALIDSIG":
			if len(word) > 10 {
				by = word[10] // of the primary key
			}
		case "EXPKEYSIG", "KEYEXPIRED":
			says = "its key has expired"
		case "REVKEYSIG":
			says = "its key was revoked"
		case "EXPSIG":
			says = "it has expired"
		case "NO_PUBKEY":
			says = "its key is no one's"
		}
	}
	if well && good == 1 && by != "" {
		return by, nil
	}
	return "", prentice.Errorf(prentice.Invalid, "%s", says)
}

// dearmoured are all keys of a text as gpgv reads them.
func dearmoured(text []byte) (ring []byte, err error) {
	const begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
	rest := strings.ReplaceAll(string(text), "\r\n", "\n")
	for {
		_, block, found := strings.Cut(rest, begin)
		if !found {
			break
		}
		block, rest, found = strings.Cut(block, end)
		_, body, blank := strings.Cut(block, "\n\n")
		body, _, _ = strings.Cut(body, "\n=") // the check sum
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
		if err != nil || !found || !blank {
			return nil, prentice.Errorf(prentice.Invalid, "a block of OpenPGP keys cannot be read").Try("write it with: gpg --armor --export ADDRESS")
		}
		ring = append(ring, raw...)
	}
	if len(ring) == 0 {
		return nil, prentice.Errorf(prentice.Invalid, "there are no OpenPGP keys in it").Try("write them with: gpg --armor --export ADDRESS")
	}
	return ring, nil
}
