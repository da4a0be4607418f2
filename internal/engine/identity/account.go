package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Account is how someone signs in.
func (i *Identity) Account(ctx context.Context, name string) (a AccountRecord, err error) {
	a.Person = name
	var passwords, totps, codes int64
	var behind string
	err = i.db.QueryRow(ctx, `SELECT COALESCE((SELECT MAX(behind) FROM identity_password WHERE person = ?), ''), (SELECT COUNT(*) FROM identity_password WHERE person = ?), (SELECT COUNT(*) FROM identity_totp WHERE person = ? AND secret <> ''),
		(SELECT COUNT(*) FROM identity_recovery WHERE person = ?)`, []any{name, name, name, name}, &behind, &passwords, &totps, &codes)
	if err != nil {
		return a, fmt.Errorf("look how %s signs in: %w", name, err)
	}
	a.Password, a.Recovery = passwords > 0 && totps > 0, int(codes)
	a.PasswordBehind = prentice.RefsIn(behind)
	a.Passkeys, err = i.passkeys(ctx, name)
	return a, err
}

// BeginTOTP shows a new second factor, which counts once SetPassword was given a
// code of it. Anyone who has a factor already proves it first.
func (i *Identity) BeginTOTP(ctx context.Context, name string, p Proof) (secret, url string, err error) {
	if err := i.Prove(ctx, name, p); err != nil {
		return "", "", err
	}
	if secret, url, err = newTOTP(name); err != nil {
		return "", "", err
	}
	sealed, err := i.seal(totpPurpose(name), secret)
	if err != nil {
		return "", "", err
	}
	return secret, url, i.change(ctx, func(tx *db.Tx) error {
		if _, err := person(tx, name); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE identity_totp SET pending = ? WHERE person = ?`, sealed, name)
		if err == nil && n == 0 {
			_, err = tx.Exec(`INSERT INTO identity_totp (person, secret, pending, step) VALUES (?, '', ?, 0)`, name, sealed)
		}
		return err
	})
}

// ProofLife is how long a sign-in with a passkey, or with a password and a code,
// proves who someone is when they change how they sign in.
const ProofLife = 10 * time.Minute

// Prove asks someone who has a passkey or a second factor to show it again: a
// session that was stolen must not become a factor of the thief's. A code is used
// up. Who has neither has nothing to show.
func (i *Identity) Prove(ctx context.Context, name string, p Proof) error {
	sealed, _, err := i.totpOf(ctx, name)
	if err != nil {
		return err
	}
	if sealed != "" && p.Code != "" {
		return i.proveCode(ctx, name, sealed, p.Code)
	}
	if age := i.clock().Sub(p.At); age >= 0 && age < ProofLife {
		return nil
	}
	keys, err := i.passkeys(ctx, name)
	switch {
	case err != nil:
		return err
	case sealed != "":
		return prentice.Errorf(prentice.Denied, "you have a second factor, and this needs a code of it").
			Try("give a code of it, or a recovery code; or sign in again with a passkey or password and do it within %d minutes; without either, an owner can reset you", int(ProofLife/time.Minute))
	case len(keys) > 0:
		return prentice.Errorf(prentice.Denied, "you have a passkey, and this needs that you have just shown it").
			Try("sign out, sign in with your passkey, and do it within %d minutes; without it, an owner can reset you", int(ProofLife/time.Minute))
	}
	return nil
}

func (i *Identity) proveCode(ctx context.Context, name, sealed, code string) error {
	tried, err := i.attempt(ctx, "account", name, Origin{})
	if err != nil {
		return err
	}
	secret, err := i.unseal(totpPurpose(name), sealed)
	if err != nil {
		return err
	}
	step, timely := stepOf(secret, code, i.clock())
	err = i.change(ctx, func(tx *db.Tx) error {
		return errors.Join(useCode(tx, name, code, step, timely), forgive(tx, tried))
	})
	if prentice.KindOf(err) == prentice.Unauthenticated {
		return wrongCode()
	}
	return err
}

func (i *Identity) totpOf(ctx context.Context, name string) (secret, pending string, err error) {
	err = i.db.QueryRow(ctx, `SELECT secret, pending FROM identity_totp WHERE person = ?`, []any{name}, &secret, &pending)
	if err != nil && !isNone(err) {
		return "", "", fmt.Errorf("look for the second factor of %s: %w", name, err)
	}
	return secret, pending, nil
}

// SetPassword gives someone a password, by a code of their second factor: of
// the one that BeginTOTP showed, if it did, which counts from now on and has new
// recovery codes. All their sessions end, so that who signs in next has both.
// Behind are the people behind anyone who asks; they are behind the password too.
func (i *Identity) SetPassword(ctx context.Context, name, password, code string, behind []prentice.Ref) (recovery []string, err error) {
	if err := goodPassword(name, password); err != nil {
		return nil, err
	}
	sealed, pending, err := i.totpOf(ctx, name)
	if err != nil {
		return nil, err
	}
	fresh := pending != ""
	if fresh {
		sealed = pending
	}
	if sealed == "" {
		return nil, prentice.Errorf(prentice.Refused, "a password needs a second factor beside it").Try("make one first: account.totp, on the page of your account")
	}
	tried, err := i.attempt(ctx, "account", name, Origin{})
	if err != nil {
		return nil, err
	}
	secret, err := i.unseal(totpPurpose(name), sealed)
	if err != nil {
		return nil, err
	}
	step, timely := stepOf(secret, code, i.clock())
	if !timely {
		return nil, wrongCode()
	}
	hash := hashPassword(password)
	err = i.change(ctx, func(tx *db.Tx) error {
		if err := forgetBegun(tx, name); err != nil {
			return err
		}
		if fresh {
			if _, err := tx.Exec(`UPDATE identity_totp SET secret = pending, pending = '', step = 0 WHERE person = ? AND pending = ?`, name, pending); err != nil {
				return err
			}
			if recovery, err = newRecovery(tx, name); err != nil {
				return err
			}
		}
		if err := useCode(tx, name, code, step, timely); err != nil {
			return wrongCode()
		}
		if _, err := tx.Exec(`DELETE FROM identity_password WHERE person = ?`, name); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO identity_password (person, hash, changed, behind) VALUES (?, ?, ?, ?)`, name, hash, db.Micros(i.clock()), prentice.JoinRefs(behind)); err != nil {
			return err
		}
		return errors.Join(forgive(tx, tried), endSessions(tx, name))
	})
	return recovery, err
}

