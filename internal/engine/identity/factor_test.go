package identity_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

const phrase = "seven slow green bicycles"

// factor gives ann a password and a second factor.
func (w world) factor(name string) (secret string, recovery []string) {
	w.t.Helper()
	secret, url, err := w.BeginTOTP(ctx, name, identity.Proof{})
	if err != nil || !strings.Contains(url, secret) {
		w.t.Fatal(url, err)
	}
	recovery, err = w.SetPassword(ctx, name, phrase, w.code(secret), nil)
	if err != nil || len(recovery) != 10 {
		w.t.Fatal(recovery, err)
	}
	w.pass(30 * time.Second)
	return secret, recovery
}

func (w world) code(secret string) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, time.UnixMicro(w.time.Load()))
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w world) password(name, password, code string) error {
	_, _, err := w.SignInPassword(ctx, identity.PasswordSignIn{Name: name, Password: password, Code: code}, identity.Origin{})
	return err
}

func TestAPasswordSignsInWithASecondFactorOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		old := w.signIn(w.link)
		if _, err := w.SetPassword(ctx, "ann", phrase, "123456", nil); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("a password before a second factor: %v", err)
		}
		secret, recovery := w.factor("ann")
		w.wants("a session from before", session(old), "nobody")
		other, _, err := w.BeginTOTP(ctx, "ann", identity.Proof{Code: recovery[9]})
		if err != nil {
			t.Fatal(err)
		}
		for fact, try := range map[string][3]string{
			"no code":                     {"ann", phrase, ""},
			"a code of no one":            {"ann", phrase, "000000"},
			"another password":            {"ann", "seven slow green tricycles", w.code(secret)},
			"no password":                 {"ann", "", w.code(secret)},
			"another's name":              {"bob", phrase, w.code(secret)},
			"no name":                     {"", phrase, w.code(secret)},
			"a code that is not in force": {"ann", phrase, w.code(other)},
			"a recovery code used before": {"ann", phrase, recovery[9]},
			"a recovery code of no one":   {"ann", phrase, "aaaa-bbbb-cccc-dddd"},
		} {
			err := w.password(try[0], try[1], try[2])
			if prentice.KindOf(err) != prentice.Unauthenticated || !strings.HasPrefix(err.Error(), "name, password and code do not go together") {
				t.Errorf("%s: %v", fact, err)
			}
		}
		code := w.code(secret)
		s, _, err := w.SignInPassword(ctx, identity.PasswordSignIn{Name: "ann", Password: phrase, Code: code}, identity.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		w.wants("with all three", session(s), "person/ann owner")
		if err := w.password("ann", phrase, code); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("the same code twice: %v", err)
		}
		if err := w.password("ann", phrase, strings.ToUpper(recovery[0])); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		if err := w.password("ann", phrase, recovery[0]); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("a recovery code twice: %v", err)
		}
		if a, err := w.Account(ctx, "ann"); err != nil || !a.Password || a.Recovery != 8 {
			t.Errorf("her account %+v, %v", a, err)
		}
	})
}

func TestOfAllWhoSendOneCodeOneComesIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		secret, _ := w.factor("ann")
		code, other := w.code(secret), w.reopened()
		var in atomic.Int64
		var all sync.WaitGroup
		for n := range 6 {
			who := w
			if n%2 == 1 {
				who = other
			}
			all.Go(func() {
				if who.password("ann", phrase, code) == nil {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%d came in", in.Load())
		}
	})
}

func TestGuessingEndsForNamesThatThereAreAndForOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		secret, _ := w.factor("ann")
		for _, name := range []string{"ann", "nobody-at-all"} {
			for n := range 10 {
				if err := w.password(name, "a wrong password", "000000"); prentice.KindOf(err) != prentice.Unauthenticated {
					t.Fatalf("try %d as %s: %v", n, name, err)
				}
			}
			if err := w.password(name, phrase, w.code(secret)); prentice.KindOf(err) != prentice.Limited {
				t.Errorf("too many as %s: %v", name, err)
			}
		}
		if err := w.reopened().password("ann", phrase, w.code(secret)); prentice.KindOf(err) != prentice.Limited {
			t.Errorf("after a restart: %v", err)
		}
		w.pass(16 * time.Minute)
		if err := w.password("ann", phrase, w.code(secret)); err != nil {
			t.Errorf("a while later: %v", err)
		}
	})
}

