package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// CreateToken makes a token and returns its value, which is never seen again.
// Its role is at most its person's; an agent's is at most operator.
func (i *Identity) CreateToken(ctx context.Context, r TokenRequest) (value string, t TokenRecord, err error) {
	if r.Lasts == 0 {
		r.Lasts = TokenLife
	}
	if r.Lasts < 0 || r.Lasts > LongestLife {
		return "", t, prentice.Errorf(prentice.Invalid, "a token that lasts %s", r.Lasts).Try("let it last up to 366d, and make a new one then")
	}
	err = i.change(ctx, func(tx *db.Tx) error {
		value, t, err = i.createToken(tx, r, i.clock().Add(r.Lasts))
		return err
	})
	return value, t, err
}

// createToken makes a token that lasts until expires; zero is for ever.
func (i *Identity) createToken(tx *db.Tx, r TokenRequest, expires time.Time) (string, TokenRecord, error) {
	if r.Kind == "" {
		r.Kind = prentice.Agent
	}
	t := TokenRecord{Name: r.Name, Kind: r.Kind, Person: r.Person, Role: r.Role, Scope: r.Scope, Created: i.clock(), Expires: expires}
	p, err := person(tx, r.Person)
	if err != nil {
		return "", t, err
	}
	if p.Grants, err = grantsOf(tx, p.Name); err != nil {
		return "", t, err
	}
	if err := allowed(r, p); err != nil {
		return "", t, err
	}
	if err := free(tx, r, t.Created); err != nil {
		return "", t, err
	}
	if err := i.ownName(tx, r); err != nil {
		return "", t, err
	}
	parent, ends, _, err := through(tx, r.By)
	if err != nil {
		return "", t, err
	}
	if t.Parent = parent; parent != 0 {
		t.Expires = sooner(t.Expires, db.Time(ends))
	}
	if t.Behind = i.behindToken(r); r.By.Known() {
		t.Maker = r.By.Ref()
	}
	t.Given = t.Kind == prentice.Agent && r.By.GivesNames()
	if t.ID, err = tx.Next("identity_token"); err != nil {
		return "", t, fmt.Errorf("number token %s: %w", r.Name, err)
	}
	value := prefix + newSecret()
	hash := hashOf(value)
	if r.key != nil {
		value, hash, t.SSH = "", hashOfKey(r.key.Marshal()), ssh.FingerprintSHA256(r.key)
		if err := unknownKey(tx, hash); err != nil {
			return "", t, err
		}
	}
	ops, things := scopeText(t.Scope)
	_, err = tx.Exec(`INSERT INTO identity_token (id, hash, name, scope, kind, person, role, ops, things, created, expires, seen, behind, maker, parent, given, ssh) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
		t.ID, hash, t.Name, scopeOf(r), string(t.Kind), t.Person, string(t.Role), ops, things, db.Micros(t.Created), db.Micros(t.Expires), prentice.JoinRefs(t.Behind), string(t.Maker), t.Parent, t.Given, t.SSH)
	if err != nil {
		return "", t, fmt.Errorf("create token %s: %w", r.Name, err)
	}
	return value, t, nil
}

// allowed refuses a token that could do what no one granted.
func allowed(r TokenRequest, p PersonRecord) error {
	if _, err := prentice.ParseRole(string(r.Role)); err != nil {
		return err
	}
	switch {
	case !prentice.ValidName(r.Name):
		return prentice.Errorf(prentice.Invalid, "%q cannot be the name of a token", clip.Text(r.Name)).Try("use letters, digits and . _ : @ -, such as ci or ann-laptop")
	case r.Kind == prentice.Agent && strings.HasPrefix(strings.ToLower(r.Name), prentice.HookAgent):
		return prentice.Errorf(prentice.Invalid, "%q is a name of the sender of a webhook", clip.Text(r.Name)).Try("use a name that does not begin with %s", prentice.HookAgent)
	case r.Kind != prentice.Person && r.Kind != prentice.Agent:
		return prentice.Errorf(prentice.Invalid, "a token that acts as a %q", clip.Text(string(r.Kind))).Try("use person or agent")
	case r.Kind == prentice.Agent && !prentice.Operator.Includes(r.Role):
		return prentice.Errorf(prentice.Refused, "an agent with the role %s: only people approve", r.Role).Try("give it the role operator, or viewer")
	case r.Scope != nil && (len(r.Scope.Ops) == 0 || len(r.Scope.On) == 0):
		return prentice.Errorf(prentice.Invalid, "token %s would be for nothing", r.Name).Try("name the operations and the things that it is for, or * for all of them")
	}
	if most := (prentice.Actor{Role: p.Role, Grants: p.Grants}).Most(); !most.Includes(r.Role) {
		return prentice.Errorf(prentice.Denied, "%s is %s, and a token of theirs cannot be %s", p.Name, most, r.Role).Try("ask for the role %s or less", most)
	}
	return nil
}

// free refuses a name that is in use. One that has expired makes room.
func free(tx *db.Tx, r TokenRequest, now time.Time) error {
	var id, expires int64
	err := tx.QueryRow(`SELECT id, expires FROM identity_token WHERE scope = ? AND name = ?`, []any{scopeOf(r), r.Name}, &id, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for token %s: %w", r.Name, err)
	case over(db.Time(expires), now):
		return deleteToken(tx, id)
	}
	return prentice.Errorf(prentice.Conflict, "there is a token %s already", r.Name).Try("choose another name, or revoke it with: prentice token revoke %d", id)
}

// scopeOf is where a token's name must be unique: an agent is known by its
// name, so that no two may share one.
func scopeOf(r TokenRequest) string {
	if r.Kind == prentice.Person {
		return r.Person
	}
	return ""
}

// Tokens lists the tokens there are, the oldest first: those of one person, or
// all.
func (i *Identity) Tokens(ctx context.Context, person string) ([]TokenRecord, error) {
	query, args := `SELECT id, name, kind, person, role, ops, things, created, expires, seen, behind, maker, parent, given, ssh FROM identity_token `, []any{}
	if person != "" {
		query, args = query+`WHERE person = ? `, append(args, person)
	}
	rows, err := i.db.Query(ctx, query+`ORDER BY id`, args...)
	tokens, err := db.List(rows, err, func(scan func(...any) error, t *TokenRecord) error {
		var ops, things, behind string
		var created, expires, seen int64
		err := scan(&t.ID, &t.Name, &t.Kind, &t.Person, &t.Role, &ops, &things, &created, &expires, &seen, &behind, &t.Maker, &t.Parent, &t.Given, &t.SSH)
		t.Scope, t.Behind = scopeFrom(ops, things), prentice.RefsIn(behind)
		t.Created, t.Expires, t.Seen = db.Time(created), db.Time(expires), db.Time(seen)
		return err
	}, func(t *TokenRecord, why error) { t.Unread = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// RevokeToken ends a token, and the sessions that were opened with it. With a
// person, only a token of theirs is found.
func (i *Identity) RevokeToken(ctx context.Context, id int64, person string) error {
	return i.change(ctx, func(tx *db.Tx) error {
		var of string
		err := tx.QueryRow(`SELECT person FROM identity_token WHERE id = ?`, []any{id}, &of)
		if errors.Is(err, sql.ErrNoRows) || err == nil && person != "" && of != person {
			return prentice.Errorf(prentice.NotFound, "no token %d", id).Try("list them with: prentice token list")
		}
		if err != nil {
			return fmt.Errorf("look for token %d: %w", id, err)
		}
		return deleteToken(tx, id)
	})
}

// deleteToken ends a token, the sessions and links that were opened or made with
// it, and the tokens that were made through it.
func deleteToken(tx *db.Tx, id int64) error {
	children, err := madeThrough(tx, id)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := deleteToken(tx, child); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`DELETE FROM identity_link WHERE parent = ?`, id); err != nil {
		return fmt.Errorf("end the links of token %d: %w", id, err)
	}
	if _, err := tx.Exec(`DELETE FROM identity_session WHERE token = ?`, id); err != nil {
		return fmt.Errorf("end the sessions of token %d: %w", id, err)
	}
	if _, err := tx.Exec(`DELETE FROM identity_token WHERE id = ?`, id); err != nil {
		return fmt.Errorf("delete token %d: %w", id, err)
	}
	return nil
}

func madeThrough(tx *db.Tx, id int64) (children []int64, err error) {
	rows, err := tx.Query(`SELECT id FROM identity_token WHERE parent = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("look for what was made through token %d: %w", id, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var child int64
		if err := rows.Scan(&child); err != nil {
			return nil, fmt.Errorf("look for what was made through token %d: %w", id, err)
		}
		children = append(children, child)
	}
	return children, rows.Err()
}

// deleteTokensOf ends all tokens of a person, with what was made through them, and
// says how many were theirs.
func deleteTokensOf(tx *db.Tx, name string) (n int64, err error) {
	if err := tx.QueryRow(`SELECT COUNT(*) FROM identity_token WHERE person = ?`, []any{name}, &n); err != nil {
		return 0, fmt.Errorf("count the tokens of %s: %w", name, err)
	}
	for {
		var id int64
		err := tx.QueryRow(`SELECT id FROM identity_token WHERE person = ? LIMIT 1`, []any{name}, &id)
		if isNone(err) {
			return n, nil
		}
		if err != nil {
			return 0, fmt.Errorf("look for the tokens of %s: %w", name, err)
		}
		if err := deleteToken(tx, id); err != nil {
			return 0, err
		}
	}
}
