package identity

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// sessionIDLen is how much of a session's hash names it. The hash is of a
// random secret, so that its beginning tells no one anything.
const sessionIDLen = 12

// SessionID names a session where its secret must not stand.
func SessionID(session string) string { return hashOf(session)[:sessionIDLen] }

// ListSessions lists the sessions that live, the youngest first: those of one
// person, or all.
func (i *Identity) ListSessions(ctx context.Context, person string) ([]SessionRecord, error) {
	now := i.clock()
	query, args := `SELECT hash, person, way, address, agent, created, seen, expires, behind FROM identity_session WHERE expires > ? AND seen > ? `,
		[]any{db.Micros(now), db.Micros(now.Add(-SessionIdle))}
	if person != "" {
		query, args = query+`AND person = ? `, append(args, person)
	}
	rows, err := i.db.Query(ctx, query+`ORDER BY created DESC`, args...)
	sessions, err := db.List(rows, err, func(scan func(...any) error, s *SessionRecord) error {
		var created, seen, expires int64
		var behind string
		err := scan(&s.ID, &s.Person, &s.Way, &s.Address, &s.Agent, &created, &seen, &expires, &behind)
		s.ID = s.ID[:min(len(s.ID), sessionIDLen)]
		s.Created, s.Seen, s.Expires = db.Time(created), db.Time(seen), db.Time(expires)
		s.Behind = prentice.RefsIn(behind)
		s.Idle = sooner(s.Seen.Add(SessionIdle), s.Expires)
		return err
	}, func(s *SessionRecord, why error) { s.Unread = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

// RevokeSession ends a session at once. With a person, only one of theirs is
// found. It returns whose it was.
func (i *Identity) RevokeSession(ctx context.Context, id, person string) (of string, err error) {
	missing := prentice.Errorf(prentice.NotFound, "no session %s", clip.Text(id)).Try("list them with: prentice session list")
	if len(id) != sessionIDLen || strings.ContainsFunc(id, func(r rune) bool { return !unicode.Is(unicode.ASCII_Hex_Digit, r) }) {
		return "", missing
	}
	err = i.change(ctx, func(tx *db.Tx) error {
		var hash string
		err := tx.QueryRow(`SELECT hash, person FROM identity_session WHERE hash >= ? AND hash < ?`, []any{id, id + "g"}, &hash, &of)
		if isNone(err) || err == nil && person != "" && of != person {
			return missing
		}
		if err != nil {
			return fmt.Errorf("look for session %s: %w", id, err)
		}
		_, err = tx.Exec(`DELETE FROM identity_session WHERE hash = ?`, hash)
		return err
	})
	return of, err
}

// printable is a stranger's text as it may be kept and shown.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	const most = 200
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