func TestWhoGuessesLocksNobodyOutOfABrowserOfTheirs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		device, err := w.Device(ctx, w.signIn(w.link))
		if err != nil || device == "" {
			t.Fatal(device, err)
		}
		secret, _ := w.factor("ann")
		other := w.reopened() // as a second replica
		try := func(who world, password, device string) string {
			w.pass(30 * time.Second) // each code works once
			_, _, err := who.SignInPassword(ctx, identity.PasswordSignIn{Name: "ann", Password: password, Code: w.code(secret)}, identity.Origin{Device: device, Address: "192.0.2.7"})
			if err == nil {
				return "in"
			}
			return prentice.KindOf(err).String()
		}
		flood := func() {
			for n := range 60 {
				who := []world{w, other}[n%2]
				who.SignInPassword(ctx, identity.PasswordSignIn{Name: "ann", Password: "a wrong password"}, identity.Origin{Address: "192.0.2.7"}) //nolint:errcheck // it is wrong
			}
		}
		flood()
		for fact, strange := range map[string]string{"none": "", "one that was made up": "AAAA" + device[4:], "one that is too long": strings.Repeat(device, 9)} {
			if kind := try(w, phrase, strange); kind != "limited" {
				t.Errorf("with the right password and a device cookie, %s: %s", fact, kind)
			}
		}
		for _, who := range []world{w, other} {
			if kind := try(who, phrase, device); kind != "in" {
				t.Errorf("from a browser of hers: %s", kind)
			}
		}

		if _, err := w.AddPerson(ctx, "bob", prentice.Operator); err != nil {
			t.Fatal(err)
		}
		code, _, err := w.Link(ctx, "bob", prentice.Actor{Kind: prentice.Person, Name: "ann"})
		if err != nil {
			t.Fatal(err)
		}
		bobs, err := w.Device(ctx, w.signIn(code))
		if err != nil || bobs == "" {
			t.Fatal(bobs, err)
		}
		flood()
		if kind := try(w, phrase, bobs); kind != "limited" {
			t.Errorf("from a browser of bob's: %s", kind)
		}
		for n := range 10 {
			if kind := try(w, "a wrong password", device); kind != "unauthenticated" {
				t.Fatalf("try %d from her browser: %s", n, kind)
			}
		}
		if kind := try(other, phrase, device); kind != "limited" {
			t.Errorf("who has her browser guesses on: %s", kind)
		}
		w.pass(identity.DeviceLife)
		flood()
		if kind := try(w, phrase, device); kind != "limited" {
			t.Errorf("from a browser that she has not used for long: %s", kind)
		}
	})
}

func TestWhoGuessesClosesANameForNobodyElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		var waited []time.Duration
		w.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
		device, err := w.Device(ctx, w.signIn(w.link))
		if err != nil || device == "" {
			t.Fatal(device, err)
		}
		secret, _ := w.factor("ann")
		try := func(name, password, address, device string) string {
			w.pass(time.Second)
			_, _, err := w.SignInPassword(ctx, identity.PasswordSignIn{Name: name, Password: password, Code: w.code(secret)}, identity.Origin{Address: address, Device: device})
			if err == nil {
				return "in"
			}
			return prentice.KindOf(err).String()
		}
		for n := range 60 { // from one address, of which each name knows
			for _, name := range []string{"ann", "nobody-at-all"} {
				try(name, "a wrong password", "192.0.2.7", "")
			}
			if n == 11 && try("ann", phrase, "192.0.2.7", "") != "limited" {
				t.Error("who guesses is not stopped")
			}
		}
		if kind := try("ann", phrase, "198.51.100.1", ""); kind != "in" || len(waited) != 0 {
			t.Errorf("from another place: %s after %v", kind, waited)
		}
		for n := range 31 { // from one network, an address for each try
			try("ann", "a wrong password", fmt.Sprintf("2001:db8:0:%x::1", n), "")
		}
		if kind := try("ann", phrase, "2001:db8:0:ffff::1", ""); kind != "limited" {
			t.Errorf("from the network of who guesses: %s", kind)
		}
		for n := range 200 { // from everywhere
			try("ann", "a wrong password", fmt.Sprintf("203.0.%d.1", n), "")
		}
		waited = nil
		w.pass(30 * time.Second)
		if kind := try("ann", phrase, "198.51.100.2", ""); kind != "in" || len(waited) != 1 || waited[0] != 5*time.Second {
			t.Errorf("while all the world guesses, a stranger: %s after %v", kind, waited)
		}
		w.pass(30 * time.Second)
		if kind := try("ann", phrase, "192.0.2.7", device); kind != "in" || len(waited) != 1 {
			t.Errorf("while all the world guesses, from a browser of hers: %s after %v", kind, waited)
		}
		if kind := try("ben", "a wrong password", "198.51.100.3", ""); kind != "unauthenticated" || len(waited) != 1 {
			t.Errorf("another name: %s after %v", kind, waited)
		}
	})
}

