// Package oidctest is a real provider on loopback, which says of people what a test
// wants. It is for tests alone.
package oidctest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"prentice"
	"prentice/internal/adapter/oidc"
)

// Server is a provider, and how it is known to us.
type Server struct {
	*mockoidc.MockOIDC
	Provider *oidc.Provider
	Twist    func(map[string]any) map[string]any // of the claims, before they are signed
	Unsigned bool                                // answers with a token that no one signed
	Info     string                              // what it tells of people when asked, once set
	Has      []string                            // the scopes that it says it has

	t *testing.T
}

// Start is a provider whose developers are operators and whose leads are approvers.
func Start(t *testing.T) *Server {
	t.Helper()
	s := &Server{t: t, Has: mockoidc.ScopesSupported}
	var err error
	if s.MockOIDC, err = mockoidc.NewServer(nil); err != nil {
		t.Fatal(err)
	}
	for _, m := range []func(http.Handler) http.Handler{s.unsigned, s.tells} {
		if err := s.AddMiddleware(m); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewUnstartedServer(nil)
	if err := s.MockOIDC.Start(server.Listener, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Shutdown() }) //nolint:errcheck // the test is over
	s.Provider = &oidc.Provider{Issuer: s.Issuer(), ClientID: s.Config().ClientID, SecretFile: s.secret(),
		Roles: map[string]prentice.Role{"developers": prentice.Operator, "leads": prentice.Approver}}
	if err := s.Provider.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Server) secret() string {
	path := s.t.TempDir() + "/secret"
	if err := os.WriteFile(path, []byte(s.Config().ClientSecret+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// Code is what the browser of a person brings back from a visit to an address of
// the provider, with the state.
func (s *Server) Code(to, subject, name string, groups ...string) (state, code string) {
	s.t.Helper()
	s.QueueUser(guest{&mockoidc.MockUser{Subject: subject, PreferredUsername: name, Email: name + "@example.com", Groups: groups}, s})
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stay.Get(to)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		s.t.Fatal(res.Status, back, err)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}

// guest is someone at the provider.
type guest struct {
	*mockoidc.MockUser
	s *Server
}

func (u guest) Claims(scope []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	c, err := u.MockUser.Claims(scope, base)
	if err != nil || u.s.Twist == nil {
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
	return jwt.MapClaims(u.s.Twist(claims)), nil
}

// unsigned replaces the token by one of the same claims with alg none.
func (s *Server) unsigned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.Unsigned || !strings.HasSuffix(r.URL.Path, "/token") {
			next.ServeHTTP(w, r)
			return
		}
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r)
		var answer map[string]any
		if err := json.Unmarshal(kept.Body.Bytes(), &answer); err != nil {
			s.t.Error(err)
			return
		}
		token, ok := answer["id_token"].(string)
		if !ok { // the client is asked to say who it is in another way
			w.WriteHeader(kept.Code)
			w.Write(kept.Body.Bytes()) //nolint:errcheck // a provider on loopback
			return
		}
		parts := strings.Split(token, ".")
		answer["id_token"] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// tells says what the provider has, and what it tells of people.
func (s *Server) tells(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r)
		maps.Copy(w.Header(), kept.Header())
		switch {
		case strings.HasSuffix(r.URL.Path, "/userinfo") && s.Info != "":
			w.Header().Del("Content-Length")
			w.Write([]byte(s.Info)) //nolint:errcheck // a provider on loopback
		case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
			says := map[string]any{}
			if err := json.Unmarshal(kept.Body.Bytes(), &says); err != nil {
				s.t.Error(err)
			}
			says["scopes_supported"] = s.Has
			w.Header().Del("Content-Length")
			_ = json.NewEncoder(w).Encode(says)
		default:
			w.WriteHeader(kept.Code)
			w.Write(kept.Body.Bytes()) //nolint:errcheck // a provider on loopback
		}
	})
}
