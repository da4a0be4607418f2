package identity_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// world is an installation with ann, its owner, and a clock that the test moves.
type world struct {
	*identity.Identity
	t    testing.TB
	db   *db.DB
	keys string
	time *atomic.Int64
	link string // ann's first
}

func open(t testing.TB, d *db.DB) world {
	t.Helper()
	if err := d.Migrate(ctx, "identity", identity.Schema()); err != nil {
		t.Fatal(err)
	}
	w := world{t: t, db: d, keys: filepath.Join(t.TempDir(), "keys"), time: &atomic.Int64{}}
	w.time.Store(noon.UnixMicro())
	w = w.reopened()
	created, link, err := w.EnsureOwner(ctx, "ann")
	if err != nil || !created || link == "" {
		t.Fatalf("first start: %v, %q, %v", created, link, err)
	}
	w.link = link
	return w
}

// reopened is what another process on the same database would have.
func (w world) reopened() world {
	w.t.Helper()
	i, err := identity.Open(w.db, w.keys, func() time.Time { return time.UnixMicro(w.time.Load()).UTC() })
	if err != nil {
		w.t.Fatal(err)
	}
	w.Identity = i
	return w
}

// pass lets time go by, once it is written down when everyone was last seen.
func (w world) pass(d time.Duration) {
	w.Close() // it waits, and nothing more
	w.time.Add(d.Microseconds())
}

func (w world) add(name string, role prentice.Role) {
	w.t.Helper()
	if _, err := w.AddPerson(ctx, name, role); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) token(r identity.TokenRequest) (string, identity.TokenRecord) {
	w.t.Helper()
	value, record, err := w.CreateToken(ctx, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return value, record
}

func (w world) signIn(code string) string {
	w.t.Helper()
	session, _, err := w.SignInCode(ctx, code, identity.Origin{})
	if err != nil {
		w.t.Fatal(err)
	}
	return session
}

func (w world) who(c identity.Credential) string {
	w.t.Helper()
	a, _, err := w.Identify(ctx, c)
	if prentice.KindOf(err) == prentice.Unauthenticated {
		return "nobody"
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return string(a.Ref()) + " " + string(a.Role)
}

func (w world) wants(name string, c identity.Credential, want string) {
	w.t.Helper()
	if got := w.who(c); got != want {
		w.t.Errorf("%s: %s, want %s", name, got, want)
	}
}

func bearer(token string) identity.Credential   { return identity.Credential{Bearer: token} }
func session(cookie string) identity.Credential { return identity.Credential{Session: cookie} }

func TestTheFirstStartLetsTheOwnerInAndLaterOnesLetNobodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.wants("ann's link", session(w.signIn(w.link)), "person/ann owner")
		created, link, err := w.EnsureOwner(ctx, "eve")
		if err != nil || created || link != "" {
			t.Errorf("second start: %v, %q, %v", created, link, err)
		}
		people, err := w.People(ctx)
		if err != nil || len(people) != 1 {
			t.Errorf("people %v, %v", people, err)
		}
	})
}