func TestOneAddressDoesNotGuessAtManyNames(t *testing.T) {
	for name, from := range map[string]func(n int) string{
		"an address":        func(int) string { return "192.0.2.7" },
		"a network of IPv6": func(n int) string { return fmt.Sprintf("2001:db8::%x", n+1) },
	} {
		w := open(t, dbtest.SQLite(t))
		var last error
		for n := range 51 {
			_, _, last = w.SignInPassword(ctx, identity.PasswordSignIn{Name: "p" + string(rune('a'+n%26)) + string(rune('a'+n/26))}, identity.Origin{Address: from(n)})
		}
		if prentice.KindOf(last) != prentice.Limited {
			t.Errorf("%s: %v", name, last)
		}
	}
}

func TestAStolenSessionMakesNoSecondFactor(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.factor("ann")
	for _, code := range []string{"", "000000", "aaaa-bbbb-cccc-dddd"} {
		if _, _, err := w.BeginTOTP(ctx, "ann", identity.Proof{Code: code}); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("with the code %q: %v", code, err)
		}
		if _, err := w.SetPassword(ctx, "ann", phrase+" and more", code, nil); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("a password with the code %q: %v", code, err)
		}
	}
	for range 10 {
		_, _, _ = w.BeginTOTP(ctx, "ann", identity.Proof{Code: "000000"}) //nolint:dogsled // only that it was tried matters
	}
	if _, _, err := w.BeginTOTP(ctx, "ann", identity.Proof{Code: "000000"}); prentice.KindOf(err) != prentice.Limited {
		t.Errorf("guessing: %v", err)
	}
}

func TestNoFactorCanBeReadFromTheDatabase(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	secret, recovery := w.factor("ann")
	for _, query := range []string{`SELECT hash FROM identity_password`, `SELECT secret || pending FROM identity_totp`, `SELECT MIN(hash) FROM identity_recovery`} {
		var text string
		if err := w.db.QueryRow(ctx, query, nil, &text); err != nil || text == "" {
			t.Fatal(query, err)
		}
		for _, hidden := range append([]string{secret, phrase}, recovery...) {
			if strings.Contains(text, hidden) {
				t.Errorf("%s shows %s", query, hidden)
			}
		}
	}
	elsewhere := w
	elsewhere.keys = t.TempDir()
	elsewhere = elsewhere.reopened()
	if err := elsewhere.password("ann", phrase, w.code(secret)); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("a copy of the database with another key: %v", err)
	}
}

func TestWhoIsResetComesInByALinkOnly(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	secret, recovery := w.factor("ann")
	if err := w.ResetPerson(ctx, "ann"); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{w.code(secret), recovery[0]} {
		if err := w.password("ann", phrase, code); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Error(err)
		}
	}
	w.factor("ann") // and begins anew
	for _, bad := range []string{"short", strings.Repeat("a", 20), "ann ann ann ann", strings.Repeat("long ", 60)} {
		if _, err := w.SetPassword(ctx, "ann", bad, "000000", nil); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAPasskeyNeedsANameAndItsOwnQuestion(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for _, origin := range []string{"", "http://127.0.0.1:7400", "http://prentice.example", "https://192.0.2.7", "ftp://localhost"} {
		if _, err := w.BeginPasskey(ctx, "ann", origin, identity.Proof{}); origin != "ftp://localhost" && prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", origin, err)
		}
	}
	asked, err := w.BeginPasskey(ctx, "ann", "http://localhost:7400", identity.Proof{})
	if err != nil {
		t.Fatal(err)
	}
	for fact, name := range map[string]string{"another person's": "bob", "nobody's": ""} {
		if _, err := w.AddPasskey(ctx, name, identity.CeremonyAnswer{Ceremony: asked.Ceremony, Answer: "{}"}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("%s question: %v", fact, err)
		}
	}
	if _, _, err := w.SignInPasskey(ctx, identity.CeremonyAnswer{Ceremony: asked.Ceremony, Answer: "{}"}, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("a question that was used up: %v", err)
	}
}
