package identity

import (
	"context"
	"fmt"
	"net"
	"time"

	"prentice"
	"prentice/internal/kit/crowd"
	"prentice/internal/kit/db"
)

// How often someone may guess. What counts is kept in the database, so that
// neither a restart nor a second process begins anew.
const (
	attemptWindow  = 15 * time.Minute
	attemptsByName = 10
	attemptsByAddr = 50
)

// attempt counts a try to sign in before it is looked at: by the browser, if the
// person has signed in there before; otherwise by the name that was given, whether
// there is one or not, and by the address it comes from. Loopback says nothing of who
// is there: behind a proxy on this machine it is everyone. What was counted is
// forgiven by its key once it was right.
func (i *Identity) attempt(ctx context.Context, what, name string, from prentice.Origin) (key string, err error) {
	key, known := i.counted(what, name, from)
	return key, i.db.Write(ctx, func(tx *db.Tx) error {
		now := i.clock()
		if _, err := tx.Exec(`DELETE FROM identity_attempt WHERE since <= ? OR since > ?`, db.Micros(now.Add(-attemptWindow)), db.Micros(now)); err != nil {
			return fmt.Errorf("forget old attempts: %w", err)
		}
		if err := oneMore(tx, key, attemptsByName, now); err != nil {
			return err
		}
		if says := net.ParseIP(from.Address); known || says == nil || says.IsLoopback() {
			return nil
		}
		return oneMore(tx, hashOf(what+" address "+crowd.Peer(from.Address)), attemptsByAddr, now)
	})
}

func oneMore(tx *db.Tx, key string, most int64, now time.Time) error {
	var tries int64
	err := tx.QueryRow(`SELECT tries FROM identity_attempt WHERE key = ?`, []any{key}, &tries)
	switch {
	case isNone(err):
		_, err = tx.Exec(`INSERT INTO identity_attempt (key, since, tries) VALUES (?, ?, 1)`, key, db.Micros(now))
	case err != nil:
	case tries >= most:
		return prentice.Errorf(prentice.Limited, "too many attempts to sign in").
			Try("wait %d minutes, use a browser in which you have signed in before, or sign in another way: a passkey, or a one-time link from an owner", int(attemptWindow/time.Minute))
	default:
		_, err = tx.Exec(`UPDATE identity_attempt SET tries = tries + 1 WHERE key = ?`, key)
	}
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

// forgive forgets the tries that were counted under a key, once one was right.
func forgive(tx *db.Tx, key string) error {
	_, err := tx.Exec(`DELETE FROM identity_attempt WHERE key = ?`, key)
	return err
}
