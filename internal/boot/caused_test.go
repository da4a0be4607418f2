package boot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// Every way to cause a run is tried with every way to approve it, in a whole
// system. What is expected comes from a small model beside it: who is behind each
// way, written down by hand. Where a person is on both sides the approval is
// refused; where no one is, it is taken.
func TestNobodyApprovesWhatTheyCausedByAnyPair(t *testing.T) {
	w := openCaused(t)
	w.walk(w.approvals(), 200, 90)
}

// Of a run that needs no second person anyone who caused it may break the glass; the
// review is closed by no one who is behind that or behind the cause of the run.
func TestNobodyClosesTheReviewOfWhatTheyCausedByAnyPair(t *testing.T) {
	w := openCaused(t)
	breaker := w.link("dora", prentice.Actor{})
	closers := w.approvals()
	var yes, no int
	for _, cause := range w.causes() {
		run := cause.ask()
		w.await(run, prentice.Waiting)
		if _, err := w.as(breaker, "run.break-glass", map[string]any{"number": fmt.Sprint(run), "reason": "the tower burns"}); err != nil {
			t.Fatal(err)
		}
		w.clear(run)
		for _, closer := range closers {
			if closer.answers != nil { // it closes by the same door as it approves
				continue
			}
			behind := strings.Fields(closer.behind)
			shared := slices.ContainsFunc(strings.Fields(cause.behind), func(p string) bool { return slices.Contains(behind, p) })
			_, err := w.as(closer.who, "review.close", map[string]any{"number": fmt.Sprint(run), "says": "it was right, I think"})
			switch may := !shared && closer.person; {
			case may && err != nil && prentice.KindOf(err) != prentice.Conflict: // an earlier one has closed it
				t.Errorf("%s, closed by %s: refused: %v", cause.name, closer.name, err)
			case !may && prentice.KindOf(err) != prentice.Denied:
				t.Errorf("%s, closed by %s: %v, and it must be denied", cause.name, closer.name, err)
			case may:
				yes++
			default:
				no++
			}
		}
	}
	if yes < 40 || no < 30 {
		t.Errorf("%d pairs were let through and %d refused: the walk was too short to mean anything", yes, no)
	}
}

type causedWorld struct {
	t *testing.T
	s *System
	n int

	team      string              // the folder
	site      string              // where the faces answer
	passwords map[string][]string // of who has one: the recovery codes that are left
	keys      map[string]*authenticator
}

// way is a way to cause a run or to approve one, with the people behind it as
// the model has them.
type way struct {
	name, behind string
	who          prentice.Actor
	person       bool
	ask          func() int64
	before       func()                // what is done first; nil is nothing
	answers      func(run int64) error // at a door of its own; nil is that of the API, within the program
}

// openCaused is a world with some files in its team folder beside the usual ones,
// as names and texts.
func openCaused(t *testing.T, more ...string) *causedWorld {
	t.Helper()
	files := map[string]string{
		"procedures/ring-told.md":   strings.NewReplacer("procedure: ring-bell", "procedure: ring-told\non:\n  - event: bell.told").Replace(accessProcedure),
		"procedures/ring-opened.md": strings.NewReplacer("procedure: ring-bell", "procedure: ring-opened\non:\n  - event: incident.opened").Replace(accessProcedure),
		"limits.yaml":               "runs_per_hour: {installation: 100000, procedure: 100000, service: 100000, target: 100000}\nat_once: {installation: 100, system: 100, service: 100}\n",
		"procedures/ring-ticked.md": strings.Replace(accessProcedure, "procedure: ring-bell", "procedure: ring-ticked\non:\n  - schedule: 0 0 1 1 *", 1),
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	w := &causedWorld{t: t, s: opened(t, Acts, files)}
	w.team = w.s.Settings.Team
	for name, role := range map[string]prentice.Role{"ann": prentice.Approver, "ben": prentice.Approver, "carl": prentice.Approver, "dora": prentice.Approver,
		"pia": prentice.Approver, "paul": prentice.Approver, "kay": prentice.Approver, "kim": prentice.Approver} {
		if _, err := w.s.Identity.AddPerson(t.Context(), name, role); err != nil {
			t.Fatal(err)
		}
	}
	work, err := w.s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { work.End() })
	return w
}