func TestTheFirstLinkIsGivenAnewUntilSomebodyHasComeIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.pass(24 * time.Hour)
		link, err := w.FirstLink(ctx)
		if err != nil || link == "" {
			t.Fatalf("a day after the start, and no one has come in: %q, %v", link, err)
		}
		cookie := w.signIn(link)
		for _, since := range []string{"came in", "went out"} {
			if again, err := w.FirstLink(ctx); err != nil || again != "" {
				t.Errorf("once someone %s: %q, %v", since, again, err)
			}
			if err := w.SignOut(ctx, cookie); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestTheCommandLineOfThisMachineActsAsTheOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		path := filepath.Join(w.keys, "cli.token")
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		first, err := identity.ReadToken(w.keys)
		if err != nil {
			t.Fatal(err)
		}
		w.wants("its token", bearer(first), "person/ann owner")
		w.pass(400 * 24 * time.Hour)
		w.wants("its token a year later", bearer(first), "person/ann owner")

		if _, _, err := w.EnsureOwner(ctx, "ann"); err != nil {
			t.Fatal(err)
		}
		if again, _ := identity.ReadToken(w.keys); again != first {
			t.Error("a later start changed it")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.ReadToken(w.keys); !errors.Is(err, fs.ErrNotExist) || prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("without a file: %v", err)
		}
		if _, _, err := w.EnsureOwner(ctx, "ann"); err != nil {
			t.Fatal(err)
		}
		second, err := identity.ReadToken(w.keys)
		if err != nil || second == first {
			t.Errorf("the lost one was not replaced: %v", err)
		}
		w.wants("the lost one", bearer(first), "nobody")
		w.wants("the new one", bearer(second), "person/ann owner")

		w.add("bob", prentice.Owner)
		if _, err := w.SetRole(ctx, "ann", prentice.Viewer); err != nil {
			t.Fatal(err)
		}
		w.wants("when ann is no owner any more", bearer(second), "person/ann viewer")
		if _, _, err := w.EnsureOwner(ctx, "ann"); err != nil {
			t.Fatal(err)
		}
		third, err := identity.ReadToken(w.keys)
		if err != nil {
			t.Fatal(err)
		}
		w.wants("after the next start", bearer(third), "person/bob owner")
		w.wants("ann's", bearer(second), "nobody")
		if err := w.RemovePerson(ctx, "ann"); err != nil {
			t.Fatal(err)
		}

		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.EnsureOwner(ctx, "ann"); prentice.KindOf(err) != prentice.Refused || !strings.Contains(prentice.HintOf(err), "chmod 600") {
			t.Errorf("a file that others may read: %v", err)
		}
	})
}

func TestALinkWorksOnceHoweverManyTry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		others := []world{w, w.reopened(), w.reopened()}
		var in atomic.Int64
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				_, _, err := others[i%len(others)].SignInCode(ctx, w.link, identity.Origin{})
				switch {
				case err == nil:
					in.Add(1)
				case prentice.KindOf(err) != prentice.Unauthenticated:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%d came in with one link", in.Load())
		}
	})
}

func TestALinkWorksOnceAlsoForTwoProcessesAtOnce(t *testing.T) {
	address := dbtest.PostgresURL(t)
	connect := func() *db.DB {
		d, err := db.Open(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	}
	one, two := connect(), connect()
	if err := one.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	w := open(t, one)
	other := w
	other.db = two
	other = other.reopened()
	for range 20 {
		code, _, err := w.Link(ctx, "ann", prentice.Actor{})
		if err != nil {
			t.Fatal(err)
		}
		var in atomic.Int64
		var all sync.WaitGroup
		for _, who := range []world{w, other} {
			for range 3 {
				all.Go(func() {
					if _, _, err := who.SignInCode(ctx, code, identity.Origin{}); err == nil {
						in.Add(1)
					}
				})
			}
		}
		all.Wait()
		if in.Load() != 1 {
			t.Fatalf("%d came in with one link", in.Load())
		}
	}
}

func TestALinkIsGoodForFifteenMinutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.pass(15*time.Minute - time.Second)
		code, expires, err := w.Link(ctx, "ann", prentice.Actor{})
		if err != nil || expires.Sub(noon) != 30*time.Minute-time.Second {
			t.Fatalf("%v, %v", expires, err)
		}
		w.signIn(w.link)
		w.pass(15 * time.Minute)
		if _, _, err := w.SignInCode(ctx, code, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("an old link: %v", err)
		}
		if _, _, err := w.Link(ctx, "bob", prentice.Actor{}); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("a link for no one: %v", err)
		}
	})
}

func TestASessionEndsWhenItIsIdleAndAfterAWeek(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		used, idle := w.signIn(w.link), ""
		code, _, err := w.Link(ctx, "ann", prentice.Actor{})
		if err != nil {
			t.Fatal(err)
		}
		idle = w.signIn(code)
		for at := time.Duration(0); at < 7*24*time.Hour; at += 6 * time.Hour {
			w.wants("used, after "+at.String(), session(used), "person/ann owner")
			w.pass(6 * time.Hour)
		}
		w.wants("used, after a week", session(used), "nobody")
		w.wants("idle", session(idle), "nobody")
	})
}

func TestAnIdleSessionEndsAfterTwelveHours(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	s := w.signIn(w.link)
	w.pass(12*time.Hour - time.Second)
	w.wants("just before", session(s), "person/ann owner")
	w.pass(12 * time.Hour)
	w.wants("just after", session(s), "nobody")
}

