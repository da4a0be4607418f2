package identity_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/oidc/oidctest"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// gate is a world with a real provider on loopback.
type gate struct {
	world
	*oidctest.Server
}

func openGate(t *testing.T, d *db.DB) *gate {
	t.Helper()
	g := &gate{open(t, d), oidctest.Start(t)}
	g.time.Store(time.Now().UnixMicro()) // the provider's clock is the real one
	g.world.Provider = g.Server.Provider
	return g
}

// visit goes to the provider as someone and comes back with its answer.
func (g *gate) visit(subject, name string, groups ...string) (state, code string) {
	g.t.Helper()
	to, state, err := g.BeginProvider(ctx, "http://localhost:7400/sign-in/sso/back")
	if err != nil {
		g.t.Fatal(err)
	}
	back, code := g.Code(to, subject, name, groups...)
	if back != state {
		g.t.Fatalf("it brings back the state %q, not %q", back, state)
	}
	return state, code
}

func (g *gate) enter(subject, name string, groups ...string) (string, error) {
	state, code := g.visit(subject, name, groups...)
	s, expires, err := g.SignInProvider(ctx, state, code, identity.Origin{})
	if err == nil && expires.After(time.UnixMicro(g.time.Load()).Add(time.Hour)) {
		g.t.Errorf("the session lasts until %s", expires)
	}
	return s, err
}

func TestAProviderSignsInWhoHasAGroupWithARole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := openGate(t, d)
		s, err := g.enter("1", "carol", "developers", "leads", "/payments", "..bad")
		if err != nil {
			t.Fatal(err)
		}
		g.wants("the greatest of her roles", session(s), "person/carol approver")
		if a := g.actor(session(s)); !slices.Equal(a.Groups, []prentice.Ref{"group/developers", "group/leads", "group/payments"}) {
			t.Errorf("her groups are %v", a.Groups)
		}
		token, _ := g.token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: "carol", Role: prentice.Operator})
		again, err := g.enter("1", "carol", "developers")
		if err != nil {
			t.Fatal(err)
		}
		g.wants("a session of her old role", session(s), "nobody")
		g.wants("with a lesser group", session(again), "person/carol operator")
		for fact, groups := range map[string][]string{"another group": {"strangers"}, "no group": nil, "an empty group": {""}} {
			if _, err := g.enter("1", "carol", groups...); prentice.KindOf(err) != prentice.Denied {
				t.Errorf("%s: %v", fact, err)
			}
		}
		g.wants("her session, once the groups are gone", session(again), "nobody")
		g.wants("her token, once the groups are gone", bearer(token), "nobody")
		if _, err := g.Standing(ctx, "carol"); err == nil {
			t.Error("she still stands")
		}
		if s, err = g.enter("1", "carol", "developers"); err != nil {
			t.Fatal(err)
		}
		g.wants("her token, once they are back", bearer(token), "nobody")
		bot, _ := g.token(identity.TokenRequest{Name: "bot", Kind: prentice.Agent, Person: "carol", Role: prentice.Operator})
		g.pass(61 * time.Minute)
		g.wants("her session an hour later", session(s), "nobody")
		g.wants("her program an hour later", bearer(bot), "agent/bot operator")
		g.pass(identity.ProviderStanding)
		g.wants("her program, long after the provider last knew her", bearer(bot), "nobody")
	})
}

// What Keycloak, Entra ID, Google and others put where groups are read, and what
// they make of it.
func TestGroupsAreReadAsProvidersWriteThem(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	for fact, c := range map[string]struct {
		claim  string
		claims map[string]any
		role   string // "" is none
		says   string
	}{
		"one group as a text":           {"", map[string]any{"groups": "developers"}, "operator", ""},
		"with a slash before it":        {"", map[string]any{"groups": []string{"/leads"}}, "approver", ""},
		"roles of a realm":              {"realm_access.roles", map[string]any{"realm_access": map[string]any{"roles": []string{"leads", "x"}}}, "approver", ""},
		"roles of a client with a dot":  {"resource_access.ops.example.roles", map[string]any{"resource_access": map[string]any{"ops.example": map[string]any{"roles": []string{"developers"}}}}, "operator", ""},
		"a claim whose name has dots":   {"https://example.org/groups", map[string]any{"https://example.org/groups": []string{"developers"}}, "operator", ""},
		"among others that are no text": {"", map[string]any{"groups": []any{7, nil, "developers", map[string]any{}}}, "operator", ""},
		"a number":                      {"", map[string]any{"groups": 7}, "", "claim groups is no list of groups"},
		"an object":                     {"realm_access", map[string]any{"realm_access": map[string]any{"roles": []string{"leads"}}}, "", "claim realm_access is no list"},
		"more than it lists":            {"", map[string]any{"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": g.Issuer()}}}, "", "too many groups"},
		"a way that ends in a text":     {"groups.leads", map[string]any{"groups": "leads"}, "", "none of your groups"},
		"nothing at all":                {"", map[string]any{"groups": nil}, "", "none of your groups"},
	} {
		g.Provider.GroupClaim = c.claim
		g.Twist = func(claims map[string]any) map[string]any {
			delete(claims, "groups")
			maps.Copy(claims, c.claims)
			return claims
		}
		subject := prentice.Digest([]byte(fact))[:12]
		s, err := g.enter(subject, "p-"+subject[7:])
		if c.role == "" {
			if prentice.KindOf(err) != prentice.Denied || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", fact, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", fact, err)
			continue
		}
		g.wants(fact, session(s), "person/p-"+subject[7:]+" "+c.role)
	}
}