// link signs someone in by a link that an actor makes; the zero actor is the
// program, as at the first start, and leaves no one behind it.
func (w *causedWorld) link(name string, by prentice.Actor) prentice.Actor {
	code, _, err := w.s.Identity.Link(w.t.Context(), name, by)
	if err != nil {
		w.t.Fatal(err)
	}
	session, _, err := w.s.Identity.SignInCode(w.t.Context(), code, identity.Origin{})
	return w.identify(identity.Credential{Session: session}, err)
}

func (w *causedWorld) identify(c identity.Credential, err error) prentice.Actor {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	a, _, err := w.s.Identity.Identify(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	a.Door = "api"
	return a
}

// token is anyone who comes by a token that an actor makes through the door.
func (w *causedWorld) token(by prentice.Actor, kind prentice.ActorKind, of string, role prentice.Role) prentice.Actor {
	w.t.Helper()
	return w.identify(identity.Credential{Bearer: w.secret(by, kind, of, role)}, nil)
}

// secret is a token that an actor makes through the door.
func (w *causedWorld) secret(by prentice.Actor, kind prentice.ActorKind, of string, role prentice.Role) string {
	w.t.Helper()
	w.n++
	out, err := w.as(by, "token.create", map[string]any{"name": fmt.Sprintf("t%d", w.n), "kind": kind, "for": of, "role": role})
	if err != nil {
		w.t.Fatal(err)
	}
	var made struct{ Token string }
	w.read(out, &made)
	return made.Token
}

// factor is anyone who signs in by a password that was made in a session.
func (w *causedWorld) factor(by prentice.Actor) prentice.Actor {
	w.t.Helper()
	_, recovery := w.secondFactor(by)
	session, _, err := w.s.Identity.SignInPassword(w.t.Context(), identity.PasswordSignIn{Name: by.Name, Password: thePassword, Code: recovery[0]}, identity.Origin{})
	return w.identify(identity.Credential{Session: session}, err)
}

const thePassword = "seven slow green bicycles"

// secondFactor gives anyone who is in a session a password and a second factor.
func (w *causedWorld) secondFactor(by prentice.Actor) (secret string, recovery []string) {
	w.t.Helper()
	ctx := w.t.Context()
	secret, _, err := w.s.Identity.BeginTOTP(ctx, by.Name, identity.Proof{})
	if err != nil {
		w.t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	if recovery, err = w.s.Identity.SetPassword(ctx, by.Name, thePassword, code, by.Behind); err != nil {
		w.t.Fatal(err)
	}
	return secret, recovery
}

func (w *causedWorld) causes() []way {
	nobody := prentice.Actor{}
	olga, ann, ben := w.link("olga", nobody), w.link("ann", nobody), w.link("ben", nobody)
	minted := w.token(olga, prentice.Person, "ann", prentice.Approver)
	bot := w.token(ann, prentice.Agent, "", prentice.Operator)
	direct := func(by prentice.Actor) func() int64 {
		return func() int64 { return w.asked(by, "run.start", map[string]any{"procedure": "ring-bell"}) }
	}
	sends := func(by prentice.Actor) func() int64 {
		return func() int64 {
			return w.moved(by, "event.send", map[string]any{"type": "bell.told", "id": fmt.Sprint("e", w.n), "subject": "service/bell", "data": map[string]any{"n": w.n}})
		}
	}
	return []way{
		{name: "asked by ann herself", behind: "ann", ask: direct(ann)},
		{name: "asked by an agent of ann's", behind: "ann", ask: direct(bot)},
		{name: "asked by an agent that olga made for ann", behind: "ann olga", ask: direct(w.token(olga, prentice.Agent, "ann", prentice.Operator))},
		{name: "asked by a token of ann's own", behind: "ann", ask: direct(w.token(ann, prentice.Person, "", prentice.Operator))},
		{name: "asked by a token that olga made for ann", behind: "ann olga", ask: direct(minted)},
		{name: "asked by a link that olga made for ann", behind: "ann olga", ask: direct(w.link("ann", olga))},
		{name: "asked by an agent made through that token", behind: "ann olga", ask: direct(w.token(minted, prentice.Agent, "", prentice.Operator))},
		{name: "an event that ann sent", behind: "ann", ask: sends(ann)},
		{name: "an event that ann's agent sent", behind: "ann", ask: sends(bot)},
		{name: "an incident that ann opened", behind: "ann", ask: func() int64 {
			return w.moved(ann, "incident.open", map[string]any{"subject": "service/bell", "summary": "silent"})
		}},
		{name: "ann's run, retried by ben", behind: "ann ben", ask: func() int64 {
			first := direct(ann)()
			w.await(first, prentice.Waiting)
			w.clear(first)
			return w.asked(ben, "run.retry", map[string]any{"number": fmt.Sprint(first)})
		}},
		{name: "a command of ann's", behind: "ann", ask: func() int64 {
			return w.asked(ann, "run.adhoc", map[string]any{"targets": `["tower"]`, "command": []string{"true"}})
		}},
		{name: "a tick of a schedule", ask: w.tick},
		{name: "asked on a page by ann", behind: "ann", ask: w.page("ann", nobody).ask},
		{name: "asked on a page by ann, whom olga let in", behind: "ann olga", ask: w.page("ann", olga).ask},
		{name: "asked over HTTP with a token that olga made for ann", behind: "ann olga", ask: w.call(w.secret(olga, prentice.Person, "ann", prentice.Approver)).ask},
		{name: "an event over a webhook, by an agent of ann's", behind: "ann", ask: w.hook(w.secret(ann, prentice.Agent, "", prentice.Operator))},
		{name: "asked by pia with a password", behind: "pia", ask: direct(w.withPassword("pia", nobody))},
		{name: "asked by paul with a password that he made when olga had let him in", behind: "paul olga", ask: direct(w.withPassword("paul", olga))},
		{name: "asked by kay with a passkey", behind: "kay", ask: direct(w.withPasskey("kay", nobody))},
		{name: "asked by kim with a passkey that she made when olga had let her in", behind: "kim olga", ask: direct(w.withPasskey("kim", olga))},
	}
}

func (w *causedWorld) approvals() []way {
	nobody := prentice.Actor{}
	olga, ann, ben, carl := w.link("olga", nobody), w.link("ann", nobody), w.link("ben", nobody), w.link("carl", nobody)
	let := w.link("carl", olga)
	list := []way{
		{name: "ann", behind: "ann", who: ann}, {name: "ben", behind: "ben", who: ben}, {name: "olga", behind: "olga", who: olga}, {name: "carl", behind: "carl", who: carl},
		{name: "a token of carl's own", behind: "carl", who: w.token(carl, prentice.Person, "", prentice.Approver)},
		{name: "a token that olga made for carl", behind: "carl olga", who: w.token(olga, prentice.Person, "carl", prentice.Approver)},
		{name: "a link that olga made for carl", behind: "carl olga", who: let},
	}
	let = w.factor(let) // it ends carl's sessions
	list[3].who, list[6].who = w.link("carl", nobody), w.link("carl", olga)
	list = append(list, way{name: "a password that was made through such a link", behind: "carl olga", who: let})
	list = append(list,
		w.page("carl", nobody).way("carl on a page", "carl"),
		w.page("carl", olga).way("carl on a page, whom olga let in", "carl olga"),
		w.call(w.secret(carl, prentice.Person, "", prentice.Approver)).way("carl over HTTP with a token of his own", "carl"),
		w.call(w.secret(olga, prentice.Person, "carl", prentice.Approver)).way("carl over HTTP with a token that olga made", "carl olga"),
		way{name: "pia with a password", behind: "pia", who: w.withPassword("pia", nobody)},
		way{name: "kay with a passkey", behind: "kay", who: w.withPasskey("kay", nobody)},
		way{name: "kim with a passkey that she made when olga had let her in", behind: "kim olga", who: w.withPasskey("kim", olga)},
	)
	for i := range list {
		list[i].person = true
	}
	return append(list, way{name: "an agent of ben's", behind: "ben", who: w.token(ben, prentice.Agent, "", prentice.Operator)})
}

func (w *causedWorld) as(who prentice.Actor, name string, in any) (any, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	w.n++
	return w.s.App.Invoke(context.WithoutCancel(w.t.Context()), op.Request{Actor: who, Op: name, In: json.RawMessage(raw)})
}

func (w *causedWorld) read(out, to any) {
	w.t.Helper()
	raw, err := json.Marshal(out)
	if err == nil {
		err = json.Unmarshal(raw, to)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// asked is the run that someone asked for.
func (w *causedWorld) asked(who prentice.Actor, name string, in any) int64 {
	w.t.Helper()
	out, err := w.as(who, name, in)
	if err != nil {
		w.t.Fatal(err)
	}
	var run struct{ Number int64 }
	w.read(out, &run)
	return run.Number
}

// shown says whether someone who looks at a run is shown the form to approve it:
// on the page of the run, and in the inbox.
func (w *causedWorld) shown(number int64, who prentice.Actor) bool {
	w.t.Helper()
	out, err := w.as(who, "run.show", map[string]any{"number": fmt.Sprint(number)})
	if err != nil {
		w.t.Fatal(err)
	}
	var detail struct{ Yours run.Yours }
	w.read(out, &detail)
	if out, err = w.as(who, "inbox.list", map[string]any{"all": true}); err != nil {
		w.t.Fatal(err)
	}
	var inbox struct {
		Groups []struct{ Questions []run.Question }
	}
	w.read(out, &inbox)
	if q := inbox.Groups[0].Questions[0]; q.Number != number || q.Yours.Approve != detail.Yours.Approve || q.Yours.Why != detail.Yours.Why {
		w.t.Errorf("the inbox says of run/%d %+v, and the run %+v", q.Number, q.Yours, detail.Yours)
	}
	return detail.Yours.Approve
}

// moved is the run that prentice asks for because of what someone did.
func (w *causedWorld) moved(who prentice.Actor, name string, in any) int64 {
	w.t.Helper()
	return w.found(func() {
		if _, err := w.as(who, name, in); err != nil {
			w.t.Fatal(err)
		}
	})
}

func (w *causedWorld) await(run int64, state prentice.State) {
	w.t.Helper()
	w.until(func() bool {
		d, err := w.s.runner.Show(w.t.Context(), run)
		if err != nil {
			w.t.Fatal(err)
		}
		if d.State.Ended() && d.State != state {
			w.t.Fatalf("run/%d is %s: %s", run, d.State, d.Says)
		}
		return d.State == state
	})
}

// clear lets a run end, and closes the incident that it was for.
func (w *causedWorld) clear(run int64) {
	w.t.Helper()
	machine := prentice.Actor{Kind: prentice.Person, Name: "otto", Role: prentice.Owner, Door: "cli"}
	w.until(func() bool {
		d, err := w.s.runner.Show(w.t.Context(), run)
		if err != nil {
			w.t.Fatal(err)
		}
		if d.State == prentice.Waiting {
			w.as(machine, "run.cancel", map[string]any{"number": fmt.Sprint(run)}) //nolint:errcheck // it is looked at again
		}
		return d.State.Ended()
	})
	open, _, err := w.s.desk.Broken(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, in := range open {
		w.as(machine, "incident.close", map[string]any{"number": string(in.Ref), "reason": "on to the next"}) //nolint:errcheck // its run may have closed it
	}
}

func (w *causedWorld) until(claim func() bool) {
	w.t.Helper()
	for patience := time.Now().Add(time.Minute); !claim(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(patience) {
			w.t.Fatal("it does not come true")
		}
	}
}
