package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// Grant gives someone a role on one thing; a role that they had on it before
// is no more. Their sessions end, as with SetRole.
func (i *Identity) Grant(ctx context.Context, name string, g prentice.Grant) (p PersonRecord, err error) {
	if _, err := prentice.ParseRole(string(g.Role)); err != nil {
		return p, err
	}
	if _, err := prentice.ParseGrantable(string(g.On)); err != nil {
		return p, err
	}
	return i.changeGrants(ctx, name, func(tx *db.Tx) error {
		if err := forgetGrant(tx, name, g.On); err != nil && prentice.KindOf(err) != prentice.NotFound {
			return err
		}
		_, err := tx.Exec(`INSERT INTO identity_grant (person, thing, role, created) VALUES (?, ?, ?, ?)`, name, string(g.On), string(g.Role), db.Micros(i.clock()))
		return err
	})
}

// RevokeGrant takes away the role that someone has on one thing.
func (i *Identity) RevokeGrant(ctx context.Context, name string, on prentice.Ref) (PersonRecord, error) {
	return i.changeGrants(ctx, name, func(tx *db.Tx) error { return forgetGrant(tx, name, on) })
}

func (i *Identity) changeGrants(ctx context.Context, name string, do func(*db.Tx) error) (p PersonRecord, err error) {
	err = i.change(ctx, func(tx *db.Tx) error {
		if p, err = person(tx, name); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		if err := endSessions(tx, name); err != nil {
			return err
		}
		p.Grants, err = grantsOf(tx, name)
		return err
	})
	if err == nil {
		p.Groups, err = i.shownGroups(ctx, name)
	}
	return p, err
}

func forgetGrant(tx *db.Tx, name string, on prentice.Ref) error {
	n, err := tx.Exec(`DELETE FROM identity_grant WHERE person = ? AND thing = ?`, name, string(on))
	if err != nil {
		return fmt.Errorf("take a role on %s from %s: %w", on, name, err)
	}
	if n == 0 {
		return prentice.Errorf(prentice.NotFound, "%s has no role on %s in particular", name, clip.Text(string(on))).Try("look with: prentice person show %s", name)
	}
	return nil
}

// endSessions ends the sessions of someone whose standing changes.
func endSessions(tx *db.Tx, name string) error {
	if _, err := tx.Exec(`DELETE FROM identity_session WHERE person = ?`, name); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", name, err)
	}
	return nil
}

