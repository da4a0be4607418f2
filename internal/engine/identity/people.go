package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// change writes, one change to people at a time, and forgets who was recognised
// as soon as it is committed.
func (i *Identity) change(ctx context.Context, do func(*db.Tx) error) error {
	return i.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE identity_revision SET n = n + 1 WHERE id = 1`); err != nil {
			return fmt.Errorf("tell the others of a change to people: %w", err)
		}
		tx.After(i.cache.forget)
		return do(tx)
	})
}

// AddPerson adds someone to the team. The same name is the same person: what
// was recorded of ann stays ann's.
func (i *Identity) AddPerson(ctx context.Context, name string, role prentice.Role) (p PersonRecord, err error) {
	err = i.change(ctx, func(tx *db.Tx) error {
		p, err = i.addPerson(tx, name, role)
		return err
	})
	return p, err
}

func (i *Identity) addPerson(tx *db.Tx, name string, role prentice.Role) (PersonRecord, error) {
	p := PersonRecord{Name: name, Role: role, Created: i.clock()}
	if _, err := prentice.ParseRole(string(role)); err != nil {
		return p, err
	}
	if !prentice.ValidName(name) || strings.EqualFold(name, "prentice") {
		return p, prentice.Errorf(prentice.Invalid, "%q cannot be the name of a person", clip.Text(name)).
			Try("use letters, digits and . _ : @ -, beginning with a letter or a digit, such as ann")
	}
	var there string
	err := tx.QueryRow(`SELECT name FROM identity_person WHERE LOWER(name) = LOWER(?)`, []any{name}, &there)
	if err == nil {
		return p, prentice.Errorf(prentice.Conflict, "there is a person %s already", there).Try("choose another name, or change their role with: prentice person role %s ROLE", there)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("look for person %s: %w", name, err)
	}
	if _, err := tx.Exec(`INSERT INTO identity_person (name, role, created, seen) VALUES (?, ?, ?, 0)`, name, string(role), db.Micros(p.Created)); err != nil {
		return p, fmt.Errorf("add person %s: %w", name, err)
	}
	return p, nil
}

// SetRole changes what someone may do everywhere, at once and by every door.
// Their sessions end: who signs in with another role holds another secret.
func (i *Identity) SetRole(ctx context.Context, name string, role prentice.Role) (p PersonRecord, err error) {
	if _, err := prentice.ParseRole(string(role)); err != nil {
		return p, err
	}
	err = i.change(ctx, func(tx *db.Tx) error {
		if p, err = person(tx, name); err != nil {
			return err
		}
		if role != prentice.Owner {
			if err := keepsOwner(tx, p); err != nil {
				return err
			}
		}
		if p.Role == role {
			return nil
		}
		p.Role = role
		return i.becomes(tx, p, role)
	})
	return p, err
}

// RemovePerson takes someone off the team, with all their tokens, sessions and
// links. What they did stays in the ledger. No provider brings them back.
func (i *Identity) RemovePerson(ctx context.Context, name string) error {
	return i.change(ctx, func(tx *db.Tx) error {
		p, err := person(tx, name)
		if err != nil {
			return err
		}
		if err := keepsOwner(tx, p); err != nil {
			return err
		}
		if err := i.bury(tx, name); err != nil {
			return err
		}
		if err := forgetFactors(tx, name); err != nil {
			return err
		}
		if _, err := deleteTokensOf(tx, name); err != nil {
			return err
		}
		if i.Removed != nil {
			if err := i.Removed(tx, name); err != nil {
				return err
			}
		}
		for _, query := range []string{
			`DELETE FROM identity_link WHERE person = ?`,
			`DELETE FROM identity_grant WHERE person = ?`,
			`DELETE FROM identity_provider WHERE person = ?`,
			`DELETE FROM identity_view WHERE who = 'person/' || ?`,
			`DELETE FROM identity_person WHERE name = ?`,
		} {
			if _, err := tx.Exec(query, name); err != nil {
				return fmt.Errorf("remove person %s: %w", name, err)
			}
		}
		return nil
	})
}

// Readmit lets a provider bring someone in again who was removed.
func (i *Identity) Readmit(ctx context.Context, name string) error {
	return i.change(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM identity_removed WHERE name = ?`, strings.ToLower(name))
		if err != nil {
			return fmt.Errorf("readmit %s: %w", name, err)
		}
		if n == 0 {
			return prentice.Errorf(prentice.NotFound, "no person %q was removed", clip.Text(name)).Try("look with: prentice evidence list --ref person/NAME; who was never here needs no readmission")
		}
		return nil
	})
}

