package identity

import (
	"context"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// behindToken are the people behind anyone who comes by a token: its maker and
// those behind them, unless its person made it; and of an agent its person.
func (i *Identity) behindToken(r TokenRequest) []prentice.Ref {
	self := prentice.NewRef(string(prentice.Person), r.Person)
	if r.Kind == prentice.Agent {
		return prentice.JoinPeople([]prentice.Ref{self}, r.By.People())
	}
	return i.behindWay(self, r.By)
}

// behindWay are the people behind a way in that someone makes for a person, who
// may be themselves. Where enrolment is trusted, its maker is left out.
func (i *Identity) behindWay(of prentice.Ref, by prentice.Actor) []prentice.Ref {
	people := by.People()
	if i.Trusting {
		people = by.Behind
	}
	return others(of, people)
}

func others(of prentice.Ref, people []prentice.Ref) []prentice.Ref {
	var rest []prentice.Ref
	for _, p := range prentice.JoinPeople(people) {
		if p != of {
			rest = append(rest, p)
		}
	}
	return rest
}

// through is the token by which someone came who makes something, when it will
// end some day: what is made through it ends with it. The machine's own token
// never does.
func through(tx *db.Tx, by prentice.Actor) (id, expires int64, person string, err error) {
	if by.Token == 0 {
		return 0, 0, "", nil
	}
	err = tx.QueryRow(`SELECT id, expires, person FROM identity_token WHERE id = ?`, []any{by.Token}, &id, &expires, &person)
	if isNone(err) {
		return 0, 0, "", stranger() // it was revoked a moment ago
	}
	if err != nil {
		return 0, 0, "", fmt.Errorf("look for token %d: %w", by.Token, err)
	}
	if expires == 0 {
		return 0, 0, "", nil
	}
	return id, expires, person, nil
}

// ownName refuses a name that another person's agent has, or had: policy and
// people know an agent by its name.
func (i *Identity) ownName(tx *db.Tx, r TokenRequest) error {
	if r.Kind != prentice.Agent {
		return nil
	}
	var of string
	err := tx.QueryRow(`SELECT person FROM identity_agent WHERE LOWER(name) = LOWER(?)`, []any{r.Name}, &of)
	switch {
	case isNone(err):
		_, err = tx.Exec(`INSERT INTO identity_agent (name, person) VALUES (?, ?)`, r.Name, r.Person)
		return err
	case err != nil:
		return fmt.Errorf("look whose agent %s is: %w", r.Name, err)
	case of != r.Person:
		return prentice.Errorf(prentice.Conflict, "the name %s belongs to an agent of %s", r.Name, of).Try("choose another name")
	}
	return nil
}

// Confirm says that a person's password and passkeys are theirs alone, anyone who
// let them in at first. Only someone who is not behind them can know, and say
// so. It returns who counts as behind them no more.
func (i *Identity) Confirm(ctx context.Context, name string, by prentice.Actor) (factors []Factor, err error) {
	err = i.change(ctx, func(tx *db.Tx) error {
		if _, err := person(tx, name); err != nil {
			return err
		}
		if factors, err = behindFactors(tx, name); err != nil {
			return err
		}
		var cleared []prentice.Ref
		for _, f := range factors {
			cleared = prentice.JoinPeople(cleared, f.Behind)
		}
		self := prentice.NewRef(string(prentice.Person), name)
		switch shared := prentice.SharedPerson(by.People(), prentice.JoinPeople(cleared, []prentice.Ref{self})); {
		case by.Kind != prentice.Person:
			return prentice.Errorf(prentice.Denied, "%s is not a person, and only people confirm people", by.Ref()).Try("ask a person of the team")
		case len(cleared) == 0:
			return prentice.Errorf(prentice.Conflict, "no one is behind the password or a passkey of %s", name).
				Try("let them sign in and make one first: prentice person link %s", name)
		case shared == by.Ref():
			return prentice.Errorf(prentice.Denied, "%s cannot confirm what they are behind themselves", shared).
				Try("let someone do it who has nothing to do with %s", name)
		case shared != "":
			return prentice.Errorf(prentice.Denied, "%s is behind %s as well as behind %s", shared, by.Ref(), self).Try("%s", Independent)
		}
		return confirm(tx, name)
	})
	return factors, err
}

// Independent is what a team does in which no one is independent of the person
// who let everyone in.
const Independent = `let someone confirm it behind whom no one else is; or, if the team trusts its owners with this, ` +
	`set enrolment = "trusted" in prentice.toml, start prentice again, and make the link or the token anew`

// behindFactors is the ways in of a person that another person is behind.
func behindFactors(tx *db.Tx, name string) (factors []Factor, err error) {
	rows, err := tx.Query(`SELECT 'password', '', '', behind FROM identity_password WHERE person = ? AND behind <> ''
		UNION ALL SELECT 'passkey', id, name, behind FROM identity_passkey WHERE person = ? AND behind <> '' ORDER BY 1, 2`, name, name)
	if err != nil {
		return nil, fmt.Errorf("look who is behind %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f Factor
		var text string
		if err := rows.Scan(&f.Kind, &f.ID, &f.Name, &text); err != nil {
			return nil, fmt.Errorf("look who is behind %s: %w", name, err)
		}
		if f.Behind = prentice.RefsIn(text); len(f.Behind) > 0 {
			factors = append(factors, f)
		}
	}
	return factors, rows.Err()
}

func confirm(tx *db.Tx, name string) error {
	for _, query := range []string{
		`UPDATE identity_password SET behind = '' WHERE person = ?`,
		`UPDATE identity_passkey SET behind = '' WHERE person = ?`,
		`UPDATE identity_session SET behind = '' WHERE person = ? AND way IN ('password', 'passkey')`,
	} {
		if _, err := tx.Exec(query, name); err != nil {
			return fmt.Errorf("confirm %s: %w", name, err)
		}
	}
	return nil
}
