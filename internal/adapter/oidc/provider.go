// Package oidc signs people in with an OpenID Connect provider: it sends a browser
// there, and reads what comes back.
//
// Its words: a provider is a server that knows people, named by its issuer; a claim
// is one thing that its signed token says of someone; a group is what it calls those
// who belong together, and a role here is given to groups.
//
// It refuses plain HTTP to other machines, a token that is not signed for us and for
// this errand, and a setting by which no one, or anyone, would come in. It keeps
// nothing: who may do what is decided in the engine.
package oidc

import (
	"context"
	"crypto/subtle"
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
	"prentice/internal/engine/identity"
	"prentice/internal/kit/clip"
)

// patience is how long the provider may take to answer.
const patience = 10 * time.Second

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
		return prentice.Errorf(prentice.Invalid, "oidc.issuer %q", clip.Text(p.Issuer)).Try("write its address as it writes it itself, with https://")
	case p.ClientID == "":
		return prentice.Errorf(prentice.Invalid, "oidc.client_id is missing").Try("write the id under which the provider knows prentice")
	case len(p.Roles) == 0:
		return prentice.Errorf(prentice.Invalid, "oidc.roles names no group, so that no one could come in").Try("write [oidc.roles] and below it: developers = \"operator\"")
	}
	for _, scope := range p.Scopes {
		// https://www.rfc-editor.org/rfc/rfc6749#section-3.3
		if scope == "" || strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			return prentice.Errorf(prentice.Invalid, "oidc.scopes: %q", clip.Text(scope)).Try("write each scope by itself: scopes = [\"openid\", \"profile\"]")
		}
	}
	for group, role := range p.Roles {
		if _, err := prentice.ParseRole(string(role)); err != nil || strings.TrimPrefix(group, "/") == "" {
			return prentice.Errorf(prentice.Invalid, "oidc.roles: %q = %q", clip.Text(group), clip.Text(string(role))).Try("give each group viewer, operator, approver or owner")
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

func patient() *http.Client { return &http.Client{Timeout: patience} }

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

// Door is where to send a browser on an errand.
func (p *Provider) Door(e identity.Errand, state string) (string, error) {
	found, err := p.provider()
	if err != nil {
		return "", err
	}
	client, err := p.client(found, e.Redirect)
	if err != nil {
		return "", err
	}
	return client.AuthCodeURL(state, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)), nil
}

// Exchange turns a code into whom the provider names.
func (p *Provider) Exchange(ctx context.Context, e identity.Errand, code string, clock func() time.Time) (o identity.Outsider, err error) {
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
		return o, identity.Unvouched(err)
	}
	text, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: clock}).Verify(oidc.ClientContext(ctx, patient()), text)
	if err != nil {
		return o, identity.Unvouched(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1 {
		return o, identity.Unvouched(errors.New("its token is for another errand"))
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return o, identity.Unvouched(err)
	}
	if err := p.party(id.Audience, claims); err != nil {
		return o, identity.Unvouched(err)
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
		return fmt.Errorf("its token was issued to %q, for %d audiences", clip.Text(fmt.Sprint(azp)), len(audience))
	}
	return nil
}

// outsider reads the claims of a token that is good.
func (p *Provider) outsider(issuer, subject string, claims map[string]any) (o identity.Outsider, err error) {
	o = identity.Outsider{Issuer: issuer, Subject: subject}
	claim := orElse(p.NameClaim, "preferred_username")
	if o.Name, _ = claims[claim].(string); subject == "" || !prentice.ValidName(o.Name) || strings.EqualFold(o.Name, "prentice") {
		return o, prentice.Errorf(prentice.Denied, "the provider calls you %q (claim %s), which is no name here", clip.Text(o.Name), claim).Try("ask an owner to set oidc.name_claim to a claim that holds one")
	}
	if verified, said := claims["email_verified"].(bool); claim == "email" && (!said || !verified) {
		return o, prentice.Errorf(prentice.Denied, "the provider has not verified the address %s", clip.Text(o.Name)).Try("verify it there first")
	}
	groups, err := p.groupsIn(claims)
	if err != nil {
		return o, err
	}
	o.Role = p.roleOf(groups)
	for _, group := range groups {
		if ref, err := prentice.ParseRef("group/" + group); err == nil && !slices.Contains(o.Groups, ref) {
			o.Groups = append(o.Groups, ref)
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

var _ identity.Provider = (*Provider)(nil)
