package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of people, for db.Migrate under the owner "identity".
func Schema() fs.FS { return db.Under(files, "schema") }

// How long things last.
const (
	SessionIdle = 12 * time.Hour      // a session that no one uses
	SessionLife = 7 * 24 * time.Hour  // a session at most
	LinkLife    = 15 * time.Minute    // a sign-in link
	TokenLife   = 90 * 24 * time.Hour // a token, unless its request says otherwise
	LongestLife = 366 * 24 * time.Hour
	enough      = 100 * time.Millisecond // that a request waits for it to be kept when someone was last seen
	coarse      = 5 * time.Minute        // how exactly "last seen" is kept
)

// Identity is the people of one installation.
type Identity struct {
	db    *db.DB
	keys  string // the folder of cli.token
	clock func() time.Time
	cache cache

	// Groups are the groups that someone belongs to by the team's catalog;
	// nil knows none. It is set before anyone is asked.
	Groups func(person string) []prentice.Ref
	// Provider signs people in from outside; nil is none.
	Provider Provider
	// Record keeps, in the same transaction, what the provider changes; nil keeps
	// nothing.
	Record func(tx *db.Tx, now time.Time, notes ...prentice.Note) error
	// Removed removes, in the same transaction, what others keep of a person who is
	// removed; nil is nothing.
	Removed func(tx *db.Tx, person string) error
	// Trusting leaves the maker of a link or a token for another person out of
	// the people behind it. It is set before anyone is asked.
	Trusting bool
	// Wait waits before a stranger's try at a name that strangers try often is looked
	// at; nil does so by the clock.
	Wait func(context.Context, time.Duration) error

	touches sync.WaitGroup // of who was last seen
}

// Open makes the people ready. Their tables must be there.
func Open(d *db.DB, keys string, clock func() time.Time) (*Identity, error) {
	if clock == nil {
		return nil, prentice.Errorf(prentice.Internal, "people without a clock")
	}
	return &Identity{db: d, keys: keys, clock: clock}, nil
}

// Credential is what someone shows: a token, or else a session.
type Credential struct {
	Bearer  string
	Session string
}

// SessionInfo is what is known of a browser's session. It is zero for a token.
type SessionInfo struct {
	CSRF    string // the secret that the session's forms carry
	Created time.Time
	Expires time.Time // at the latest
}

// Identify says who shows a credential. A token that is not known is not made
// good by a session beside it.
func (i *Identity) Identify(ctx context.Context, c Credential) (prentice.Actor, SessionInfo, error) {
	secret, find, sort := c.Bearer, i.byToken, "token "
	if secret == "" {
		secret, find, sort = c.Session, i.bySession, "session "
	}
	if secret == "" {
		return prentice.Actor{}, SessionInfo{}, stranger()
	}
	k, err := i.recognise(ctx, sort, hashOf(secret), find)
	if err != nil {
		return prentice.Actor{}, SessionInfo{}, err
	}
	if !k.session.Created.IsZero() {
		k.session.CSRF = csrfOf(secret)
	}
	return k.actor, k.session, nil
}

// known is someone who was recognised.
type known struct {
	actor   prentice.Actor
	session SessionInfo
	until   time.Time // when this stops being true by itself; zero is never

	person, hash string
	token        int64
	seen         time.Time
}

func (i *Identity) byToken(ctx context.Context, hash string, now time.Time) (known, error) {
	var stored, kind, name, role, most, ops, things, behind string
	var expires, seen int64
	var given bool
	k := known{}
	err := i.db.QueryRow(ctx, `SELECT t.hash, t.id, t.kind, t.name, t.role, t.ops, t.things, t.behind, t.expires, t.seen, t.given, p.name, p.role
		FROM identity_token t JOIN identity_person p ON p.name = t.person WHERE t.hash = ?`, []any{hash},
		&stored, &k.token, &kind, &name, &role, &ops, &things, &behind, &expires, &seen, &given, &k.person, &most)
	if err := i.recognised(err, stored, hash); err != nil {
		return known{}, err
	}
	k.until, k.seen = db.Time(expires), db.Time(seen)
	if over(k.until, now) {
		return known{}, stranger()
	}
	k, err = k.leaning(i.throughToken(ctx, k.person, prentice.Role(most), tokenRow{k.token, kind, name, role, ops, things, behind, given}))
	k.actor.Machine = expires == 0
	return k, err
}

// leaning is someone as far as a provider's word for them reaches.
func (k known) leaning(a prentice.Actor, until time.Time, err error) (known, error) {
	k.actor, k.until = a, sooner(k.until, until)
	return k, err
}

