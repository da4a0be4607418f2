package stories

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// browse signs someone in by a one-time link, as a person does who is at a
// browser; $COOKIE and $CSRF are what it knows then, and $DEVICE what stays there when
// the session is over.
func browse(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "browse NAME")
	out := run(ts, prentice(ts, "person", "link", args[0]))
	code := regexp.MustCompile(`/sign-in/\S+`).Find(out)
	if code == nil {
		ts.Fatalf("no link in %s", out)
	}
	enter(ts, http.MethodPost, string(code), nil)
}

// byPassword signs someone in by their password and $CODE, as browse does.
func byPassword(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "password NAME PASSWORD")
	enter(ts, http.MethodPost, "/sign-in/password", url.Values{"name": {args[0]}, "password": {args[1]}, "code": {ts.Getenv("CODE")}})
}

// enter sends a form that signs in, and keeps the session that it gives.
func enter(ts *testscript.TestScript, method, path string, form url.Values) {
	req, err := http.NewRequest(method, ts.Getenv("URL")+path, strings.NewReader(form.Encode()))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := browser.Do(req)
	ts.Check(err)
	res.Body.Close()
	keepSession(ts, res)
}

// keepSession keeps the session that an answer gave.
func keepSession(ts *testscript.TestScript, res *http.Response) {
	for _, c := range res.Cookies() {
		if strings.HasSuffix(c.Name, "_device") {
			ts.Setenv("DEVICE", c.Name+"="+c.Value)
		}
	}
	for _, c := range res.Cookies() {
		if c.Value == "" || strings.HasSuffix(c.Name, "_sso") || strings.HasSuffix(c.Name, "_device") {
			continue
		}
		cookie := c.Name + "=" + c.Value
		req, err := http.NewRequest(http.MethodGet, ts.Getenv("URL")+"/account", nil)
		ts.Check(err)
		req.Header.Set("Cookie", cookie)
		found := csrfField.FindSubmatch(send(ts, req))
		if found == nil {
			ts.Fatalf("no form on the page of the account")
		}
		ts.Setenv("COOKIE", cookie)
		ts.Setenv("CSRF", url.QueryEscape(string(found[1])))
		return
	}
	ts.Fatalf("signing in gave no cookie: %s", res.Status)
}

// totpWord reads a second factor from what was shown; $CODE is its code now.
func totpWord(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "totp FILE")
	found := regexp.MustCompile(`secret=([A-Z2-7]+)`).FindStringSubmatch(ts.ReadFile(args[0]))
	if found == nil {
		ts.Fatalf("no second factor in %s", args[0])
	}
	code, err := totp.GenerateCode(found[1], time.Now())
	ts.Check(err)
	ts.Setenv("CODE", code)
}
