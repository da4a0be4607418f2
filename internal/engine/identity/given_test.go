package identity_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// An agent's name counts as given when an owner made its token in a session of
// their own or at the machine; of every other way in it does not.
func TestAnAgentsNameIsGivenByOwnersAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Approver)
		w.add("olga", prentice.Owner)
		_, made := w.token(identity.TokenRequest{Name: "olgas", Kind: prentice.Person, Person: "olga", Role: prentice.Owner})
		olga := prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner}
		with := func(change func(*prentice.Actor)) prentice.Actor { a := olga; change(&a); return a }
		for name, c := range map[string]struct {
			by   prentice.Actor
			want bool
		}{
			"in-a-session":    {olga, true},
			"at-the-machine":  {with(func(a *prentice.Actor) { a.Token, a.Machine = made.ID, true }), true},
			"by-a-token":      {with(func(a *prentice.Actor) { a.Token = made.ID }), false},
			"by-a-narrow-one": {with(func(a *prentice.Actor) { a.Scope = &prentice.Scope{Ops: []string{"token.*"}, On: []prentice.Ref{"*"}} }), false},
			"by-an-approver":  {prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Approver}, false},
			"by-nobody":       {prentice.Actor{}, false},
		} {
			value, token := w.token(identity.TokenRequest{Name: name, Person: "bob", Role: prentice.Operator, By: c.by})
			if token.Given != c.want {
				t.Errorf("%s: the token says %v", name, token.Given)
			}
			if a := w.actor(bearer(value)); a.Given != c.want || a.Name != name {
				t.Errorf("%s: its holder is %+v", name, a)
			}
		}
		given := map[string]bool{}
		list, err := w.Tokens(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			given[one.Name] = one.Given
		}
		if !given["in-a-session"] || !given["at-the-machine"] || given["by-an-approver"] || given["olgas"] {
			t.Errorf("listed as %v", given)
		}
	})
}