// People lists the team by name.
func (i *Identity) People(ctx context.Context) (_ []PersonRecord, err error) {
	grants, err := i.grants(ctx, "")
	if err != nil {
		return nil, err
	}
	rows, err := i.db.Query(ctx, `SELECT name, role, created, seen FROM identity_person ORDER BY name`)
	people, err := db.List(rows, err, func(scan func(...any) error, p *PersonRecord) (err error) {
		*p, err = scanPerson(scan)
		p.Grants = grants[p.Name]
		return err
	}, func(p *PersonRecord, why error) { p.Unread = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	for n := range people {
		if people[n].Groups, err = i.shownGroups(ctx, people[n].Name); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// Person is one of the team.
func (i *Identity) Person(ctx context.Context, name string) (PersonRecord, error) {
	p, err := scanPerson(func(dest ...any) error {
		return i.db.QueryRow(ctx, `SELECT name, role, created, seen FROM identity_person WHERE name = ?`, []any{name}, dest...)
	})
	if err != nil {
		return p, personError(name, err)
	}
	grants, err := i.grants(ctx, name)
	if err != nil {
		return p, err
	}
	p.Grants = grants[name]
	p.Groups, err = i.shownGroups(ctx, name)
	return p, err
}

func person(tx *db.Tx, name string) (PersonRecord, error) {
	p, err := scanPerson(func(dest ...any) error {
		return tx.QueryRow(`SELECT name, role, created, seen FROM identity_person WHERE name = ?`, []any{name}, dest...)
	})
	if err != nil {
		return p, personError(name, err)
	}
	return p, nil
}

func personError(name string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return prentice.Errorf(prentice.NotFound, "no person %q", clip.Text(name)).Try("list them with: prentice person list")
	}
	return fmt.Errorf("look for person %s: %w", name, err)
}

func scanPerson(scan func(...any) error) (p PersonRecord, err error) {
	var created, seen int64
	err = scan(&p.Name, &p.Role, &created, &seen)
	p.Created, p.Seen = db.Time(created), db.Time(seen)
	return p, err
}

// keepsOwner refuses to lose the last owner: no one could let anyone in again.
// An owner who comes in without a provider stays as long as there is no other such
// one, since a provider may fail, or be lost.
func keepsOwner(tx *db.Tx, p PersonRecord) error {
	if p.Role != prentice.Owner {
		return nil
	}
	w, err := wordIn(tx, p.Name)
	if err != nil {
		return err
	}
	var others, own int64
	err = tx.QueryRow(`SELECT COUNT(*), COUNT(CASE WHEN v.person IS NULL THEN 1 END) FROM identity_person p LEFT JOIN identity_provider v ON v.person = p.name
		WHERE p.role = ? AND p.name <> ?`, []any{string(prentice.Owner), p.Name}, &others, &own)
	switch {
	case err != nil:
		return fmt.Errorf("count owners: %w", err)
	case others == 0:
		return prentice.Errorf(prentice.Refused, "%s is the last owner", p.Name).Try("make another person an owner first: prentice person role NAME owner")
	case own == 0 && !w.bound:
		return prentice.Errorf(prentice.Refused, "%s is the last owner who comes in without the provider", p.Name).Try("make another person such an owner first: prentice person add NAME --role owner")
	}
	return nil
}