// Some providers keep groups out of tokens and tell those who ask for them; of
// another person they tell nothing that counts.
func TestGroupsThatAreNotInTheTokenAreAskedFor(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	g.Twist = func(claims map[string]any) map[string]any { delete(claims, "groups"); return claims }
	for fact, c := range map[string]struct {
		answer  string
		bad     bool
		refused prentice.Kind // where bad
	}{
		"the same person":        {`{"sub": "1", "groups": ["leads"]}`, false, 0},
		"another person":         {`{"sub": "2", "groups": ["leads"]}`, true, prentice.Unauthenticated},
		"another name with them": {`{"sub": "1", "preferred_username": "olga", "groups": ["leads"]}`, false, 0},
		"no groups":              {`{"sub": "1"}`, true, prentice.Denied},
		"no answer":              {`no`, true, prentice.Unavailable},
	} {
		g.Info = c.answer
		s, err := g.enter("1", "carol")
		if c.bad != (err != nil) || c.bad && prentice.KindOf(err) != c.refused {
			t.Errorf("%s: %v", fact, err)
		}
		if err == nil {
			g.wants(fact, session(s), "person/carol approver")
		}
	}
}

func TestAProviderIsAskedForNoScopeThatItDoesNotHave(t *testing.T) {
	for fact, c := range map[string]struct {
		has, set []string
		want     string
	}{
		"a provider with groups": {[]string{"openid", "profile", "email", "groups"}, nil, "openid profile email groups"},
		"a provider without":     {[]string{"openid", "profile", "email"}, nil, "openid profile email"},
		"one that says nothing":  {nil, nil, "openid profile email"},
		"scopes of the settings": {nil, []string{"openid", "roles"}, "openid roles"},
		"openid is always asked": {nil, []string{"roles"}, "openid roles"},
		"the settings before it": {[]string{"groups"}, []string{"openid"}, "openid"},
	} {
		g := openGate(t, dbtest.SQLite(t))
		g.Has, g.Provider.Scopes = c.has, c.set
		to, _, err := g.BeginProvider(ctx, "http://localhost:7400/sign-in/sso/back")
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(to)
		if got := u.Query().Get("scope"); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", fact, got, err)
		}
	}
}

func TestAProvidersAnswerIsForUsForThisErrandAndOnce(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	claim := func(name string, value any) func(map[string]any) map[string]any {
		return func(c map[string]any) map[string]any { c[name] = value; return c }
	}
	for fact, twist := range map[string]func(map[string]any) map[string]any{
		"for another audience":   claim("aud", "somebody-else"),
		"expired":                claim("exp", time.Now().Add(-time.Hour).Unix()),
		"from another issuer":    claim("iss", "https://evil.example"),
		"for another errand":     claim("nonce", "AAAA"),
		"for no errand":          func(c map[string]any) map[string]any { delete(c, "nonce"); return c },
		"of someone with a path": claim("preferred_username", "../olga"),
		"of prentice itself":     claim("preferred_username", "prentice"),
		"of no one":              claim("preferred_username", ""),
	} {
		g.Twist = twist
		if _, err := g.enter("2", "dan", "developers"); prentice.KindOf(err) != prentice.Unauthenticated && prentice.KindOf(err) != prentice.Denied {
			t.Errorf("%s: %v", fact, err)
		}
	}
	g.Twist, g.Unsigned = nil, true
	if _, err := g.enter("2", "dan", "developers"); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("signed by no one: %v", err)
	}
	g.Unsigned = false
	if _, err := g.Person(ctx, "dan"); prentice.KindOf(err) != prentice.NotFound {
		t.Fatalf("one of them made a person: %v", err)
	}
	_, code := g.visit("2", "dan", "developers")
	other, otherCode := g.visit("3", "eve", "developers")
	for fact, try := range map[string][2]string{"a state of no one": {"AAAA", code}, "no state": {"", code}} {
		if _, _, err := g.SignInProvider(ctx, try[0], try[1], identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("%s: %v", fact, err)
		}
	}
	if _, _, err := g.SignInProvider(ctx, other, code, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("the code of another errand: %v", err)
	}
	if _, _, err := g.SignInProvider(ctx, other, otherCode, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("an errand that was tried: %v", err)
	}
	state, fresh := g.visit("2", "dan", "developers")
	if _, _, err := g.SignInProvider(ctx, state, fresh, identity.Origin{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.SignInProvider(ctx, state, fresh, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("the same answer twice: %v", err)
	}
}

func TestAProviderGivesAwayNobodyElsesName(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	for _, name := range []string{"ann", "ANN"} {
		if _, err := g.enter("4", name, "leads"); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("%s, who is here already: %v", name, err)
		}
	}
	if _, err := g.enter("5", "fay", "leads"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.enter("6", "fay", "leads"); prentice.KindOf(err) != prentice.Denied {
		t.Errorf("another of the same name: %v", err)
	}
	if _, err := g.enter("5", "ann", "leads"); prentice.KindOf(err) != prentice.Denied {
		t.Errorf("someone who calls themselves ann now: %v", err)
	}
}
