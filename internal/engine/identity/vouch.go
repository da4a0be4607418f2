package identity

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// vouched writes down what the provider says of someone. Who has no role there
// any more is refused, and that is written too: their sessions end and their
// tokens are gone, for good. A name that someone here has already is theirs, not
// the provider's to give away, and who was removed here stays so. Whatever changes
// is evidence.
func (i *Identity) vouched(tx *db.Tx, o Outsider) (refused, err error) {
	var name string
	err = tx.QueryRow(`SELECT person FROM identity_provider WHERE issuer = ? AND subject = ?`, []any{o.Issuer, o.Subject}, &name)
	if err != nil && !isNone(err) {
		return nil, fmt.Errorf("look for whom the provider names: %w", err)
	}
	linked := err == nil
	if linked && name != o.Name {
		return prentice.Errorf(prentice.Denied, "the provider called you %s before, and calls you %q now", name, o.Name).
			Try("ask an owner to remove %s here and to readmit them; then you come in as who you are", name), nil
	}
	if o.Role == "" {
		refused = prentice.Errorf(prentice.Denied, "none of your groups has a role here").Try("ask those who keep the groups, or an owner: the roles are under oidc.roles in the settings")
		if !linked {
			return refused, nil
		}
		return refused, i.withdraw(tx, o)
	}
	if !linked {
		return i.welcome(tx, o)
	}
	return nil, i.renew(tx, o)
}

// welcome makes a person of someone whom the provider names for the first time.
func (i *Identity) welcome(tx *db.Tx, o Outsider) (refused, err error) {
	var removed int64
	err = tx.QueryRow(`SELECT COUNT(*) FROM identity_removed WHERE name = ? OR issuer = ? AND subject = ?`, []any{strings.ToLower(o.Name), o.Issuer, o.Subject}, &removed)
	if err != nil {
		return nil, fmt.Errorf("look whether %s was removed: %w", o.Name, err)
	}
	if removed > 0 {
		return prentice.Errorf(prentice.Denied, "the person %s was removed here, and the provider does not bring anybody back", o.Name).
			Try("ask an owner, who may say: prentice person readmit %s", o.Name), nil
	}
	if _, err := i.addPerson(tx, o.Name, o.Role); prentice.KindOf(err) == prentice.Conflict {
		return prentice.Errorf(prentice.Denied, "there is a person %s here already, who is not the provider's", o.Name).
			Try("sign in as they do, or ask an owner to remove them first and to readmit them"), nil
	} else if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(`INSERT INTO identity_provider (person, issuer, subject, groups, vouched) VALUES (?, ?, ?, ?, ?)`,
		o.Name, o.Issuer, o.Subject, prentice.JoinRefs(o.Groups), db.Micros(i.clock())); err != nil {
		return nil, fmt.Errorf("keep what the provider says of %s: %w", o.Name, err)
	}
	return nil, i.note(tx, "person.added", o, map[string]any{"role": string(o.Role), "groups": prentice.JoinRefs(o.Groups)})
}

// renew takes over role and groups of someone whom the provider has named before.
func (i *Identity) renew(tx *db.Tx, o Outsider) error {
	p, err := person(tx, o.Name)
	if err != nil {
		return err
	}
	was, err := wordIn(tx, o.Name)
	if err != nil {
		return err
	}
	if p.Role != o.Role {
		if o.Role != prentice.Owner {
			if err := keepsOwner(tx, p); err != nil {
				return err
			}
		}
		if err := i.becomes(tx, p, o.Role); err != nil {
			return err
		}
		if err := i.note(tx, "person.role-changed", o, map[string]any{"role": string(o.Role), "was": string(p.Role)}); err != nil {
			return err
		}
	}
	if groups, before := prentice.JoinRefs(o.Groups), prentice.JoinRefs(was.groups); groups != before {
		if err := i.note(tx, "person.groups-changed", o, map[string]any{"groups": groups, "were": before}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`UPDATE identity_provider SET groups = ?, vouched = ? WHERE person = ?`, prentice.JoinRefs(o.Groups), db.Micros(i.clock()), o.Name); err != nil {
		return fmt.Errorf("keep what the provider says of %s: %w", o.Name, err)
	}
	return nil
}

// withdraw ends what someone could do, once the provider gives them no role.
func (i *Identity) withdraw(tx *db.Tx, o Outsider) error {
	was, err := wordIn(tx, o.Name)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE identity_provider SET vouched = 0, groups = '' WHERE person = ?`, o.Name); err != nil {
		return fmt.Errorf("take back what the provider said of %s: %w", o.Name, err)
	}
	if err := endSessions(tx, o.Name); err != nil {
		return err
	}
	tokens, err := deleteTokensOf(tx, o.Name)
	if err != nil {
		return err
	}
	if was.at.IsZero() && tokens == 0 {
		return nil // it is known already
	}
	return i.note(tx, "person.withdrawn", o, map[string]any{"tokens_revoked": tokens, "groups": prentice.JoinRefs(o.Groups)})
}

// becomes gives someone another role. Their sessions end, and no token of theirs
// keeps more than they may now: what is lost does not come back with the role.
func (i *Identity) becomes(tx *db.Tx, p PersonRecord, role prentice.Role) (err error) {
	if err := endSessions(tx, p.Name); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE identity_person SET role = ? WHERE name = ?`, string(role), p.Name); err != nil {
		return fmt.Errorf("change the role of %s: %w", p.Name, err)
	}
	if p.Grants, err = grantsOf(tx, p.Name); err != nil {
		return err
	}
	most := (prentice.Actor{Role: role, Grants: p.Grants}).Most()
	for _, more := range []prentice.Role{prentice.Operator, prentice.Approver, prentice.Owner} {
		if most.Includes(more) {
			continue
		}
		if _, err := tx.Exec(`UPDATE identity_token SET role = ? WHERE person = ? AND role = ?`, string(most), p.Name, string(more)); err != nil {
			return fmt.Errorf("lower the tokens of %s: %w", p.Name, err)
		}
	}
	return nil
}

// bury keeps whom someone was to a provider, before they are removed.
func (i *Identity) bury(tx *db.Tx, name string) error {
	var issuer, subject string
	err := tx.QueryRow(`SELECT issuer, subject FROM identity_provider WHERE person = ?`, []any{name}, &issuer, &subject)
	if err != nil && !isNone(err) {
		return fmt.Errorf("look whom the provider calls %s: %w", name, err)
	}
	key := []any{strings.ToLower(name), issuer, subject}
	if _, err := tx.Exec(`DELETE FROM identity_removed WHERE name = ? AND issuer = ? AND subject = ?`, key...); err != nil {
		return fmt.Errorf("keep that %s was removed: %w", name, err)
	}
	if _, err := tx.Exec(`INSERT INTO identity_removed (name, issuer, subject, removed) VALUES (?, ?, ?, ?)`, append(key, db.Micros(i.clock()))...); err != nil {
		return fmt.Errorf("keep that %s was removed: %w", name, err)
	}
	return nil
}
