package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/kit/db"
)

// waysQuery lists how each person could come in as themselves: tokens, links that
// are open, sessions of their own, passwords, passkeys, and the provider.
const waysQuery = `SELECT person, role, ops, things, behind FROM identity_token WHERE kind = 'person' AND (expires = 0 OR expires > ?)
	UNION ALL SELECT person, '', '*', '*', behind FROM identity_link WHERE expires > ?
	UNION ALL SELECT person, '', '*', '*', behind FROM identity_session WHERE token = 0 AND expires > ? AND seen > ?
	UNION ALL SELECT w.person, '', '*', '*', w.behind FROM identity_password w JOIN identity_totp t ON t.person = w.person WHERE t.secret <> ''
	UNION ALL SELECT person, '', '*', '*', behind FROM identity_passkey
	UNION ALL SELECT person, '', '*', '*', '' FROM identity_provider`

// Ways are how people could come in for one of some operations, with at least a
// role. What role they have themselves is not asked here, nor on what a token is for.
// Ways with the same people behind them are one: no one makes many of them.
func (i *Identity) Ways(ctx context.Context, least prentice.Role, ops ...string) (ways []prentice.Way, err error) {
	now := i.clock()
	at := db.Micros(now)
	rows, err := i.db.Query(ctx, `SELECT x.person, x.role, x.ops, x.things, x.behind FROM (`+waysQuery+`) x
		WHERE NOT EXISTS (SELECT 1 FROM identity_provider v WHERE v.person = x.person AND v.vouched = 0)`, at, at, at, db.Micros(now.Add(-SessionIdle)))
	if err != nil {
		return nil, fmt.Errorf("look how people come in: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	seen := map[[2]string]bool{}
	for rows.Next() {
		var name, role, asks, things, behind string
		if err := rows.Scan(&name, &role, &asks, &things, &behind); err != nil {
			return nil, fmt.Errorf("look how people come in: %w", err)
		}
		self := prentice.NewRef(string(prentice.Person), name)
		wide := (role == "" || prentice.Role(role).Includes(least)) && slices.ContainsFunc(ops, scopeFrom(asks, things).Asks)
		if one := [2]string{name, behind}; wide && !seen[one] {
			seen[one] = true
			ways = append(ways, prentice.Way{Person: self, People: prentice.JoinPeople(prentice.RefsIn(behind), []prentice.Ref{self})})
		}
	}
	return ways, rows.Err()
}