// GrantedOnBelongings says whether anyone holds a role, or a token, on what belongs
// to a group or a system.
func (i *Identity) GrantedOnBelongings(ctx context.Context) (bool, error) {
	var n int
	err := i.db.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM identity_grant WHERE thing LIKE 'group/%' OR thing LIKE 'system/%')
		+ (SELECT COUNT(*) FROM identity_token WHERE ' ' || things LIKE '% group/%' OR ' ' || things LIKE '% system/%')`, nil, &n)
	if err != nil {
		return false, fmt.Errorf("look for roles on what belongs to someone: %w", err)
	}
	return n > 0, nil
}

const grantColumns = `SELECT person, role, thing FROM identity_grant `

// grants are the grants of one person, or of all, by name.
func (i *Identity) grants(ctx context.Context, name string) (map[string][]prentice.Grant, error) {
	query, args := grantColumns, []any{}
	if name != "" {
		query, args = query+`WHERE person = ? `, append(args, name)
	}
	rows, err := i.db.Query(ctx, query+`ORDER BY thing`, args...)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return scanGrants(rows)
}

func grantsOf(tx *db.Tx, name string) ([]prentice.Grant, error) {
	rows, err := tx.Query(grantColumns+`WHERE person = ? ORDER BY thing`, name)
	if err != nil {
		return nil, fmt.Errorf("list grants of %s: %w", name, err)
	}
	all, err := scanGrants(rows)
	return all[name], err
}

func scanGrants(rows *sql.Rows) (_ map[string][]prentice.Grant, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	all := map[string][]prentice.Grant{}
	for rows.Next() {
		var name string
		var g prentice.Grant
		if err := rows.Scan(&name, &g.Role, &g.On); err != nil {
			return nil, fmt.Errorf("list grants: %w", err)
		}
		all[name] = append(all[name], g)
	}
	return all, rows.Err()
}

// groupsOf are the groups that someone belongs to, by the catalog and by the
// provider that signs them in, and until when that holds. Whom it has not vouched
// for lately is no one.
func (i *Identity) groupsOf(ctx context.Context, name string, lasts time.Duration) (groups []prentice.Ref, until time.Time, err error) {
	w, err := i.word(ctx, name)
	if err == nil {
		err = w.holds(i.clock(), lasts)
	}
	if err != nil {
		return nil, until, err
	}
	groups = w.groups
	if i.Groups != nil {
		groups = append(groups, i.Groups(name)...)
	}
	slices.Sort(groups)
	return slices.Compact(groups), w.until(lasts), nil
}

// shownGroups are someone's groups for others to look at: none for whom the
// provider does not vouch.
func (i *Identity) shownGroups(ctx context.Context, name string) ([]prentice.Ref, error) {
	groups, _, err := i.groupsOf(ctx, name, ProviderStanding)
	if prentice.KindOf(err) == prentice.Unauthenticated {
		return nil, nil
	}
	return groups, err
}

// standing is someone of the team as they act themselves, and until when a
// provider's word for that holds.
func (i *Identity) standing(ctx context.Context, name string, role prentice.Role, lasts time.Duration) (prentice.Actor, time.Time, error) {
	grants, err := i.grants(ctx, name)
	if err != nil {
		return prentice.Actor{}, time.Time{}, err
	}
	groups, until, err := i.groupsOf(ctx, name, lasts)
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: role, Groups: groups, Grants: grants[name]}, until, err
}

// Standing is what a person is at this moment. Who is off the team is an error
// of kind NotFound, and for whom the provider does not vouch any more one of
// kind Unauthenticated.
func (i *Identity) Standing(ctx context.Context, name string) (prentice.Actor, error) {
	p, err := scanPerson(func(dest ...any) error {
		return i.db.QueryRow(ctx, `SELECT name, role, created, seen FROM identity_person WHERE name = ?`, []any{name}, dest...)
	})
	if err != nil {
		return prentice.Actor{}, personError(name, err)
	}
	a, _, err := i.standing(ctx, p.Name, p.Role, ProviderStanding)
	return a, err
}

// tokenRow is what a token narrows.
type tokenRow struct {
	id                            int64
	kind, name, role, ops, things string
	behind                        string
	given                         bool
}

// throughToken is someone as a token lets them act: nowhere more than its role,
// and for nothing outside its scope. An agent is no member of their groups.
func (i *Identity) throughToken(ctx context.Context, person string, role prentice.Role, t tokenRow) (prentice.Actor, time.Time, error) {
	a, until, err := i.standing(ctx, person, role, leansFor(prentice.ActorKind(t.kind)))
	if err != nil {
		return a, until, err
	}
	a.Role = lesser(a.Role, prentice.Role(t.role))
	for n := range a.Grants {
		a.Grants[n].Role = lesser(a.Grants[n].Role, prentice.Role(t.role))
	}
	a.Scope, a.Token = scopeFrom(t.ops, t.things), t.id
	if t.kind == string(prentice.Agent) {
		a.Owner = a.Ref()
		a.Kind, a.Name, a.Groups, a.Given = prentice.Agent, t.name, nil, t.given
	}
	a.Behind = others(a.Ref(), prentice.JoinPeople([]prentice.Ref{prentice.NewRef(string(prentice.Person), person)}, prentice.RefsIn(t.behind)))
	return a, until, nil
}

// scopeText is a scope as it is stored. Its words hold no blanks.
func scopeText(s *prentice.Scope) (ops, things string) {
	if s == nil {
		return prentice.All, prentice.All
	}
	return strings.Join(s.Ops, " "), prentice.JoinRefs(s.On)
}

func scopeFrom(ops, things string) *prentice.Scope {
	if ops == prentice.All && things == prentice.All {
		return nil
	}
	s := &prentice.Scope{Ops: strings.Fields(ops), On: append([]prentice.Ref{}, prentice.RefsIn(things)...)}
	slices.Sort(s.Ops)
	return s
}
