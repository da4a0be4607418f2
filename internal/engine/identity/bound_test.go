package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// recording keeps what the provider's people became, as the ledger would.
func (g *gate) recording() *[]prentice.Note {
	notes := &[]prentice.Note{}
	g.Record = func(_ *db.Tx, _ time.Time, some ...prentice.Note) error { *notes = append(*notes, some...); return nil }
	return notes
}

func kinds(notes []prentice.Note) (list []string) {
	for _, n := range notes {
		list = append(list, n.Kind)
	}
	return list
}

// late lets the provider's tokens be good by the clock of the test.
func (g *gate) late() {
	g.Twist = func(c map[string]any) map[string]any {
		c["exp"] = time.UnixMicro(g.time.Load()).Add(10 * time.Minute).Unix()
		return c
	}
}

func TestAPersonOfTheProviderStaysBoundWhateverWayTheyAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		g.late()
		if _, err := g.enter("1", "carol", "leads"); err != nil {
			t.Fatal(err)
		}
		secret, _ := g.factor("carol")
		own, _ := g.token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: "carol", Role: prentice.Approver})
		bot, _ := g.token(identity.TokenRequest{Name: "bot", Kind: prentice.Agent, Person: "carol", Role: prentice.Operator})
		link := func() string {
			t.Helper()
			code, _, err := g.Link(ctx, "carol", prentice.Actor{})
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
		in := identity.PasswordSignIn{Name: "carol", Password: phrase, Code: g.code(secret)}
		byPassword, until, err := g.SignInPassword(ctx, in, identity.Origin{})
		if err != nil || until.After(time.UnixMicro(g.time.Load()).Add(time.Hour)) {
			t.Fatal(until, err)
		}
		byLink := g.signIn(link())
		byToken, _, err := g.SignInToken(ctx, own, identity.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		ways := map[string]identity.Credential{"a password": session(byPassword), "a link": session(byLink), "a token": bearer(own), "a token's session": session(byToken)}
		for way, c := range ways {
			g.wants(way+", within the hour", c, "person/carol approver")
		}
		g.pass(61 * time.Minute)
		for way, c := range ways {
			g.wants(way+", an hour later", c, "nobody")
		}
		g.wants("a program of hers", bearer(bot), "agent/bot operator")
		refused := func(way string, err error) {
			t.Helper()
			if prentice.KindOf(err) != prentice.Unauthenticated || !strings.Contains(err.Error(), "your organisation") {
				t.Errorf("%s signs in without the provider: %v", way, err)
			}
		}
		in.Code = g.code(secret)
		_, _, err = g.SignInPassword(ctx, in, identity.Origin{})
		refused("a password", err)
		_, _, err = g.SignInCode(ctx, link(), identity.Origin{})
		refused("a link", err)
		_, _, err = g.SignInToken(ctx, own, identity.Origin{})
		refused("a token", err)

		if _, err := g.enter("1", "carol", "leads"); err != nil {
			t.Fatal(err)
		}
		g.wants("her token, after she came back by the provider", bearer(own), "person/carol approver")
		in.Code = g.code(secret)
		if _, _, err := g.SignInPassword(ctx, in, identity.Origin{}); err != nil {
			t.Errorf("her password, after she came back by the provider: %v", err)
		}
		if _, err := g.enter("1", "carol", "nobodies"); prentice.KindOf(err) != prentice.Denied {
			t.Fatal(err)
		}
		g.wants("a program of hers, once she is out", bearer(bot), "nobody")
		_, _, err = g.SignInCode(ctx, link(), identity.Origin{})
		refused("a link, once she is out", err)
	})
}

func TestWhatTheProviderChangesIsEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		g.Provider.Roles["bosses"] = prentice.Owner
		notes := g.recording()
		for _, groups := range [][]string{{"developers"}, {"developers"}, {"bosses"}, {"developers", "painters"}, {"painters"}, {"painters"}} {
			_, _ = g.enter("1", "carol", groups...) //nolint:errcheck // the last two are refused
		}
		want := []string{"person.added", "person.role-changed", "person.groups-changed", "person.role-changed", "person.groups-changed", "person.withdrawn"}
		if got := kinds(*notes); !slices.Equal(got, want) {
			t.Fatalf("%v, wants %v", got, want)
		}
		made, owner := (*notes)[0], (*notes)[1]
		if text := fmt.Sprint(made.Refs, made.Data); !strings.Contains(text, "person/carol") || !strings.Contains(text, "operator") || !strings.Contains(text, g.Issuer()) {
			t.Errorf("%s", text)
		}
		if text := fmt.Sprint(owner.Data); !strings.Contains(text, "role:owner") || !strings.Contains(text, "was:operator") {
			t.Errorf("%s", text)
		}
	})
}

