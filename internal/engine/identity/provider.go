package identity

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	// ProviderSession is how long a session lasts that a provider vouched for:
	// what it takes away is gone within the hour. Signing in again is a click.
	ProviderSession = time.Hour
	// ProviderStanding is how long the programs that someone's tokens are for act
	// after the provider last vouched for them.
	ProviderStanding = 30 * 24 * time.Hour

	providerPatience = 10 * time.Second
)

// Provider is an OpenID Connect provider that signs people in.
type Provider struct {
	Issuer     string
	ClientID   string
	SecretFile string                   // "" is a client without a secret
	NameClaim  string                   // "" is preferred_username
	GroupClaim string                   // "" is groups; with dots it is a way into claims
	Scopes     []string                 // none is openid, profile, email, and groups where the provider has it
	Roles      map[string]prentice.Role // by group; who is in none of them does not come in

	mu    sync.Mutex // guards found
	found *oidc.Provider
}

// Check refuses a provider that could let in whom no one meant.
func (p *Provider) Check() error {
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return prentice.Errorf(prentice.Invalid, "oidc.issuer %q", clip(p.Issuer)).Try("write its address as it writes it itself, with https://")
	case p.ClientID == "":
		return prentice.Errorf(prentice.Invalid, "oidc.client_id is missing").Try("write the id under which the provider knows prentice")
	case len(p.Roles) == 0:
		return prentice.Errorf(prentice.Invalid, "oidc.roles names no group, so that no one could come in").Try("write [oidc.roles] and below it: developers = \"operator\"")
	}
	for _, scope := range p.Scopes {
		// https://www.rfc-editor.org/rfc/rfc6749#section-3.3
		if scope == "" || strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			return prentice.Errorf(prentice.Invalid, "oidc.scopes: %q", clip(scope)).Try("write each scope by itself: scopes = [\"openid\", \"profile\"]")
		}
	}
	for group, role := range p.Roles {
		if _, err := prentice.ParseRole(string(role)); err != nil || strings.TrimPrefix(group, "/") == "" {
			return prentice.Errorf(prentice.Invalid, "oidc.roles: %q = %q", clip(group), clip(string(role))).Try("give each group viewer, operator, approver or owner")
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// provider asks the provider once where its doors are and which keys it has.
func (p *Provider) provider() (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The keys are asked for again later, so this context must not end.
	found, err := oidc.NewProvider(oidc.ClientContext(context.Background(), patient()), p.Issuer)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the provider %s does not answer as one: %w", p.Issuer, err).Try("sign in another way, or try again when it is back")
	}
	p.found = found
	return found, nil
}

func patient() *http.Client { return &http.Client{Timeout: providerPatience} }

func (p *Provider) client(found *oidc.Provider, redirect string) (*oauth2.Config, error) {
	c := &oauth2.Config{ClientID: p.ClientID, Endpoint: found.Endpoint(), RedirectURL: redirect, Scopes: p.scopes(found)}
	if p.SecretFile == "" {
		return c, nil
	}
	raw, err := os.ReadFile(p.SecretFile)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the secret of the sign-in provider: %w", err).Try("let the user who runs prentice read oidc.client_secret_file")
	}
	c.ClientSecret = strings.TrimSpace(string(raw))
	return c, nil
}

// errand is what is kept while someone is away at the provider.
type errand struct{ Nonce, Verifier, Redirect string }

// HasProvider says whether a provider signs people in.
func (i *Identity) HasProvider() bool { return i.Provider != nil }

// BeginProvider is where to send a browser to sign in, and the state that comes
// back with it.
func (i *Identity) BeginProvider(ctx context.Context, redirect string) (to, state string, err error) {
	if i.Provider == nil {
		return "", "", prentice.Errorf(prentice.NotFound, "no provider signs people in here").Try("use a passkey, a password or a one-time link")
	}
	found, err := i.Provider.provider()
	if err != nil {
		return "", "", err
	}
	client, err := i.Provider.client(found, redirect)
	if err != nil {
		return "", "", err
	}
	state = newSecret()
	e := errand{Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect}
	raw, err := json.Marshal(e)
	if err != nil {
		return "", "", err
	}
	if err := i.keepCeremony(ctx, state, "provider", "", string(raw)); err != nil {
		return "", "", err
	}
	return client.AuthCodeURL(state, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)), state, nil
}