func TestSigningOutEndsASession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		s := w.signIn(w.link)
		w.wants("before", session(s), "person/ann owner")
		for range 2 {
			if err := w.SignOut(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		w.wants("after", session(s), "nobody")
	})
}

func TestEachSessionHasItsOwnSecretForForms(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	code, _, err := w.Link(ctx, "ann", prentice.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range []string{w.signIn(w.link), w.signIn(code)} {
		for range 2 { // the second from the cache
			_, info, err := w.Identify(ctx, session(s))
			if err != nil || len(info.CSRF) != 43 || strings.Contains(info.CSRF, s) || info.Expires.Sub(noon) != identity.SessionLife {
				t.Errorf("%+v, %v", info, err)
			}
			seen[info.CSRF] = true
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d secrets for two sessions", len(seen))
	}
}

func TestATokenActsAsItsPersonOrAsAnAgent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Approver)
		for _, c := range []struct {
			r    identity.TokenRequest
			want string
		}{
			{identity.TokenRequest{Name: "ci", Person: "bob", Role: prentice.Operator}, "agent/ci operator"},
			{identity.TokenRequest{Name: "reader", Kind: prentice.Agent, Person: "ann", Role: prentice.Viewer}, "agent/reader viewer"},
			{identity.TokenRequest{Name: "laptop", Kind: prentice.Person, Person: "bob", Role: prentice.Approver}, "person/bob approver"},
			{identity.TokenRequest{Name: "laptop", Kind: prentice.Person, Person: "ann", Role: prentice.Viewer}, "person/ann viewer"},
		} {
			value, record := w.token(c.r)
			if !strings.HasPrefix(value, "prt_") || len(value) != 47 || record.ID == 0 || record.Expires.Sub(noon) != identity.TokenLife {
				t.Errorf("%q %+v", value, record)
			}
			w.wants(c.want, bearer(value), c.want)
			w.wants(c.want+" as a session", session(value), "nobody")
		}
		tokens, err := w.Tokens(ctx, "bob")
		if err != nil || len(tokens) != 2 || tokens[0].Name != "ci" {
			t.Errorf("bob's tokens: %+v, %v", tokens, err)
		}
	})
}

func TestATokenThatWouldGrantWhatNobodyGrantedIsRefused(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.add("bob", prentice.Operator)
	w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer})
	for _, c := range []struct {
		name string
		r    identity.TokenRequest
		kind prentice.Kind
	}{
		{"more than its person", identity.TokenRequest{Name: "x", Kind: prentice.Person, Person: "bob", Role: prentice.Approver}, prentice.Denied},
		{"an agent that approves", identity.TokenRequest{Name: "x", Person: "ann", Role: prentice.Approver}, prentice.Refused},
		{"no role", identity.TokenRequest{Name: "x", Person: "ann"}, prentice.Invalid},
		{"no such person", identity.TokenRequest{Name: "x", Person: "eve", Role: prentice.Viewer}, prentice.NotFound},
		{"prentice itself", identity.TokenRequest{Name: "x", Kind: prentice.Self, Person: "ann", Role: prentice.Viewer}, prentice.Invalid},
		{"a name that is no word", identity.TokenRequest{Name: "a b", Person: "ann", Role: prentice.Viewer}, prentice.Invalid},
		{"an agent's name twice", identity.TokenRequest{Name: "ci", Person: "bob", Role: prentice.Viewer}, prentice.Conflict},
		{"for longer than a year", identity.TokenRequest{Name: "x", Person: "ann", Role: prentice.Viewer, Lasts: 367 * 24 * time.Hour}, prentice.Invalid},
		{"until yesterday", identity.TokenRequest{Name: "x", Person: "ann", Role: prentice.Viewer, Lasts: -time.Hour}, prentice.Invalid},
	} {
		value, _, err := w.CreateToken(ctx, c.r)
		if prentice.KindOf(err) != c.kind || value != "" || prentice.HintOf(err) == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestATokenExpiresAndItsNameIsFreeAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		r := identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer, Lasts: time.Hour}
		value, _ := w.token(r)
		w.pass(time.Hour - time.Second)
		w.wants("just before", bearer(value), "agent/ci viewer")
		w.pass(time.Second)
		w.wants("at its end", bearer(value), "nobody")
		w.token(r)
	})
}

