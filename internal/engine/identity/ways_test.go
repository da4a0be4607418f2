package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// A person is independent of those who let them in only by a way that is open, is
// wide enough, and has none of them behind it.
func TestAPersonIsIndependentByAWayThatOthersDidNotMake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner}
		for _, name := range []string{"no-way", "by-ann", "narrow", "small", "agent", "past", "own", "linked", "session", "password"} {
			w.add(name, prentice.Approver)
		}
		token := func(of string, r identity.TokenRequest) {
			r.Name, r.Person = "t-"+of, of
			if r.Kind == "" {
				r.Kind = prentice.Person
			}
			if r.Role == "" {
				r.Role = prentice.Approver
			}
			if _, _, err := w.CreateToken(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		token("by-ann", identity.TokenRequest{By: ann})
		before, err := w.Ways(ctx, prentice.Approver, "run.approve")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, _, err := w.CreateToken(ctx, identity.TokenRequest{Name: fmt.Sprint("again-", time.Now().UnixNano()), Kind: prentice.Person, Person: "by-ann", Role: prentice.Approver, By: ann}); err != nil {
				t.Fatal(err)
			}
		}
		if after, err := w.Ways(ctx, prentice.Approver, "run.approve"); err != nil || len(after) != len(before) {
			t.Errorf("more tokens of the same people are more ways: %d, then %d (%v)", len(before), len(after), err)
		}
		token("narrow", identity.TokenRequest{Scope: &prentice.Scope{Ops: []string{"event.send"}, On: []prentice.Ref{prentice.Ref(prentice.All)}}})
		token("small", identity.TokenRequest{Role: prentice.Operator})
		token("agent", identity.TokenRequest{Kind: prentice.Agent, Role: prentice.Operator})
		token("past", identity.TokenRequest{Lasts: time.Minute})
		token("own", identity.TokenRequest{})
		w.factor("password")
		w.pass(2 * time.Minute)
		for name, by := range map[string]prentice.Actor{"linked": {}, "session": {}, "by-ann": ann} {
			code, _, err := w.Link(ctx, name, by)
			if err == nil && name != "linked" {
				_, _, err = w.SignInCode(ctx, code, identity.Origin{})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		who := func(of ...prentice.Ref) string {
			ways, err := w.Ways(ctx, prentice.Approver, "run.approve")
			people := prentice.Independent(ways, of)
			if err != nil {
				t.Fatal(err)
			}
			names := make([]string, len(people))
			for i, p := range people {
				names[i] = p.Name()
			}
			return strings.Join(names, " ")
		}
		if got := who(ann.Ref()); got != "linked own password session" {
			t.Errorf("independent of ann are %s", got)
		}
		if got := who("person/own", "person/session"); got != "ann by-ann linked password" {
			t.Errorf("independent of two others are %s", got)
		}
		w.pass(identity.SessionIdle + time.Hour)
		if got := who(ann.Ref()); got != "own password" {
			t.Errorf("when links and sessions have ended, independent of ann are %s", got)
		}
	})
}
