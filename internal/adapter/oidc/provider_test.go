package oidc_test

import (
	"testing"

	"prentice"
	"prentice/internal/adapter/oidc"
)

func TestAProviderThatWouldLetInAnybodyIsRefused(t *testing.T) {
	good := map[string]prentice.Role{"developers": prentice.Operator}
	for fact, p := range map[string]*oidc.Provider{
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