func TestARevokedTokenStopsAtOnceHereAndElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		elsewhere := w.reopened()
		value, record := w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Operator})
		opened, _, err := w.SignInToken(ctx, value, identity.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []world{w, elsewhere} {
			one.wants("before", bearer(value), "agent/ci operator")
			one.wants("its session before", session(opened), "agent/ci operator")
		}
		if err := w.RevokeToken(ctx, record.ID, "bob"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("another person's token: %v", err)
		}
		if err := w.RevokeToken(ctx, record.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.wants("here", bearer(value), "nobody")
		w.wants("its session here", session(opened), "nobody")
		if !d.Postgres() { // then no one else may be there, and there is nothing to ask
			w.pass(3 * time.Second)
		}
		elsewhere.wants("elsewhere", bearer(value), "nobody")
		elsewhere.wants("its session elsewhere", session(opened), "nobody")
		if _, _, err := w.SignInToken(ctx, value, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("signing in with it: %v", err)
		}
	})
}

func TestASessionOpenedWithATokenDoesNoMoreAndLastsNoLonger(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	value, _ := w.token(identity.TokenRequest{Name: "x", Kind: prentice.Person, Person: "ann", Role: prentice.Viewer, Lasts: time.Hour})
	s, expires, err := w.SignInToken(ctx, value, identity.Origin{})
	if err != nil || expires.Sub(noon) != time.Hour {
		t.Fatalf("%v, %v", expires, err)
	}
	w.wants("before", session(s), "person/ann viewer")
	w.pass(time.Hour)
	w.wants("after", session(s), "nobody")
}

func TestARoleTakenAwayIsTakenFromTokensAndSessionsToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Approver)
		own, _ := w.token(identity.TokenRequest{Name: "x", Kind: prentice.Person, Person: "bob", Role: prentice.Approver})
		agent, _ := w.token(identity.TokenRequest{Name: "ci", Person: "bob", Role: prentice.Operator})
		code, _, err := w.Link(ctx, "bob", prentice.Actor{})
		if err != nil {
			t.Fatal(err)
		}
		s := w.signIn(code)
		w.wants("before", session(s), "person/bob approver")
		w.wants("before", bearer(own), "person/bob approver")
		if _, err := w.SetRole(ctx, "bob", prentice.Viewer); err != nil {
			t.Fatal(err)
		}
		w.wants("his session", session(s), "nobody")
		w.wants("his token", bearer(own), "person/bob viewer")
		w.wants("his agent", bearer(agent), "agent/ci viewer")
	})
}

func TestARemovedPersonIsOutAtOnceAndMayComeBackEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.add("bob", prentice.Operator)
		token, _ := w.token(identity.TokenRequest{Name: "ci", Person: "bob", Role: prentice.Operator})
		code, _, _ := w.Link(ctx, "bob", prentice.Actor{})
		s := w.signIn(code)
		unused, _, _ := w.Link(ctx, "bob", prentice.Actor{})
		w.wants("before", bearer(token), "agent/ci operator")
		w.wants("before", session(s), "person/bob operator")
		if err := w.RemovePerson(ctx, "bob"); err != nil {
			t.Fatal(err)
		}
		w.add("bob", prentice.Viewer)
		w.wants("his token", bearer(token), "nobody")
		w.wants("his session", session(s), "nobody")
		if _, _, err := w.SignInCode(ctx, unused, identity.Origin{}); prentice.KindOf(err) != prentice.Unauthenticated {
			t.Errorf("his link: %v", err)
		}
		if err := w.RemovePerson(ctx, "eve"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("no one: %v", err)
		}
	})
}

func TestThereIsAlwaysAnOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		if err := w.RemovePerson(ctx, "ann"); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("removing the last owner: %v", err)
		}
		if _, err := w.SetRole(ctx, "ann", prentice.Approver); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("demoting the last owner: %v", err)
		}
		if _, err := w.SetRole(ctx, "ann", prentice.Owner); err != nil {
			t.Errorf("leaving the last owner an owner: %v", err)
		}
		w.add("bob", prentice.Owner)
		var gone atomic.Int64
		var all sync.WaitGroup
		for _, name := range []string{"ann", "bob"} {
			all.Go(func() {
				if w.reopened().RemovePerson(ctx, name) == nil {
					gone.Add(1)
				}
			})
		}
		all.Wait()
		people, err := w.People(ctx)
		if err != nil || gone.Load() != 1 || len(people) != 1 {
			t.Errorf("%d of two owners were removed at the same time: %v, %v", gone.Load(), people, err)
		}
	})
}

