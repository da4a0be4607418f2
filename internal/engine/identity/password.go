package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"prentice"
	"prentice/internal/kit/db"
)

// The cost of a password's hash, as OWASP's password storage cheat sheet has it
// for argon2id: 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonLen    = 32
	atOnce      = 4 // hashes under way, so that guessing does not fill the memory

	shortestPassword = 12 // characters
	longestPassword  = 256
)

var hashing = make(chan struct{}, atOnce)

func argon(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonLen)
}

// hashPassword is what is stored of a password: cost, salt and hash.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it ends the program rather than fail
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64(salt), b64(argon(password, salt)))
}

// nobodys is the hash of no password. It costs a stranger's name the time that
// a known one costs.
var nobodys = "$argon2id$v=19$m=19456,t=2,p=1$" + base64.RawStdEncoding.EncodeToString(make([]byte, 16)) + "$" + base64.RawStdEncoding.EncodeToString(make([]byte, argonLen))

// rightPassword compares in constant time. What is stored in another form than
// this program writes is no one's password.
func rightPassword(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || strings.Join(parts[:4], "$") != strings.Join(strings.Split(nobodys, "$")[:4], "$") {
		parts = strings.Split(nobodys, "$")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	got := argon(password, salt)
	return err == nil && err2 == nil && subtle.ConstantTimeCompare(got, want) == 1
}

func goodPassword(name, password string) error {
	length := utf8.RuneCountInString(password)
	switch {
	case length < shortestPassword || len(password) > longestPassword:
		return prentice.Errorf(prentice.Invalid, "a password of %d characters", length).Try("use %d or more, up to %d bytes: a few words that do not belong together", shortestPassword, longestPassword)
	case strings.Contains(strings.ToLower(password), strings.ToLower(name)) && len(name) > 2 || len(strings.Trim(password, password[:1])) == 0:
		return prentice.Errorf(prentice.Invalid, "a password that is easily guessed").Try("use a few words that do not belong together, and not your name")
	}
	return nil
}

// SignInPassword opens a session for anyone who knows a person's password and has
// their second factor: a code of the moment, or a recovery code. A password
// alone signs in no one. Whatever is wrong, the answer is the same and takes the
// same work.
func (i *Identity) SignInPassword(ctx context.Context, in PasswordSignIn, from Origin) (session string, expires time.Time, err error) {
	tried, err := i.attempt(ctx, "sign-in", in.Name, from)
	if err != nil {
		return "", expires, err
	}
	var stored, sealed, behind string
	err = i.db.QueryRow(ctx, `SELECT w.hash, t.secret, w.behind FROM identity_password w JOIN identity_totp t ON t.person = w.person WHERE w.person = ?`, []any{in.Name}, &stored, &sealed, &behind)
	if err != nil && !isNone(err) {
		return "", expires, fmt.Errorf("look for a password: %w", err)
	}
	if len(in.Password) > longestPassword {
		in.Password = "" // of no use, and costly
	}
	known := err == nil && sealed != ""
	right := rightPassword(stored, in.Password) && known
	secret := nobodysSecret
	if known {
		if secret, err = i.unseal(totpPurpose(in.Name), sealed); err != nil {
			return "", expires, err
		}
	}
	step, timely := stepOf(secret, in.Code, i.clock())
	if !right || !timely && !looksLikeRecovery(in.Code) {
		return "", expires, notRight()
	}
	err = i.change(ctx, func(tx *db.Tx) error {
		if err := sameStill(tx, in.Name, stored, sealed); err != nil {
			return err
		}
		if err := useCode(tx, in.Name, in.Code, step, timely); err != nil {
			return err
		}
		if err := forgive(tx, tried); err != nil {
			return err
		}
		session, expires, err = i.begin(tx, opening{person: in.Name, way: "password", from: from, behind: behind})
		return err
	})
	return session, expires, err
}

// sameStill refuses a sign-in whose password or second factor changed while its
// hash was worked out.
func sameStill(tx *db.Tx, name, stored, sealed string) error {
	var n int64
	err := tx.QueryRow(`SELECT COUNT(*) FROM identity_password w JOIN identity_totp t ON t.person = w.person WHERE w.person = ? AND w.hash = ? AND t.secret = ?`,
		[]any{name, stored, sealed}, &n)
	if err == nil && n == 0 {
		return notRight()
	}
	return err
}

func notRight() error {
	return prentice.Errorf(prentice.Unauthenticated, "name, password and code do not go together").
		Try("try once more with a new code; each works once. An owner can give you a one-time link")
}
