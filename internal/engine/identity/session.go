package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// Link makes a code that signs a person in once. Anyone who makes it for another is
// behind the session that it opens.
func (i *Identity) Link(ctx context.Context, name string, by prentice.Actor) (code string, expires time.Time, err error) {
	err = i.change(ctx, func(tx *db.Tx) error {
		if _, err := person(tx, name); err != nil {
			return err
		}
		code, expires, err = i.link(tx, name, by)
		return err
	})
	return code, expires, err
}

func (i *Identity) link(tx *db.Tx, name string, by prentice.Actor) (string, time.Time, error) {
	now := i.clock()
	parent, _, _, err := through(tx, by)
	if err != nil {
		return "", now, err
	}
	if _, err := tx.Exec(`DELETE FROM identity_link WHERE expires <= ?`, db.Micros(now)); err != nil {
		return "", now, fmt.Errorf("clear old links: %w", err)
	}
	code, expires := newSecret(), now.Add(LinkLife)
	behind := i.behindWay(prentice.NewRef(string(prentice.Person), name), by)
	if _, err := tx.Exec(`INSERT INTO identity_link (hash, person, expires, behind, parent) VALUES (?, ?, ?, ?, ?)`, hashOf(code), name, db.Micros(expires), prentice.JoinRefs(behind), parent); err != nil {
		return "", now, fmt.Errorf("make a link for %s: %w", name, err)
	}
	return code, expires, nil
}

// SignInCode turns a link's code into a session. Of all who try the same code
// exactly one comes in: the one whose transaction removed it.
func (i *Identity) SignInCode(ctx context.Context, code string, from Origin) (session string, expires time.Time, err error) {
	hash := hashOf(code)
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		var until, parent int64
		o := opening{way: "link", from: from}
		err := tx.QueryRow(`SELECT person, expires, behind, parent FROM identity_link WHERE hash = ?`, []any{hash}, &o.person, &until, &o.behind, &parent)
		if errors.Is(err, sql.ErrNoRows) {
			return spent()
		}
		if err != nil {
			return fmt.Errorf("look for the link: %w", err)
		}
		n, err := tx.Exec(`DELETE FROM identity_link WHERE hash = ?`, hash)
		if err != nil {
			return fmt.Errorf("use the link up: %w", err)
		}
		if n != 1 || over(db.Time(until), i.clock()) {
			return spent()
		}
		if err := boundBy(tx, &o, parent); err != nil {
			return err
		}
		session, expires, err = i.begin(tx, o)
		return err
	})
	return session, expires, err
}

func spent() error {
	return prentice.Errorf(prentice.Unauthenticated, "this link was used, is too old, or never was").
		Try("ask an owner for a new one, or make one on the server with: prentice person link NAME")
}

// SignInToken turns a token into a session that can do no more and lasts no
// longer than the token.
func (i *Identity) SignInToken(ctx context.Context, token string, from Origin) (session string, expires time.Time, err error) {
	k, err := i.byToken(ctx, hashOf(token), i.clock())
	if err != nil {
		return "", time.Time{}, err
	}
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		// It may have been revoked since it was looked up.
		var there int64
		err := tx.QueryRow(`SELECT id FROM identity_token WHERE id = ?`, []any{k.token}, &there)
		if errors.Is(err, sql.ErrNoRows) {
			return stranger()
		}
		if err != nil {
			return fmt.Errorf("look for the token: %w", err)
		}
		session, expires, err = i.begin(tx, opening{person: k.person, way: "token", from: from, token: k.token, most: k.until})
		return err
	})
	return session, expires, err
}

// opening is a session about to be opened.
type opening struct {
	person, way string
	from        Origin
	token       int64     // that it was opened with, or 0
	most        time.Time // it lasts no longer; zero is as long as any
	behind      string    // the people behind anyone who opens it
}

// boundBy lets a session that a person opened by a link of their own, made
// through a token of theirs, do no more and last no longer than that token: a
// token that is stolen must not become a way in that outlives it.
func boundBy(tx *db.Tx, o *opening, parent int64) error {
	if parent == 0 {
		return nil
	}
	_, ends, of, err := through(tx, prentice.Actor{Token: parent})
	if err == nil && of == o.person {
		o.token, o.most = parent, db.Time(ends)
	}
	return err
}

// begin opens a session and clears away those that have ended. Its secret is
// always new: one that someone held before is worth nothing. Whom a provider
// brought comes in by no way for longer than its word holds.
func (i *Identity) begin(tx *db.Tx, o opening) (string, time.Time, error) {
	now := i.clock()
	if o.token == 0 { // a token has been asked this already
		w, err := wordIn(tx, o.person)
		if err == nil {
			err = w.holds(now, ProviderSession)
		}
		if err != nil {
			return "", now, err
		}
		o.most = sooner(o.most, w.until(ProviderSession))
	}
	if _, err := tx.Exec(`DELETE FROM identity_session WHERE expires <= ? OR seen <= ?`, db.Micros(now), db.Micros(now.Add(-SessionIdle))); err != nil {
		return "", now, fmt.Errorf("clear old sessions: %w", err)
	}
	session, expires := newSecret(), sooner(now.Add(SessionLife), o.most)
	_, err := tx.Exec(`INSERT INTO identity_session (hash, person, token, created, seen, expires, way, address, agent, behind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		hashOf(session), o.person, o.token, db.Micros(now), db.Micros(now), db.Micros(expires), o.way, clip.Text(o.from.Address), printable(o.from.Agent), o.behind)
	if err != nil {
		return "", now, fmt.Errorf("open a session for %s: %w", o.person, err)
	}
	return session, expires, nil
}

// SignOut ends a session. One that has ended already is no error.
func (i *Identity) SignOut(ctx context.Context, session string) error {
	return i.change(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM identity_session WHERE hash = ?`, hashOf(session))
		return err
	})
}

// Sessions is Identity for a face that knows nothing but sessions.
type Sessions struct{ *Identity }

// Identify says whose session it is.
func (s Sessions) Identify(ctx context.Context, session string) (prentice.Actor, error) {
	actor, _, err := s.Identity.Identify(ctx, Credential{Session: session})
	return actor, err
}
