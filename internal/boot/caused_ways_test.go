package boot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/run"
)

// The question is put to a group of which ben and dora are, and someone stands in
// for ben, who says so or of whom olga does. Behind such an answer are who gives it,
// who is away, and who named them. Anyone who is in the group only by the file, which
// no one has adopted, is not asked.
func TestNobodyApprovesWhatTheyCausedByStandingIn(t *testing.T) {
	catalog := strings.Replace(accessCatalog, "children: []", "children: [], members: [ben, dora]", 1)
	w := openCaused(t, "catalog-info.yaml", catalog,
		"policy.yaml", "rules:\n  - {name: keepers, priority: 100, when: 'true', verdict: ask, reason: It is theirs., from: [group/keepers]}\n")
	if err := os.WriteFile(filepath.Join(w.team, "catalog-info.yaml"), []byte(strings.Replace(catalog, "dora]", "dora, kay, ann]", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	w.until(func() bool { now := w.s.Team.now.Load(); return now != nil && now.newGroups != nil })
	nobody := prentice.Actor{}
	olga, ben, carl := w.link("olga", nobody), w.link("ben", nobody), w.link("carl", nobody)
	away := func(by prentice.Actor) func() {
		return func() {
			if _, err := w.as(by, "person.away", map[string]any{"name": "ben", "until": time.Now().Add(48 * time.Hour), "stand_in": "carl"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.walk([]way{
		{name: "ben", behind: "ben", who: ben, person: true},
		{name: "carl, who is not asked", behind: "carl", who: carl},
		{name: "kay, whom only the file has in the group", behind: "kay", who: w.withPasskey("kay", nobody)},
		{name: "carl for ben, as ben says", behind: "carl ben", who: carl, person: true, before: away(ben)},
		{name: "carl for ben, as olga says", behind: "carl ben olga", who: carl, person: true, before: away(olga)},
		{name: "carl for ben, as ben says whom olga let in", behind: "carl ben olga", who: carl, person: true, before: away(w.link("ben", olga))},
		{name: "a token of carl's own, for ben, as ben says", behind: "carl ben", who: w.token(carl, prentice.Person, "", prentice.Approver), person: true, before: away(ben)},
		{name: "a token that olga made for carl, for ben, as ben says", behind: "carl ben olga", who: w.token(olga, prentice.Person, "carl", prentice.Approver), person: true, before: away(ben)},
		{name: "carl on a page, for ben, as olga says", behind: "carl ben olga", answers: w.page("carl", nobody).way("", "").answers, person: true, before: away(olga)},
		{name: "an agent of carl's, for ben", behind: "carl ben", who: w.token(carl, prentice.Agent, "", prentice.Operator), before: away(ben)},
	}, 50, 50)
}

// walk tries every cause with every approval.
func (w *causedWorld) walk(approvals []way, leastYes, leastNo int) {
	w.t.Helper()
	var yes, no int
	for _, cause := range w.causes() {
		for _, approval := range approvals {
			behind := strings.Fields(approval.behind)
			shared := slices.ContainsFunc(strings.Fields(cause.behind), func(p string) bool { return slices.Contains(behind, p) })
			if approval.before != nil {
				approval.before()
			}
			run := cause.ask()
			w.await(run, prentice.Waiting)
			if approval.answers == nil {
				if shown := w.shown(run, approval.who); shown != (!shared && approval.person) {
					w.t.Errorf("%s: %s is shown the form: %t", cause.name, approval.name, shown)
				}
			}
			err := w.approve(approval, run)
			switch may := !shared && approval.person; {
			case may && err != nil:
				w.t.Errorf("%s, approved by %s: refused: %v", cause.name, approval.name, err)
			case !may && prentice.KindOf(err) != prentice.Denied:
				w.t.Errorf("%s, approved by %s: %v, and it must be denied", cause.name, approval.name, err)
			case may:
				yes++
			default:
				no++
			}
			w.clear(run)
			if approval.before != nil {
				w.s.runner.Back(w.t.Context(), "person/ben", prentice.Actor{Kind: prentice.Person, Name: "otto", Role: prentice.Owner, Door: "cli"}) //nolint:errcheck // the next says it anew
			}
		}
	}
	if yes < leastYes || no < leastNo {
		w.t.Errorf("%d pairs were let through and %d refused: the walk was too short to mean anything", yes, no)
	}
	w.t.Logf("%d pairs were let through and %d refused", yes, no)
}

func (w *causedWorld) approve(by way, run int64) error {
	if by.answers != nil {
		return by.answers(run)
	}
	_, err := w.as(by.who, "run.approve", map[string]any{"number": fmt.Sprintf("run/%d", run), "reason": "I have looked"})
	return err
}

// withPassword is anyone who signs in with a password, which was made in a session
// that a link of someone's opened.
func (w *causedWorld) withPassword(name string, by prentice.Actor) prentice.Actor {
	w.t.Helper()
	if w.passwords == nil {
		w.passwords = map[string][]string{}
	}
	if w.passwords[name] == nil {
		_, w.passwords[name] = w.secondFactor(w.link(name, by))
	}
	code := w.passwords[name][0]
	w.passwords[name] = w.passwords[name][1:]
	session, _, err := w.s.Identity.SignInPassword(w.t.Context(), identity.PasswordSignIn{Name: name, Password: thePassword, Code: code}, identity.Origin{})
	return w.identify(identity.Credential{Session: session}, err)
}

// withPasskey is anyone who signs in with a passkey, which was made likewise.
func (w *causedWorld) withPasskey(name string, by prentice.Actor) prentice.Actor {
	w.t.Helper()
	ctx := w.t.Context()
	if w.keys == nil {
		w.keys = map[string]*authenticator{}
	}
	if w.keys[name] == nil {
		made := newAuthenticator(w.t, "http://localhost")
		asked, err := w.s.Identity.BeginPasskey(ctx, name, made.origin, identity.Proof{})
		if err != nil {
			w.t.Fatal(err)
		}
		in := map[string]any{"ceremony": asked.Ceremony, "answer": made.create(asked.Options), "name": "key"}
		if _, err := w.as(w.link(name, by), "account.add-passkey", in); err != nil {
			w.t.Fatal(err)
		}
		w.keys[name] = made
	}
	asked, err := w.s.Identity.BeginPasskeySignIn(ctx, w.keys[name].origin)
	if err != nil {
		w.t.Fatal(err)
	}
	session, _, err := w.s.Identity.SignInPasskey(ctx, identity.CeremonyAnswer{Ceremony: asked.Ceremony, Answer: w.keys[name].sign(asked.Options)}, identity.Origin{})
	return w.identify(identity.Credential{Session: session}, err)
}

// tick is the run that a schedule asks for.
func (w *causedWorld) tick() int64 {
	w.n++
	return w.found(func() {
		e := prentice.Event{ID: fmt.Sprint("ring-ticked@", w.n), Source: "prentice/schedule", Type: "schedule.tick", Subject: "procedure/ring-ticked", Time: time.Now(), Data: json.RawMessage(`{"procedure":"ring-ticked"}`)}
		if err := w.s.inbox.Send(w.t.Context(), e); err != nil {
			w.t.Fatal(err)
		}
	})
}

// entrance is a way to speak to the faces over HTTP.
type entrance struct {
	w    *causedWorld
	do   func(name string, in url.Values) (*http.Response, error)
	page bool
}

// faces is where the faces answer.
func (w *causedWorld) faces() string {
	w.t.Helper()
	if w.site == "" {
		h, err := w.s.faces(Build{}, "the secret of this test")
		if err != nil {
			w.t.Fatal(err)
		}
		server := httptest.NewServer(h)
		w.t.Cleanup(server.Close)
		w.site = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	}
	return w.site
}

var formMark = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// page is the browser of someone who came in by a link that an actor made.
func (w *causedWorld) page(name string, by prentice.Actor) entrance {
	w.t.Helper()
	code, _, err := w.s.Identity.Link(w.t.Context(), name, by)
	if err != nil {
		w.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.PostForm(w.faces()+"/sign-in/"+code, url.Values{})
	if err == nil {
		res.Body.Close()
		res, err = browser.Get(w.faces() + "/")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	mark := formMark.FindSubmatch(text)
	if mark == nil {
		w.t.Fatalf("%s is not signed in: %s", name, res.Status)
	}
	return entrance{w: w, page: true, do: func(op string, in url.Values) (*http.Response, error) {
		in.Set("_csrf", string(mark[1]))
		return browser.PostForm(w.faces()+"/do/"+op, in)
	}}
}

// call is anyone who holds a token.
func (w *causedWorld) call(token string) entrance {
	return entrance{w: w, do: func(op string, in url.Values) (*http.Response, error) {
		body := map[string]string{}
		for k := range in {
			body[k] = in.Get(k)
		}
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		return w.post("/v1/op/"+op, token, string(raw))
	}}
}

func (w *causedWorld) post(path, token, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(context.WithoutCancel(w.t.Context()), http.MethodPost, w.faces()+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

// ask is a run that is asked for at the door.
func (d entrance) ask() int64 {
	d.w.t.Helper()
	return d.w.found(func() {
		if err := d.answered(d.do("run.start", url.Values{"procedure": {"ring-bell"}})); err != nil {
			d.w.t.Fatal(err)
		}
	})
}

// way is an approval at the door.
func (d entrance) way(name, behind string) way {
	return way{name: name, behind: behind, answers: func(run int64) error {
		return d.answered(d.do("run.approve", url.Values{"number": {fmt.Sprintf("run/%d", run)}, "reason": {"I have looked"}}))
	}}
}

func (d entrance) answered(res *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode == http.StatusForbidden:
		return prentice.Errorf(prentice.Denied, "403")
	case d.page && res.StatusCode == http.StatusSeeOther, !d.page && res.StatusCode == http.StatusOK:
		return nil
	}
	return prentice.Errorf(prentice.Internal, "%s: %.300s", res.Status, text)
}

// hook is the run that an event over the webhook asks for.
func (w *causedWorld) hook(token string) func() int64 {
	return func() int64 {
		w.n++
		n := w.n
		return w.found(func() {
			body := fmt.Sprintf(`{"specversion":"1.0","id":"h%d","source":"shed","type":"bell.told","subject":"service/bell","data":{"n":%d}}`, n, n)
			r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.faces()+"/v1/events", strings.NewReader(body))
			if err != nil {
				w.t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/cloudevents+json")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				w.t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusAccepted {
				w.t.Fatal(res.Status)
			}
		})
	}
}

// found is the one run that is open after something was done.
func (w *causedWorld) found(do func()) (number int64) {
	w.t.Helper()
	do()
	w.until(func() bool {
		runs, err := w.s.runner.List(w.t.Context(), run.Filter{Open: true})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(runs) > 0 {
			number = runs[0].Number
		}
		return number > 0
	})
	return number
}