func TestANameThatCouldBeMistakenIsRefused(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	for name, kind := range map[string]prentice.Kind{
		"ann": prentice.Conflict, "ANN": prentice.Conflict, "": prentice.Invalid, "a b": prentice.Invalid, "-x": prentice.Invalid,
		"Prentice": prentice.Invalid, "../x": prentice.Invalid, strings.Repeat("x", 101): prentice.Invalid,
	} {
		if _, err := w.AddPerson(ctx, name, prentice.Viewer); prentice.KindOf(err) != kind {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := w.AddPerson(ctx, "bob", "boss"); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a role that is none: %v", err)
	}
}

func TestStrangersAreNobody(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	good, _ := w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer})
	s := w.signIn(w.link)
	for name, c := range map[string]identity.Credential{
		"nothing":                       {},
		"a word":                        bearer("hello"),
		"a token cut short":             bearer(good[:len(good)-1]),
		"a token with a tail":           bearer(good + "x"),
		"a token's hash":                bearer(hex.EncodeToString([]byte(good))),
		"a session sent as a token":     bearer(s),
		"a token sent as a session":     session(good),
		"a bad token beside a good one": {Bearer: "prt_x", Session: s},
	} {
		w.wants(name, c, "nobody")
	}
}

func TestNoSecretIsInTheDatabase(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	token, _ := w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer})
	code, _, _ := w.Link(ctx, "ann", prentice.Actor{})
	s := w.signIn(w.link)
	for table, columns := range map[string]string{"identity_token": "hash || name", "identity_session": "hash || person", "identity_link": "hash || person"} {
		rows, err := w.db.Query(ctx, "SELECT "+columns+" FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{token, code, s} {
				if strings.Contains(text, secret) || strings.Contains(text, strings.TrimPrefix(secret, "prt_")) {
					t.Errorf("%s holds a secret", table)
				}
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhenSomebodyWasLastSeenIsKeptRoughly(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	value, _ := w.token(identity.TokenRequest{Name: "x", Kind: prentice.Person, Person: "ann", Role: prentice.Viewer})
	seen := func() (token, person time.Duration) {
		tokens, err := w.Tokens(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		people, err := w.People(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return tokens[len(tokens)-1].Seen.Sub(noon), people[0].Seen.Sub(noon)
	}
	for _, step := range []struct {
		wait, want time.Duration
	}{{time.Minute, time.Minute}, {4 * time.Minute, time.Minute}, {time.Minute, 6 * time.Minute}} {
		w.pass(step.wait)
		w.wants("its holder", bearer(value), "person/ann viewer")
		if token, person := seen(); token != step.want || person != step.want {
			t.Errorf("seen after %s and %s, want %s", token, person, step.want)
		}
	}
}

func TestAClockThatJumpsBackDoesNotKeepTheRevokedIn(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	elsewhere := w.reopened()
	value, record := w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer})
	elsewhere.wants("before", bearer(value), "agent/ci viewer")
	if err := w.RevokeToken(ctx, record.ID, ""); err != nil {
		t.Fatal(err)
	}
	w.pass(-time.Hour)
	elsewhere.wants("after", bearer(value), "nobody")
}

func TestAFaceOfSessionsKnowsWhoseTheyAre(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	a, err := identity.Sessions{Identity: w.Identity}.Identify(ctx, w.signIn(w.link))
	if err != nil || a.Ref() != "person/ann" {
		t.Errorf("%v, %v", a, err)
	}
}

func BenchmarkIdentify(b *testing.B) {
	w := open(b, dbtest.SQLite(b))
	value, _ := w.token(identity.TokenRequest{Name: "ci", Person: "ann", Role: prentice.Viewer})
	for b.Loop() {
		if _, _, err := w.Identify(ctx, bearer(value)); err != nil {
			b.Fatal(err)
		}
	}
}