func (i *Identity) bySession(ctx context.Context, hash string, now time.Time) (known, error) {
	var stored, way, most, kind, name, role, ops, things, behind, mine string
	var token, created, seen, expires, tokenExpires int64
	var given bool
	k := known{}
	err := i.db.QueryRow(ctx, `SELECT s.hash, s.way, s.token, s.created, s.seen, s.expires, p.name, p.role,
		COALESCE(t.id, 0), COALESCE(t.kind, ''), COALESCE(t.name, ''), COALESCE(t.role, ''), COALESCE(t.ops, ''), COALESCE(t.things, ''), COALESCE(t.expires, 0), COALESCE(t.behind, ''), COALESCE(t.given, FALSE), s.behind
		FROM identity_session s JOIN identity_person p ON p.name = s.person LEFT JOIN identity_token t ON t.id = s.token WHERE s.hash = ?`, []any{hash},
		&stored, &way, &token, &created, &seen, &expires, &k.person, &most, &k.token, &kind, &name, &role, &ops, &things, &tokenExpires, &behind, &given, &mine)
	if err := i.recognised(err, stored, hash); err != nil {
		return known{}, err
	}
	k.hash, k.seen = hash, db.Time(seen)
	k.session = SessionInfo{Created: db.Time(created), Expires: db.Time(expires)}
	k.until = sooner(k.session.Expires, k.seen.Add(SessionIdle))
	if token != 0 { // it lasts no longer than its token
		k.until = sooner(k.until, db.Time(tokenExpires))
	}
	if token != k.token || over(k.until, now) {
		return known{}, stranger()
	}
	if token != 0 { // and can do no more
		return k.leaning(i.throughToken(ctx, k.person, prentice.Role(most), tokenRow{k.token, kind, name, role, ops, things, behind + " " + mine, given}))
	}
	k, err = k.leaning(i.standing(ctx, k.person, prentice.Role(most), ProviderSession))
	k.actor.Behind = prentice.RefsIn(mine)
	if way == "passkey" || way == "password" {
		k.actor.Proven = k.session.Created
	}
	return k, err
}

// recognised compares once more in constant time what the index found.
func (i *Identity) recognised(err error, stored, hash string) error {
	if errors.Is(err, sql.ErrNoRows) || err == nil && subtle.ConstantTimeCompare([]byte(stored), []byte(hash)) != 1 {
		return stranger()
	}
	if err != nil {
		return fmt.Errorf("look up who is asking: %w", err)
	}
	return nil
}

// stranger says the same for a secret that never was, was revoked or is too old.
func stranger() error {
	return prentice.Errorf(prentice.Unauthenticated, "you are not signed in").
		Try("sign in again, or send a token that is neither revoked nor expired")
}

// touch keeps about when someone was last seen. It is written rarely, and its
// failure keeps no one out: a session that cannot be kept alive ends sooner. Nor
// does anyone wait long for a database that is locked: they may have come to
// stop everything.
func (i *Identity) touch(ctx context.Context, k known, now time.Time) {
	if since := now.Sub(k.seen); since >= 0 && since < coarse {
		return
	}
	written := make(chan struct{})
	i.touches.Go(func() {
		defer close(written)
		i.writeSeen(context.WithoutCancel(ctx), k, db.Micros(now))
	})
	select {
	case <-written:
	case <-time.After(enough):
	}
}

// Close waits for what is still being written down.
func (i *Identity) Close() error { i.touches.Wait(); return nil }

func (i *Identity) writeSeen(ctx context.Context, k known, at int64) {
	_ = i.db.Write(ctx, func(tx *db.Tx) error {
		if k.hash != "" {
			if _, err := tx.Exec(`UPDATE identity_session SET seen = ? WHERE hash = ?`, at, k.hash); err != nil {
				return err
			}
		}
		if k.token != 0 {
			if _, err := tx.Exec(`UPDATE identity_token SET seen = ? WHERE id = ?`, at, k.token); err != nil {
				return err
			}
		}
		if k.actor.Kind != prentice.Person {
			return nil
		}
		_, err := tx.Exec(`UPDATE identity_person SET seen = ? WHERE name = ?`, at, k.person)
		return err
	})
}

func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// lesser is the smaller of two roles.
func lesser(a, b prentice.Role) prentice.Role {
	if a.Includes(b) {
		return b
	}
	return a
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func over(until, now time.Time) bool { return !until.IsZero() && !now.Before(until) }

// csrfOf derives the secret of a session's forms, from which no one finds the
// way back, so that it needs no place of its own.
func csrfOf(session string) string {
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