// ResetPerson forgets how someone signs in and ends their sessions; a one-time
// link is their way in again. Their tokens stay.
func (i *Identity) ResetPerson(ctx context.Context, name string) error {
	return i.change(ctx, func(tx *db.Tx) error {
		if _, err := person(tx, name); err != nil {
			return err
		}
		return forgetFactors(tx, name)
	})
}

// forgetBegun forgets the passkeys that someone has begun to make: what was asked
// for before a factor counted was asked for without it.
func forgetBegun(tx *db.Tx, name string) error {
	if _, err := tx.Exec(`DELETE FROM identity_ceremony WHERE person = ?`, name); err != nil {
		return fmt.Errorf("forget what %s has begun: %w", name, err)
	}
	return nil
}

func forgetFactors(tx *db.Tx, name string) error {
	for _, query := range []string{
		`DELETE FROM identity_password WHERE person = ?`,
		`DELETE FROM identity_totp WHERE person = ?`,
		`DELETE FROM identity_recovery WHERE person = ?`,
		`DELETE FROM identity_passkey WHERE person = ?`,
		`DELETE FROM identity_ceremony WHERE person = ?`,
		`DELETE FROM identity_session WHERE person = ?`,
	} {
		if _, err := tx.Exec(query, name); err != nil {
			return fmt.Errorf("reset %s: %w", name, err)
		}
	}
	return nil
}
