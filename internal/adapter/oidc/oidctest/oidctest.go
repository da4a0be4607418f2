// Package oidctest is a provider on loopback that says of people what a test wants.
// It checks of a client what a provider has to: who it is, that a code is used once,
// and that it comes back with the verifier of its errand. It is for tests alone; the
// stories sign people in at one that others wrote.
package oidctest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/oidc"
)

const (
	client = "prentice-of-a-test"
	secret = "known-to-both"
)

// Server is a provider, and how it is known to us.
type Server struct {
	Provider *oidc.Provider
	Twist    func(map[string]any) map[string]any // of the claims, before they are signed
	Unsigned bool                                // answers with a token that no one signed
	Info     string                              // what it tells of people when asked, once set
	Has      []string                            // the scopes that it says it has; none is said as none

	t       *testing.T
	address string
	key     *rsa.PrivateKey

	mu      sync.Mutex
	next    map[string]any            // who comes to the door next; guarded by mu
	errands map[string]url.Values     // by code, until it is used; guarded by mu
	people  map[string]map[string]any // by code, the claims of who has it; guarded by mu
}

// Start is a provider whose developers are operators and whose leads are approvers.
func Start(t *testing.T) *Server {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, key: key, Has: []string{"openid", "email", "groups", "profile"}, errands: map[string]url.Values{}, people: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("GET /keys", s.keys)
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /userinfo", s.userinfo)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.address = server.URL
	file := t.TempDir() + "/secret"
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Provider = &oidc.Provider{Issuer: s.Issuer(), ClientID: client, SecretFile: file,
		Roles: map[string]prentice.Role{"developers": prentice.Operator, "leads": prentice.Approver}}
	if err := s.Provider.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Issuer is the name of the provider.
func (s *Server) Issuer() string { return s.address }

// Code is what the browser of a person brings back from a visit to an address of
// the provider, with the state.
func (s *Server) Code(to, subject, name string, groups ...string) (state, code string) {
	s.t.Helper()
	s.mu.Lock()
	s.next = map[string]any{"sub": subject, "preferred_username": name, "email": name + "@example.com"}
	if len(groups) > 0 {
		s.next["groups"] = groups
	}
	s.mu.Unlock()
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stay.Get(to)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusFound {
		s.t.Fatal(res.Status, back, err)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}

func (s *Server) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": s.Issuer(), "authorization_endpoint": s.address + "/authorize", "token_endpoint": s.address + "/token",
		"jwks_uri": s.address + "/keys", "userinfo_endpoint": s.address + "/userinfo", "scopes_supported": s.Has,
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != client || q.Get("response_type") != "code" || q.Get("state") == "" || q.Get("code_challenge_method") != "S256" || !strings.Contains(q.Get("scope"), "openid") {
		http.Error(w, "invalid_request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errands[code], s.people[code] = q, s.next
	back := q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back, http.StatusFound)
}

// token gives the token of a code once, to the client whose errand it was.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	s.mu.Lock()
	errand, ok := s.errands[code]
	delete(s.errands, code)
	claims := maps.Clone(s.people[code])
	s.mu.Unlock()
	id, password, basic := r.BasicAuth()
	if !basic {
		id, password = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	hash := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || id != client || password != secret || r.FormValue("redirect_uri") != errand.Get("redirect_uri") || encode(hash[:]) != errand.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	now := time.Now()
	maps.Copy(claims, map[string]any{"iss": s.Issuer(), "aud": []string{client}, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "nonce": errand.Get("nonce")})
	if s.Twist != nil {
		claims = s.Twist(claims)
	}
	answer(w, map[string]any{"access_token": code, "token_type": "bearer", "expires_in": 600, "id_token": s.signed(claims)})
}

// userinfo tells those who have a token of someone who that is.
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	claims, ok := s.people[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	s.mu.Unlock()
	switch {
	case !ok:
		w.WriteHeader(http.StatusUnauthorized)
	case s.Info != "":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, s.Info)
	default:
		answer(w, claims)
	}
}

func answer(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(what) //nolint:errcheck // a provider on loopback
}
