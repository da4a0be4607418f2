package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"prentice"
)

func TestOnlyTheBrowserThatWentToTheProviderComesBack(t *testing.T) {
	server := httptest.NewServer(newWorld(t, storyPages(), storyOps(true)...).site)
	t.Cleanup(server.Close)
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path, cookie string) *http.Response {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		res, err := stay.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	errand := func(next string) string {
		t.Helper()
		res := get("/sign-in/sso?_next="+url.QueryEscape(next), "")
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "https://provider.example/") {
			t.Fatalf("%s, to %q", res.Status, to)
		}
		c := res.Cookies()[0]
		return c.Name + "=" + c.Value
	}
	back := "/sign-in/sso/back?state=state-of-this-browser&code=code-ann"
	for fact, try := range map[string][2]string{
		"a browser that never went": {back, ""},
		"another state":             {"/sign-in/sso/back?state=another&code=code-ann", errand("/")},
		"no state":                  {"/sign-in/sso/back?code=code-ann", errand("/")},
		"a refusal":                 {"/sign-in/sso/back?state=state-of-this-browser&error=access_denied", errand("/")},
	} {
		if res := get(try[0], try[1]); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", fact, res.Status)
		}
	}
	res := get(back, errand("//evil.example/x"))
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Errorf("with a way to another site: %s, to %q", res.Status, res.Header.Get("Location"))
	}
}

func TestARefusalOfTheProviderSaysWhatToDo(t *testing.T) {
	for code, want := range map[string]string{"invalid_scope": "oidc.scopes", "access_denied": "let you use prentice", "unauthorized_client": "oidc.client_id", "server_error": "try once more"} {
		err := refusalOf(code, "Invalid scopes: groups")
		if e, ok := errors.AsType[*prentice.Error](err); !ok || !strings.Contains(e.Hint, want) || !strings.Contains(err.Error(), code+" (Invalid scopes: groups)") {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := refusalOf(strings.Repeat("x", 5000), strings.Repeat("y", 5000)); len(err.Error()) > 500 {
		t.Errorf("an answer of 10,000 letters is told with %d", len(err.Error()))
	}
}
