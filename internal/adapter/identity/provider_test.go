package identity_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"prentice"
	"prentice/internal/adapter/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// gate is a real provider on loopback, which says of people what the test wants.
type gate struct {
	world
	*mockoidc.MockOIDC
	twist func(map[string]any) map[string]any // of the claims, before they are signed
	none  bool                                // answers with a token that nobody signed
}

// guest is somebody at the provider.
type guest struct {
	*mockoidc.MockUser
	g *gate
}

func (u guest) Claims(scope []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	c, err := u.MockUser.Claims(scope, base)
	if err != nil || u.g.twist == nil {
		return c, err
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	if err := json.Unmarshal(raw, &claims); err != nil {
		return nil, err
	}
	return jwt.MapClaims(u.g.twist(claims)), nil
}

func openGate(t *testing.T, d *db.DB) *gate {
	t.Helper()
	g := &gate{world: open(t, d)}
	g.time.Store(time.Now().UnixMicro()) // the provider's clock is the real one
	var err error
	if g.MockOIDC, err = mockoidc.NewServer(nil); err != nil {
		t.Fatal(err)
	}
	if err := g.AddMiddleware(g.unsigned); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	if err := g.Start(server.Listener, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Shutdown() }) //nolint:errcheck // the test is over
	g.Provider = &identity.Provider{Issuer: g.Issuer(), ClientID: g.Config().ClientID, SecretFile: g.secret(t),
		Roles: map[string]prentice.Role{"developers": prentice.Operator, "leads": prentice.Approver}}
	if err := g.Provider.Check(); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gate) secret(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/secret"
	write(t, path, g.Config().ClientSecret+"\n")
	return path
}

// unsigned replaces the token by one of the same claims with alg none.
func (g *gate) unsigned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.none || !strings.HasSuffix(r.URL.Path, "/token") {
			next.ServeHTTP(w, r)
			return
		}
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r)
		var answer map[string]any
		if err := json.Unmarshal(kept.Body.Bytes(), &answer); err != nil {
			g.t.Error(err)
			return
		}
		parts := strings.Split(answer["id_token"].(string), ".")
		answer["id_token"] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// visit goes to the provider as somebody and comes back with its answer.
func (g *gate) visit(subject, name string, groups ...string) (state, code string) {
	g.t.Helper()
	g.QueueUser(guest{&mockoidc.MockUser{Subject: subject, PreferredUsername: name, Email: name + "@example.com", Groups: groups}, g})
	to, state, err := g.BeginProvider(ctx, "http://localhost:7400/sign-in/sso/back")
	if err != nil {
		g.t.Fatal(err)
	}
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stay.Get(to)
	if err != nil {
		g.t.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || back.Query().Get("state") != state {
		g.t.Fatal(res.Status, back, err)
	}
	return state, back.Query().Get("code")
}

func (g *gate) enter(subject, name string, groups ...string) (string, error) {
	state, code := g.visit(subject, name, groups...)
	s, expires, err := g.SignInProvider(ctx, state, code, prentice.Origin{})
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
		token, _ := g.token(prentice.TokenRequest{Name: "own", Kind: prentice.Person, Person: "carol", Role: prentice.Operator})
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
		bot, _ := g.token(prentice.TokenRequest{Name: "bot", Kind: prentice.Agent, Person: "carol", Role: prentice.Operator})
		g.pass(61 * time.Minute)
		g.wants("her session an hour later", session(s), "nobody")
		g.wants("her program an hour later", bearer(bot), "agent/bot operator")
		g.pass(identity.ProviderStanding)
		g.wants("her program, long after the provider last knew her", bearer(bot), "nobody")
	})
}

func TestAProvidersAnswerIsForUsForThisErrandAndOnce(t *testing.T) {
	g := openGate(t, dbtest.SQLite(t))
	claim := func(name string, value any) func(map[string]any) map[string]any {
		return func(c map[string]any) map[string]any { c[name] = value; return c }
	}
	for fact, twist := range map[string]func(map[string]any) map[string]any{
		"for another audience":    claim("aud", "somebody-else"),
		"expired":                 claim("exp", time.Now().Add(-time.Hour).Unix()),
		"from another issuer":     claim("iss", "https://evil.example"),
		"for another errand":      claim("nonce", "AAAA"),
		"for no errand":           func(c map[string]any) map[string]any { delete(c, "nonce"); return c },
		"of somebody with a path": claim("preferred_username", "../olga"),
		"of prentice itself":      claim("preferred_username", "prentice"),
		"of nobody":               claim("preferred_username", ""),
	} {
		g.twist = twist
		if _, err := g.enter("2", "dan", "developers"); prentice.KindOf(err) != prentice.Unauthenticated && prentice.KindOf(err) != prentice.Denied {
			t.Errorf("%s: %v", fact, err)
		}
	}
	g.twist, g.none = nil, true
	if _, err := g.enter("2", "dan", "developers"); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("signed by nobody: %v", err)
	}
	g.none = false
	if _, err := g.Person(ctx, "dan"); prentice.KindOf(err) != prentice.NotFound {
		t.Fatalf("one of them made a person: %v", err)
	}
	_, code := g.visit("2", "dan", "developers")
	other, otherCode := g.visit("3", "eve", "developers")
	for fact, try := range map[string][2]string{"a state of nobody": {"AAAA", code}, "no state": {"", code}} {
		if _, _, err := g.SignInProvider(ctx, try[0], try[1], prentice.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("%s: %v", fact, err)
		}
	}
	if _, _, err := g.SignInProvider(ctx, other, code, prentice.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("the code of another errand: %v", err)
	}
	if _, _, err := g.SignInProvider(ctx, other, otherCode, prentice.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("an errand that was tried: %v", err)
	}
	state, fresh := g.visit("2", "dan", "developers")
	if _, _, err := g.SignInProvider(ctx, state, fresh, prentice.Origin{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.SignInProvider(ctx, state, fresh, prentice.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
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
		t.Errorf("somebody who calls themselves ann now: %v", err)
	}
}

func TestAProviderThatWouldLetInAnybodyIsRefused(t *testing.T) {
	good := map[string]prentice.Role{"developers": prentice.Operator}
	for fact, p := range map[string]*identity.Provider{
		"no issuer":             {ClientID: "x", Roles: good},
		"an issuer in the open": {Issuer: "http://provider.example", ClientID: "x", Roles: good},
		"no client":             {Issuer: "https://provider.example", Roles: good},
		"no group":              {Issuer: "https://provider.example", ClientID: "x"},
		"an empty group":        {Issuer: "https://provider.example", ClientID: "x", Roles: map[string]prentice.Role{"": prentice.Viewer}},
		"a role there is not":   {Issuer: "https://provider.example", ClientID: "x", Roles: map[string]prentice.Role{"developers": "root"}},
	} {
		if err := p.Check(); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", fact, err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
