package oidc

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/clip"
)

// groupsScope is the scope by which some providers give groups. Others refuse it
// as unknown, so that it is asked of those only that list it.
const groupsScope = "groups"

// scopes are those that the provider is asked for: the ones that the settings
// name, else what identifies someone, and their groups where the provider says
// in its discovery document that it has such a scope
// (https://openid.net/specs/openid-connect-discovery-1_0.html, scopes_supported).
func (p *Provider) scopes(found *oidc.Provider) []string {
	if len(p.Scopes) > 0 {
		if slices.Contains(p.Scopes, oidc.ScopeOpenID) {
			return p.Scopes
		}
		return append([]string{oidc.ScopeOpenID}, p.Scopes...)
	}
	asked := []string{oidc.ScopeOpenID, "profile", "email"}
	var says struct {
		Scopes []string `json:"scopes_supported"`
	}
	if found.Claims(&says) == nil && slices.Contains(says.Scopes, groupsScope) {
		asked = append(asked, groupsScope)
	}
	return asked
}

// completed adds what the provider leaves out of its token and tells those who
// ask: groups alone, of the same subject. Who someone is stands in the token.
func (p *Provider) completed(ctx context.Context, found *oidc.Provider, token *oauth2.Token, subject string, claims map[string]any) (map[string]any, error) {
	path := orElse(p.GroupClaim, "groups")
	if _, said := claimAt(claims, path); said || found.UserInfoEndpoint() == "" {
		return claims, nil
	}
	info, err := found.UserInfo(oidc.ClientContext(ctx, patient()), oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the provider's token names no groups, and it does not tell them: %w", err).
			Try("ask an owner: the provider has to put the claim %s into the ID token", clip.Text(path))
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil || info.Subject != subject {
		return nil, identity.Unvouched(fmt.Errorf("what it tells of you is of %q", clip.Text(info.Subject)))
	}
	top, _, _ := strings.Cut(path, ".")
	all := maps.Clone(claims)
	for _, name := range []string{path, top} {
		if value, said := more[name]; said {
			if _, known := all[name]; !known {
				all[name] = value
			}
		}
	}
	return all, nil
}

// claimAt finds a claim by its name, or by the names on the way to it with dots
// between them: realm_access.roles. A claim of that very name comes first.
func claimAt(claims map[string]any, path string) (any, bool) {
	if value, said := claims[path]; said {
		return value, true
	}
	for i, r := range path {
		if r != '.' {
			continue
		}
		if inner, ok := claims[path[:i]].(map[string]any); ok {
			if value, said := claimAt(inner, path[i+1:]); said {
				return value, true
			}
		}
	}
	return nil, false
}

// groupsIn reads someone's groups. Some providers write one group as a text and
// not as a list of one, and some write each with a slash before it.
func (p *Provider) groupsIn(claims map[string]any) ([]string, error) {
	path := orElse(p.GroupClaim, "groups")
	value, said := claimAt(claims, path)
	if !said {
		if elsewhere, _ := claims["_claim_names"].(map[string]any); elsewhere[path] != nil {
			return nil, prentice.Errorf(prentice.Denied, "the provider says that you are in too many groups to list them").
				Try("ask an owner to let it list only the groups that are assigned to prentice, or to use roles instead (oidc.group_claim)")
		}
		return nil, nil
	}
	list, isList := value.([]any)
	if one, isText := value.(string); isText {
		list, isList = []any{one}, true
	}
	if !isList && value != nil {
		return nil, prentice.Errorf(prentice.Denied, "the provider's claim %s is no list of groups", clip.Text(path)).
			Try("ask an owner to set oidc.group_claim to a claim that holds a list of names, with dots on the way to it: realm_access.roles")
	}
	var groups []string
	for _, item := range list {
		if group, _ := item.(string); strings.TrimPrefix(group, "/") != "" {
			groups = append(groups, strings.TrimPrefix(group, "/"))
		}
	}
	return groups, nil
}

// roleOf is the greatest role that the settings give to one of the groups.
func (p *Provider) roleOf(groups []string) (most prentice.Role) {
	for group, role := range p.Roles {
		if slices.Contains(groups, strings.TrimPrefix(group, "/")) && !most.Includes(role) {
			most = role
		}
	}
	return most
}