// What someone made for others through a token of theirs ends with it when the
// provider takes their role away.
func TestWhatWasMadeThroughATokenEndsWhenItsOwnerIsWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		g.Provider.Roles["bosses"] = prentice.Owner
		g.add("bob", prentice.Operator)
		if _, err := g.enter("1", "carol", "bosses"); err != nil {
			t.Fatal(err)
		}
		value, _ := g.token(identity.TokenRequest{Name: "carols", Kind: prentice.Person, Person: "carol", Role: prentice.Owner})
		child, _ := g.token(identity.TokenRequest{Name: "bobs", Kind: prentice.Person, Person: "bob", Role: prentice.Operator, By: g.actor(bearer(value))})
		g.wants("a token that she made for another", bearer(child), "person/bob operator")
		if _, err := g.enter("1", "carol", "painters"); prentice.KindOf(err) != prentice.Denied {
			t.Fatal(err)
		}
		g.wants("a token that she made for another, once she is out", bearer(child), "nobody")
	})
}

func TestWhoWasRemovedStaysRemoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		if _, err := g.enter("1", "carol", "leads"); err != nil {
			t.Fatal(err)
		}
		if err := g.RemovePerson(ctx, "carol"); err != nil {
			t.Fatal(err)
		}
		for fact, name := range map[string]string{"under her name": "carol", "under another": "caroline"} {
			if _, err := g.enter("1", name, "leads"); prentice.KindOf(err) != prentice.Denied {
				t.Errorf("she is back %s: %v", fact, err)
			}
		}
		if _, err := g.enter("2", "CAROL", "leads"); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("another has her name: %v", err)
		}
		if err := g.Readmit(ctx, "nobody"); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		if err := g.Readmit(ctx, "Carol"); err != nil {
			t.Fatal(err)
		}
		if _, err := g.enter("1", "carol", "leads"); err != nil {
			t.Errorf("readmitted: %v", err)
		}
	})
}

func TestWhatIsLostWithARoleDoesNotComeBackWithIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		if _, err := g.enter("1", "carol", "leads"); err != nil {
			t.Fatal(err)
		}
		token, _ := g.token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: "carol", Role: prentice.Approver})
		for _, group := range []string{"developers", "leads"} {
			if _, err := g.enter("1", "carol", group); err != nil {
				t.Fatal(err)
			}
		}
		g.wants("a token of her old role", bearer(token), "person/carol operator")
	})
}

func TestAnOwnerWhoNeedsNoProviderStays(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	g.Provider.Roles["bosses"] = prentice.Owner
	if _, err := g.enter("1", "carol", "bosses"); err != nil {
		t.Fatal(err)
	}
	if err := g.RemovePerson(ctx, "ann"); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("only the provider's owners are left: %v", err)
	}
	if err := g.RemovePerson(ctx, "carol"); err != nil {
		t.Error(err)
	}
}

func TestATokenForAnotherClientIsRefused(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	us := g.Provider.ClientID
	for fact, claims := range map[string]map[string]any{
		"issued to another client":          {"azp": "another"},
		"issued to another, for us also":    {"aud": []string{us, "another"}, "azp": "another"},
		"for several, and issued to no one": {"aud": []string{us, "another"}},
		"issued to what is no client":       {"azp": 7},
	} {
		g.Twist = func(c map[string]any) map[string]any {
			for name, value := range claims {
				c[name] = value
			}
			return c
		}
		if _, err := g.enter("1", "carol", "leads"); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("%s: %v", fact, err)
		}
	}
	g.Twist = func(c map[string]any) map[string]any {
		c["aud"], c["azp"] = []string{us, "another"}, us
		return c
	}
	if _, err := g.enter("1", "carol", "leads"); err != nil {
		t.Errorf("issued to us, for another also: %v", err)
	}
}

func TestWhatIsRevokedAtOneReplicaCountsAtNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if !d.Postgres() {
			return // no one shares it
		}
		w := open(t, d)
		other := w.reopened()
		w.add("bob", prentice.Approver)
		token, record := w.token(identity.TokenRequest{Name: "t", Kind: prentice.Person, Person: "bob", Role: prentice.Approver})
		other.wants("a token", bearer(token), "person/bob approver")
		if _, err := w.SetRole(ctx, "bob", prentice.Operator); err != nil {
			t.Fatal(err)
		}
		other.wants("with a lesser role, at the other", bearer(token), "person/bob operator")
		if err := w.RevokeToken(ctx, record.ID, ""); err != nil {
			t.Fatal(err)
		}
		other.wants("revoked, at the other", bearer(token), "nobody")
	})
}
