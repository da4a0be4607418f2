package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"prentice"
	"prentice/internal/kit/db"
)

// Codes are those of RFC 6238 as every authenticator program makes them: six
// digits, SHA-1, thirty seconds; the one before and the one after count too,
// because clocks differ.
const (
	totpPeriod    = 30
	recoveryCodes = 10
	recoveryLen   = 16 // characters of base32: 80 bits
)

// nobodysSecret lets a stranger's code cost the work that a known one costs.
const nobodysSecret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

func totpPurpose(name string) string { return "totp " + name }

// newTOTP is a new secret, and the address that authenticator programs read.
func newTOTP(name string) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "prentice", AccountName: name, SecretSize: 20, Period: totpPeriod})
	if err != nil {
		return "", "", fmt.Errorf("make a second factor: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// stepOf says of which time step a code is, if it is of any that counts now.
func stepOf(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for shift := int64(-1); shift <= 1; shift++ {
		at := now.Add(time.Duration(shift) * totpPeriod * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at.Unix()/totpPeriod, true
		}
	}
	return step, ok
}

// useCode uses a code up: a code of the moment is refused once a code of its
// step or a later one was used, and a recovery code is gone. Of all who send
// the same one, the first comes in.
func useCode(tx *db.Tx, name, code string, step int64, timely bool) error {
	var n int64
	var err error
	if timely {
		n, err = tx.Exec(`UPDATE identity_totp SET step = ? WHERE person = ? AND step < ?`, step, name, step)
	} else {
		n, err = tx.Exec(`DELETE FROM identity_recovery WHERE person = ? AND hash = ?`, name, recoveryHash(name, code))
	}
	if err != nil {
		return fmt.Errorf("use a code up: %w", err)
	}
	if n != 1 {
		return notRight()
	}
	return nil
}

// newRecovery gives someone new recovery codes in the place of all old ones.
func newRecovery(tx *db.Tx, name string) ([]string, error) {
	if _, err := tx.Exec(`DELETE FROM identity_recovery WHERE person = ?`, name); err != nil {
		return nil, fmt.Errorf("forget recovery codes: %w", err)
	}
	var codes []string
	for range recoveryCodes {
		var b [recoveryLen * 5 / 8]byte
		_, _ = rand.Read(b[:]) // it ends the program rather than fail
		text := strings.ToLower(base32Text.EncodeToString(b[:]))
		code := text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		if _, err := tx.Exec(`INSERT INTO identity_recovery (hash, person) VALUES (?, ?)`, recoveryHash(name, code), name); err != nil {
			return nil, fmt.Errorf("keep a recovery code: %w", err)
		}
		codes = append(codes, code)
	}
	return codes, nil
}

func plainRecovery(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}

func looksLikeRecovery(code string) bool { return len(plainRecovery(code)) == recoveryLen }

func recoveryHash(name, code string) string {
	return hashOf("recovery " + name + " " + plainRecovery(code))
}

func wrongCode() error {
	return prentice.Errorf(prentice.Denied, "this code is not right, or was used").Try("wait for the next code of your authenticator, and see that its clock is right")
}
