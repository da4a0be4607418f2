package identity

import (
	"context"
	"fmt"
	"math"
	"net"
	"time"

	"prentice"
	"prentice/internal/kit/crowd"
	"prentice/internal/kit/db"
)

// How often someone may guess. What counts is kept in the database, so that
// neither a restart nor a second process begins anew.
const (
	attemptWindow     = 15 * time.Minute
	attemptsByName    = 10 // of one name from one address, or from one browser that is known
	attemptsByNetwork = 30 // of one name from the addresses around it
	attemptsByAddr    = 50 // of any name from one address
)

// From how many tries of strangers on, in the window, a name is slow for them, by how
// much more with each, and at most.
const (
	unhurried = 20
	slowBy    = 100 * time.Millisecond
	slowest   = 5 * time.Second
)

// slowed is how long a stranger waits for an answer about a name that strangers have
// tried so often. It never closes: the person may be among them.
func slowed(tries int64) time.Duration {
	return min(slowest, time.Duration(max(0, min(tries-unhurried, int64(slowest/slowBy))))*slowBy)
}

// attempt counts a try to sign in before it is looked at: by the browser, if the
// person has signed in there before; otherwise by the name that was given, whether
// there is one or not, and where it comes from, and by the address alone. So who
// guesses is stopped where they are, and closes the name for no one elsewhere; from
// many places at once it becomes slow. Loopback says nothing of who is there: behind a
// proxy on this machine it is everyone. What was counted is forgiven by its key once it
// was right.
func (i *Identity) attempt(ctx context.Context, what, name string, from Origin) (key string, err error) {
	key, known := i.counted(what, name, from)
	var all int64
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		now := i.clock()
		if _, err := tx.Exec(`DELETE FROM identity_attempt WHERE since <= ? OR since > ?`, db.Micros(now.Add(-attemptWindow)), db.Micros(now)); err != nil {
			return fmt.Errorf("forget old attempts: %w", err)
		}
		if _, err := oneMore(tx, key, attemptsByName, now); err != nil || known {
			return err
		}
		var err error
		if all, err = oneMore(tx, hashOf(what+" name "+name+" from anywhere"), math.MaxInt64, now); err != nil {
			return err
		}
		if says := net.ParseIP(from.Address); says == nil || says.IsLoopback() {
			return nil
		}
		_, err = oneMore(tx, hashOf(what+" name "+name+" around "+crowd.Around(from.Address)), attemptsByNetwork, now)
		if err != nil {
			return err
		}
		_, err = oneMore(tx, hashOf(what+" address "+crowd.Peer(from.Address)), attemptsByAddr, now)
		return err
	})
	if err != nil {
		return key, err
	}
	return key, i.wait(ctx, slowed(all))
}

// wait waits, unless no one waits for the answer any more.
func (i *Identity) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if i.Wait != nil {
		return i.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// oneMore counts a try under a key, and says how many there were before.
func oneMore(tx *db.Tx, key string, most int64, now time.Time) (tries int64, err error) {
	err = tx.QueryRow(`SELECT tries FROM identity_attempt WHERE key = ?`, []any{key}, &tries)
	switch {
	case isNone(err):
		_, err = tx.Exec(`INSERT INTO identity_attempt (key, since, tries) VALUES (?, ?, 1)`, key, db.Micros(now))
	case err != nil:
	case tries >= most:
		return tries, prentice.Errorf(prentice.Limited, "too many attempts to sign in from where you are").
			Try("wait %d minutes, use a browser in which you have signed in before, or sign in another way: a passkey, or a one-time link from an owner", int(attemptWindow/time.Minute))
	default:
		_, err = tx.Exec(`UPDATE identity_attempt SET tries = tries + 1 WHERE key = ?`, key)
	}
	if err != nil {
		return tries, fmt.Errorf("count an attempt: %w", err)
	}
	return tries, nil
}

// forgive forgets the tries that were counted under a key, once one was right.
func forgive(tx *db.Tx, key string) error {
	_, err := tx.Exec(`DELETE FROM identity_attempt WHERE key = ?`, key)
	return err
}
