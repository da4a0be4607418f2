package identity

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/db"
)

// hashOfKey is what is stored of a public key in the place of a secret's hash. No secret
// has such a hash: a key is known to all, and lets in only who has proved to hold it.
func hashOfKey(key []byte) string {
	sum := sha256.Sum256(key)
	return "ssh:" + hex.EncodeToString(sum[:])
}

// leastRSA is how many bits a key of RSA has at least.
const leastRSA = 2048

// parseKey reads a line as ssh-keygen writes it into a .pub file.
func parseKey(line string) (ssh.PublicKey, error) {
	if strings.Contains(line, "PRIVATE KEY") {
		return nil, prentice.Errorf(prentice.Refused, "this is a private key, which no one else should see").Try("give the public one, which ends with .pub; and make a new pair: ssh-keygen -t ed25519")
	}
	key, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	wrong := prentice.Errorf(prentice.Invalid, "this is no public key of SSH").Try("give the file that ssh-keygen wrote, such as ~/.ssh/id_ed25519.pub")
	if err != nil || len(strings.TrimSpace(string(rest))) > 0 {
		return nil, wrong
	}
	weak := prentice.Errorf(prentice.Refused, "a key of the sort %s is too weak", key.Type()).Try("make another: ssh-keygen -t ed25519")
	switch key.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256:
		return key, nil
	case ssh.KeyAlgoRSA:
		crypto, ok := key.(ssh.CryptoPublicKey)
		if !ok {
			return nil, wrong
		}
		if pub, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); !ok || pub.N.BitLen() < leastRSA {
			return nil, weak
		}
		return key, nil
	}
	return nil, weak
}

// AddKey keeps a public key of SSH, by which its holder comes as a token lets them.
func (i *Identity) AddKey(ctx context.Context, r TokenRequest, line string) (TokenRecord, error) {
	key, err := parseKey(line)
	if err != nil {
		return TokenRecord{}, err
	}
	r.key = key
	_, t, err := i.CreateToken(ctx, r)
	return t, err
}

// IdentifyKey says who holds a public key, in SSH's wire form. Who asks has seen the
// proof that the client holds it.
func (i *Identity) IdentifyKey(ctx context.Context, key []byte) (prentice.Actor, error) {
	if len(key) == 0 {
		return prentice.Actor{}, stranger()
	}
	k, err := i.recognise(ctx, "key ", hashOfKey(key), i.byToken)
	return k.actor, err
}

// recognise finds who a hash is of, or remembers it.
func (i *Identity) recognise(ctx context.Context, sort, hash string, find func(context.Context, string, time.Time) (known, error)) (known, error) {
	now := i.clock()
	revision, err := i.revision(ctx)
	if err != nil {
		return known{}, err
	}
	if k, ok := i.cache.find(sort+hash, revision, now); ok {
		return k, nil
	}
	generation := i.cache.now()
	k, err := find(ctx, hash, now)
	if err != nil {
		return known{}, err
	}
	i.cache.keep(sort+hash, k, revision, now, generation)
	i.touch(ctx, k, now)
	return k, nil
}

// unknownKey refuses a key that lets someone in already. One that has ended makes room when
// it is removed.
func unknownKey(tx *db.Tx, hash string) error {
	var n int
	if err := tx.QueryRow(`SELECT COUNT(*) FROM identity_token WHERE hash = ?`, []any{hash}, &n); err != nil {
		return err
	}
	if n > 0 {
		return prentice.Errorf(prentice.Conflict, "this key is known already, and a key lets in one person").Try("look with: prentice key list; or make another: ssh-keygen -t ed25519")
	}
	return nil
}
