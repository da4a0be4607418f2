package stories

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/rogpeppe/go-internal/testscript"
)

// provider raises an OpenID Connect provider on loopback, and the settings that
// let its people in.
func provider(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0 && of(ts).provider == nil, "provider, once")
	p, err := mockoidc.Run()
	ts.Check(err)
	ts.Defer(func() { p.Shutdown() }) //nolint:errcheck // the story is over
	of(ts).provider = p
	secret := ts.MkAbs("client-secret")
	ts.Check(os.WriteFile(secret, []byte(p.Config().ClientSecret), 0o600))
	text := fmt.Sprintf("[oidc]\nissuer = %q\nclient_id = %q\nclient_secret_file = %q\n[oidc.roles]\ndevelopers = \"operator\"\nleads = \"approver\"\nbosses = \"owner\"\n",
		p.Issuer(), p.Config().ClientID, secret)
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("."), "prentice.toml"), []byte(text), 0o600))
}

// sso signs someone in by the provider, who knows them by a subject, a name and
// groups. With !, they are refused.
func sso(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	usage(ts, len(args) > 1 && s.provider != nil, "sso SUBJECT NAME GROUP…, after provider")
	s.provider.QueueUser(&mockoidc.MockUser{Subject: args[0], PreferredUsername: args[1], Email: args[1] + "@example.com", Groups: args[2:]})
	begun := step(ts, ts.Getenv("URL")+"/sign-in/sso")
	asked := step(ts, begun.Header.Get("Location"))
	req, err := http.NewRequest(http.MethodGet, asked.Header.Get("Location"), nil)
	ts.Check(err)
	for _, c := range begun.Cookies() {
		req.AddCookie(c)
	}
	if neg {
		if send(ts, req); s.status < 400 {
			ts.Fatalf("%s is let in", args[1])
		}
		return
	}
	res, err := browser.Do(req)
	ts.Check(err)
	res.Body.Close()
	keepSession(ts, res)
}

func step(ts *testscript.TestScript, to string) *http.Response {
	res, err := browser.Get(to)
	ts.Check(err)
	res.Body.Close()
	return res
}
