package identity_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func newKey(t *testing.T) ssh.PublicKey {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAKeyLetsItsHolderInUntilItIsRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		key := newKey(t)
		line := string(ssh.MarshalAuthorizedKey(key))
		r := identity.TokenRequest{Name: "laptop", Kind: prentice.Person, Person: "ann", Role: prentice.Operator}
		added, err := w.AddKey(ctx, r, line)
		if err != nil || added.SSH != ssh.FingerprintSHA256(key) {
			t.Fatal(added, err)
		}
		a, err := w.IdentifyKey(ctx, key.Marshal())
		if err != nil || a.Name != "ann" || a.Role != prentice.Operator || a.Token != added.ID {
			t.Errorf("%+v, %v", a, err)
		}
		list, err := w.Tokens(ctx, "ann")
		if err != nil || len(list) == 0 || list[len(list)-1].SSH != added.SSH {
			t.Errorf("%+v, %v", list, err)
		}
		r.Name = "again"
		if _, err := w.AddKey(ctx, r, line); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("the same key twice: %v", err)
		}
		if err := w.RevokeToken(ctx, added.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.IdentifyKey(ctx, key.Marshal()); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("it was removed, and lets in: %v", err)
		}
	})
}

// A public key is known to all: to show it, or what is stored of it, must let no one in.
func TestWhoOnlyKnowsAKeyIsAStranger(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	key := newKey(t)
	line := string(ssh.MarshalAuthorizedKey(key))
	if _, err := w.AddKey(ctx, identity.TokenRequest{Name: "laptop", Kind: prentice.Person, Person: "ann", Role: prentice.Operator}, line); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(key.Marshal())
	for _, shown := range []string{line, string(key.Marshal()), ssh.FingerprintSHA256(key), "ssh:" + hex.EncodeToString(sum[:]), hex.EncodeToString(sum[:])} {
		if a, _, err := w.Identify(ctx, identity.Credential{Bearer: shown}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("%q lets in %v: %v", shown, a, err)
		}
	}
	if _, err := w.IdentifyKey(ctx, nil); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("no key: %v", err)
	}
}

func TestAKeyThatIsWeakOrNoneIsNotKept(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip("no key of 1024 bits can be made: ", err)
	}
	weak, err := ssh.NewPublicKey(&small.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	good := string(ssh.MarshalAuthorizedKey(newKey(t)))
	for _, line := range []string{"", "hello", string(ssh.MarshalAuthorizedKey(weak)), good + good, "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nx\n"} {
		if _, err := w.AddKey(ctx, identity.TokenRequest{Name: "laptop", Kind: prentice.Person, Person: "ann", Role: prentice.Operator}, line); err == nil {
			t.Errorf("%.40q was kept", line)
		}
	}
}