// SignInProvider turns what came back from the provider into a session. It
// counts once, for whom the provider names in a token that it signed for us, for
// this errand, and only if one of their groups has a role here.
func (i *Identity) SignInProvider(ctx context.Context, state, code string, from prentice.Origin) (session string, expires time.Time, err error) {
	kind, raw, err := i.takeCeremony(ctx, state, "")
	var e errand
	if err == nil && (kind != "provider" || i.Provider == nil || json.Unmarshal([]byte(raw), &e) != nil) {
		err = unvouched(errors.New("it answers another question"))
	}
	if err != nil {
		return "", expires, err
	}
	who, err := i.Provider.exchange(ctx, e, code, i.clock)
	if err != nil {
		return "", expires, err
	}
	var refused error
	err = i.change(ctx, func(tx *db.Tx) error {
		if refused, err = i.vouched(tx, who); refused != nil || err != nil {
			return err
		}
		session, expires, err = i.begin(tx, opening{person: who.name, way: "sso", from: from, most: i.clock().Add(ProviderSession)})
		return err
	})
	return session, expires, errors.Join(refused, err)
}

// outsider is whom the provider names.
type outsider struct {
	issuer, subject, name string
	groups                []prentice.Ref
	role                  prentice.Role // "" is none
}

func (p *Provider) exchange(ctx context.Context, e errand, code string, clock func() time.Time) (o outsider, err error) {
	found, err := p.provider()
	if err != nil {
		return o, err
	}
	client, err := p.client(found, e.Redirect)
	if err != nil {
		return o, err
	}
	token, err := client.Exchange(oidc.ClientContext(ctx, patient()), code, oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return o, unvouched(err)
	}
	text, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: clock}).Verify(oidc.ClientContext(ctx, patient()), text)
	if err != nil {
		return o, unvouched(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1 {
		return o, unvouched(errors.New("its token is for another errand"))
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return o, unvouched(err)
	}
	if err := p.party(id.Audience, claims); err != nil {
		return o, unvouched(err)
	}
	if claims, err = p.completed(ctx, found, token, id.Subject, claims); err != nil {
		return o, err
	}
	return p.outsider(id.Issuer, id.Subject, claims)
}

// party refuses a token that was issued to another client, be it for us as well.
func (p *Provider) party(audience []string, claims map[string]any) error {
	azp, said := claims["azp"]
	if said && azp != p.ClientID || !said && len(audience) > 1 {
		return fmt.Errorf("its token was issued to %q, for %d audiences", clip(fmt.Sprint(azp)), len(audience))
	}
	return nil
}

// outsider reads the claims of a token that is good.
func (p *Provider) outsider(issuer, subject string, claims map[string]any) (o outsider, err error) {
	o = outsider{issuer: issuer, subject: subject}
	claim := orElse(p.NameClaim, "preferred_username")
	if o.name, _ = claims[claim].(string); subject == "" || !prentice.ValidName(o.name) || strings.EqualFold(o.name, "prentice") {
		return o, prentice.Errorf(prentice.Denied, "the provider calls you %q (claim %s), which is no name here", clip(o.name), claim).Try("ask an owner to set oidc.name_claim to a claim that holds one")
	}
	if verified, said := claims["email_verified"].(bool); claim == "email" && (!said || !verified) {
		return o, prentice.Errorf(prentice.Denied, "the provider has not verified the address %s", clip(o.name)).Try("verify it there first")
	}
	groups, err := p.groupsIn(claims)
	if err != nil {
		return o, err
	}
	o.role = p.roleOf(groups)
	for _, group := range groups {
		if ref, err := prentice.ParseRef("group/" + group); err == nil && !slices.Contains(o.groups, ref) {
			o.groups = append(o.groups, ref)
		}
	}
	return o, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func unvouched(err error) error {
	return prentice.Errorf(prentice.Unauthenticated, "the provider's answer does not hold: %w", err).Try("begin once more from the sign-in page")
}
