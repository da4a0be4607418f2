package identity_test

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func (w world) actor(c identity.Credential) prentice.Actor {
	w.t.Helper()
	a, _, err := w.Identify(ctx, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func TestAGrantHoldsAtOnceAndForTokensToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Viewer)
		w.Groups = func(name string) []prentice.Ref { return []prentice.Ref{prentice.NewRef("group", "of-"+name)} }
		payments := prentice.Grant{Role: prentice.Approver, On: "system/payments"}
		if _, err := w.Grant(ctx, "bob", payments); err != nil {
			t.Fatal(err)
		}
		own, _ := w.token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: "bob", Role: prentice.Approver})
		agent, _ := w.token(identity.TokenRequest{Name: "ci", Person: "bob", Role: prentice.Operator,
			Scope: &prentice.Scope{Ops: []string{"run.*"}, On: []prentice.Ref{"service/checkout"}}})
		bob := w.actor(bearer(own))
		if bob.Role != prentice.Viewer || !slices.Equal(bob.Grants, []prentice.Grant{payments}) || !slices.Equal(bob.Groups, []prentice.Ref{"group/of-bob"}) {
			t.Errorf("his token is %+v", bob)
		}
		ci := w.actor(bearer(agent))
		if ci.Most() != prentice.Operator || len(ci.Groups) > 0 || ci.Scope == nil || !ci.Scope.Asks("run.start") || ci.Scope.Asks("whoami") ||
			ci.RoleFor("service/checkout", "system/payments") != prentice.Operator || ci.RoleFor("service/other", "system/payments") != "" {
			t.Errorf("his agent is %+v", ci)
		}
		if now, err := w.Standing(ctx, "bob"); err != nil || len(now.Grants) != 1 || len(now.Groups) != 1 {
			t.Errorf("his standing is %+v, %v", now, err)
		}
		if _, err := w.RevokeGrant(ctx, "bob", payments.On); err != nil {
			t.Fatal(err)
		}
		if a := w.actor(bearer(own)); len(a.Grants) != 0 || a.Most() != prentice.Viewer {
			t.Errorf("after it was taken away: %+v", a)
		}
		if a := w.actor(bearer(agent)); a.Most() != prentice.Viewer {
			t.Errorf("his agent after it was taken away: %+v", a)
		}
		if _, err := w.RevokeGrant(ctx, "bob", payments.On); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("taken away twice: %v", err)
		}
	})
}

func TestNothingIsGrantedOnWhatHoldsNothing(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for _, on := range []prentice.Ref{"", "*", "host/tower", "person/ann", "system/", "system/../x"} {
		if _, err := w.Grant(ctx, "ann", prentice.Grant{Role: prentice.Owner, On: on}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", on, err)
		}
	}
	if _, err := w.Grant(ctx, "ann", prentice.Grant{Role: "emperor", On: "system/x"}); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a role that there is not: %v", err)
	}
	for _, s := range []prentice.Scope{{}, {Ops: []string{"*"}}, {On: []prentice.Ref{"*"}}} {
		if _, _, err := w.CreateToken(ctx, identity.TokenRequest{Name: "x", Person: "ann", Role: prentice.Viewer, Scope: &s}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a token for nothing %+v: %v", s, err)
		}
	}
}

func TestASessionIsListedAndEndedByItsName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Viewer)
		code, _, err := w.Link(ctx, "bob", prentice.Actor{})
		if err != nil {
			t.Fatal(err)
		}
		secret, _, err := w.SignInCode(ctx, code, identity.Origin{Address: "192.0.2.7", Agent: "Browser\x1b[2J " + strings.Repeat("x", 500)})
		if err != nil {
			t.Fatal(err)
		}
		ann := w.signIn(w.link)
		list, err := w.ListSessions(ctx, "bob")
		if err != nil || len(list) != 1 {
			t.Fatalf("his sessions: %v, %v", list, err)
		}
		s := list[0]
		if s.ID != identity.SessionID(secret) || s.Way != "link" || s.Address != "192.0.2.7" || !strings.HasPrefix(s.Agent, "Browser[2J xx") || len(s.Agent) > 200 ||
			!s.Idle.Equal(noon.Add(identity.SessionIdle)) || !s.Expires.Equal(noon.Add(identity.SessionLife)) {
			t.Errorf("his session is %+v", s)
		}
		if all, err := w.ListSessions(ctx, ""); err != nil || len(all) != 2 {
			t.Errorf("all sessions: %v, %v", all, err)
		}
		for fact, id := range map[string]string{"another's": identity.SessionID(ann), "a prefix": s.ID[:4], "nothing": "", "a pattern": "%", "a secret": secret} {
			if _, err := w.RevokeSession(ctx, id, "bob"); prentice.KindOf(err) != prentice.NotFound {
				t.Errorf("%s: %v", fact, err)
			}
		}
		w.wants("before", session(secret), "person/bob viewer")
		if of, err := w.RevokeSession(ctx, s.ID, "bob"); err != nil || of != "bob" {
			t.Fatalf("%q, %v", of, err)
		}
		w.wants("after", session(secret), "nobody")
		w.wants("another", session(ann), "person/ann owner")
		if _, err := w.Grant(ctx, "ann", prentice.Grant{Role: prentice.Operator, On: "system/x"}); err != nil {
			t.Fatal(err)
		}
		w.wants("whose standing changed", session(ann), "nobody")
	})
}
