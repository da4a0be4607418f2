package browser

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// authenticator gives the browser an authenticator that knows who holds it.
func (p person) authenticator() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
}

func TestAPersonSignsInWithAPasskeyAndWithAPassword(t *testing.T) {
	olga := sitDown(t)
	s := serve(t)
	signsIn(t, olga, "olga", strings.Replace(s.link, "127.0.0.1", "localhost", 1)) // passkeys belong to names
}

// signsIn is someone who comes in by a link, makes a passkey and a password, and
// comes in with each.
func signsIn(t *testing.T, olga person, name, link string) {
	t.Helper()
	where, _, _ := strings.Cut(link, "/sign-in/")
	olga.authenticator()
	olga.do(chromedp.Navigate(link), chromedp.Click("main form button"))
	olga.until("Open incidents")

	olga.do(chromedp.Navigate(where+"/account"), chromedp.WaitVisible("#passkey-name"), chromedp.SendKeys("#passkey-name", "laptop"), chromedp.Click("[data-passkey] button"))
	olga.until("laptop signs you in from now on")
	signOut(olga)
	olga.do(chromedp.Navigate(where+"/sign-in?_next=/account"), chromedp.WaitVisible("[data-passkey] button"), chromedp.Click("[data-passkey] button"))
	olga.until("by passkey", "laptop")

	// A second factor, and a password beside it.
	olga.do(chromedp.Click(`form[action$="/do/account.totp"] button`))
	shown := olga.until("otpauth://totp/")
	secret := regexp.MustCompile(`secret=([A-Z2-7]+)`).FindStringSubmatch(shown)
	if secret == nil {
		t.Fatal(shown)
	}
	if n, err := chromedp.Run(olga.ctx, chromedp.Evaluate[int](`document.querySelector("svg.qr path + path").getAttribute("d").length`)); err != nil || n < 1000 {
		t.Errorf("the code for a phone is not drawn: %d, %v", n, err)
	}
	olga.do(chromedp.Navigate(where+"/account"), chromedp.SendKeys("#new-password", "seven slow green bicycles"),
		chromedp.SendKeys("#password-code", code(t, secret[1])), chromedp.Click(`form[action$="/do/account.password"] button`))
	recovery := regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){3}`).FindString(olga.until("recovery codes", "sessions have ended"))

	// Every session ended. Without both there is no way in; with a recovery code
	// there is, once.
	signIn := func(password, code string) {
		olga.do(chromedp.Navigate(where+"/sign-in?_next=/account"), chromedp.SendKeys("#name", name), chromedp.SendKeys("#password", password),
			chromedp.SendKeys("#code", code), chromedp.Click(`form[action$="/sign-in/password"] button`))
	}
	olga.do(chromedp.Navigate(where + "/account"))
	olga.until("Sign in to prentice")
	signIn("seven slow green bicycles", "000000")
	olga.until("do not go together")
	signIn("seven slow green bicycles", recovery)
	olga.until("by password", "9 recovery codes left")
	signOut(olga)
	signIn("seven slow green bicycles", recovery)
	olga.until("do not go together")
}

func signOut(p person) {
	p.t.Helper()
	p.do(chromedp.Click(`form[action$="/sign-out"] button`))
	p.until("Sign in to prentice")
}

func code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(fmt.Errorf("a code: %w", err))
	}
	return c
}
