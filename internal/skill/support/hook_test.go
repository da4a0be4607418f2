package support

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/webhook"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

// hookWorld is the desk with a real inbox and the hooks of a file.
type hookWorld struct {
	*world
	set    []prentice.Ref // who gave the secret its value
	secret string
	rules  *webhook.Rules
}

const someHooks = `
hooks:
  - {name: shared, sender: gitlab, secret: s, events: [{when: "body.kind == 'x'", type: "'x.y'", subject: "'service/' + body.of"}]}
  - {name: held, sender: gitlab, secret: s, held_by: [person/ann], events: [{type: "'x.y'"}]}
  - {name: alone, sender: gitlab, secret: other, events: [{type: "'x.y'", subject: "'service/' + body.of"}]}
  - {name: open, sender: token, rate: 3, events: [{type: "'x.y'"}]}
`

func eachHook(t *testing.T, test func(*hookWorld)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &hookWorld{world: fresh(t, d), secret: "the-shared-secret"}
		for owner, files := range map[string]func() error{
			"inbox":   func() error { return d.Migrate(t.Context(), "inbox", inbox.Schema()) },
			"webhook": func() error { return d.Migrate(t.Context(), "webhook", webhook.Schema()) },
		} {
			if err := files(); err != nil {
				t.Fatal(owner, err)
			}
		}
		rules, findings := webhook.Load("hooks.yaml", []byte(someHooks))
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		w.rules = rules
		w.s.Inbox = inbox.New(d, w.clock, w, slog.New(slog.DiscardHandler))
		w.s.Hooks = HookDeps{
			Rules:   func() *webhook.Rules { return w.rules },
			Secret:  func(context.Context, string) (string, error) { return w.secret, nil },
			SetBy:   func(context.Context, string) ([]prentice.Ref, error) { return w.set, nil },
			Trusted: func(agent string) bool { return false },
		}
		test(w)
	})
}

// Invoke is the door for those who may.
func (w *hookWorld) Invoke(ctx context.Context, r op.Request) (any, error) {
	if r.Op != "hook.deliver" || !r.Actor.Scope.Asks(r.Op) {
		return nil, prentice.Errorf(prentice.Denied, "not for %s", r.Op)
	}
	return w.s.hookDeliver(ctx, op.Call{Actor: r.Actor, Now: w.clock()}, r.In.(hookDeliverIn))
}

func (w *hookWorld) Watch(context.Context, op.Request, func(any) error) error { return nil }

func (w *hookWorld) post(hook, body string, by prentice.Actor, headers ...string) (Taken, error) {
	h := http.Header{"Content-Type": {"application/json"}, "X-Gitlab-Token": {"the-shared-secret"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return w.s.TakeHook(w.t.Context(), w, Posted{Hook: hook, Header: h, Body: []byte(body), By: by})
}

func TestWhoKnowsTheSecretIsBehindTheEventsOfAHook(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		w.set = []prentice.Ref{"person/olga"}
		const want = "person/ann person/olga" // ann is named by one of the two that use it
		for _, hook := range []string{"shared", "held"} {
			taken, err := w.post(hook, `{"kind":"x","of":"bell"}`, prentice.Actor{})
			if err != nil || taken.Verdict != "event" {
				w.t.Fatalf("%s: %+v, %v", hook, taken, err)
			}
			list, err := w.s.Inbox.List(w.t.Context(), inbox.Filter{Limit: 1})
			if err != nil {
				w.t.Fatal(err)
			}
			e, err := w.s.Inbox.Show(w.t.Context(), list[0].Number)
			if err != nil || prentice.JoinRefs(e.Causes) != prentice.JoinRefs(prentice.RefsIn(want)) || e.Sender != prentice.NewRef("agent", "hook:"+hook) || e.Source != "hook/"+hook {
				w.t.Errorf("%s: %+v, %v", hook, e, err)
			}
		}
	})
}

func TestAHookOfWhichNoOneIsKnownToHoldTheSecretTakesNothing(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		if taken, err := w.post("alone", `{"kind":"x","of":"bell"}`, prentice.Actor{}); prentice.KindOf(err) != prentice.Unavailable {
			w.t.Errorf("%+v, %v", taken, err)
		}
		if shown, err := w.s.hookShow(w.t.Context(), op.Call{}, hookIn{"alone"}); err != nil || shown.State != "blocked" || len(shown.Refused) != 1 || shown.Problem == "" {
			w.t.Errorf("%+v, %v", shown, err)
		}
		w.s.Hooks.Trusted = func(agent string) bool { return agent == "hook:alone" }
		if taken, err := w.post("alone", `{"kind":"x","of":"bell"}`, prentice.Actor{}); err != nil || taken.Verdict != "event" {
			w.t.Errorf("%+v, %v", taken, err)
		}
	})
}

func TestAMessageThatCannotBecomeAnEventIsKept(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		w.set = []prentice.Ref{"person/olga"}
		for _, body := range []string{`{"kind":"z"}`, `{"kind":"x","of":"no such name"}`, `{"kind":"x"}`, `not json`, "\x00\xff", ``} {
			taken, err := w.post("shared", body, prentice.Actor{})
			if err != nil || taken.Verdict != "unmapped" || taken.Says == "" || taken.Event != "" {
				w.t.Errorf("%q: %+v, %v", body, taken, err)
			}
			if kept, err := w.s.hookDelivery(w.t.Context(), op.Call{}, hookDeliveryIn{prentice.NewRef("delivery", "1").Name()}); err != nil || kept.Message == nil {
				w.t.Errorf("%q: %+v, %v", body, kept, err)
			}
		}
		if list, err := w.s.Inbox.List(w.t.Context(), inbox.Filter{Limit: 10}); err != nil || len(list) != 0 {
			w.t.Errorf("%d events, %v", len(list), err)
		}
	})
}

func TestAMessageAndItsEventAreOneWrite(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		w.set = []prentice.Ref{"person/olga"}
		if _, err := w.s.DB.Straight(w.t.Context(), `ALTER TABLE webhook_delivery RENAME TO elsewhere`); err != nil {
			w.t.Fatal(err)
		}
		body, key := `{"kind":"x","of":"bell"}`, []string{"Idempotency-Key", "1"}
		if taken, err := w.post("shared", body, prentice.Actor{}, key...); err == nil {
			w.t.Errorf("%+v", taken)
		}
		if _, err := w.s.DB.Straight(w.t.Context(), `ALTER TABLE elsewhere RENAME TO webhook_delivery`); err != nil {
			w.t.Fatal(err)
		}
		if list, _ := w.s.Inbox.List(w.t.Context(), inbox.Filter{Limit: 10}); len(list) != 0 {
			w.t.Errorf("%d events of what was not kept", len(list))
		}
		first, err := w.post("shared", body, prentice.Actor{}, key...)
		if err != nil || first.Verdict != "event" {
			w.t.Errorf("sent again: %+v, %v", first, err)
		}
		again, err := w.post("shared", body, prentice.Actor{}, key...)
		if err != nil || again.Verdict != "repeated" || again.Delivery != first.Delivery {
			w.t.Errorf("and again: %+v, %v", again, err)
		}
	})
}

func TestAHookForTokensTakesNoSignatureAndNoMoreThanItsRate(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		if taken, err := w.post("open", `{}`, prentice.Actor{}); prentice.KindOf(err) != prentice.Unauthenticated {
			w.t.Errorf("%+v, %v", taken, err)
		}
		narrow := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator, Scope: &prentice.Scope{Ops: []string{"event.send"}, On: []prentice.Ref{prentice.All}}}
		if taken, err := w.post("open", `{}`, narrow); prentice.KindOf(err) != prentice.Denied {
			w.t.Errorf("%+v, %v", taken, err)
		}
		narrow.Scope.Ops = []string{"hook.deliver"}
		for n := range 4 {
			taken, err := w.post("open", `{}`, narrow)
			if limited := prentice.KindOf(err) == prentice.Limited; limited != (n >= 3) {
				w.t.Errorf("%d: %+v, %v", n, taken, err)
			}
		}
	})
}

// Who calls the operation instead of posting to the address is held to the same limits.
func TestTheLimitsOfAHookHoldHoweverAMessageIsDelivered(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		call := op.Call{Actor: ann, Now: w.clock()}
		for n := range 5 {
			_, err := w.s.hookDeliver(w.t.Context(), call, hookDeliverIn{Hook: "open", Body: `{}`})
			if limited := prentice.KindOf(err) == prentice.Limited; limited != (n >= 3) {
				w.t.Errorf("%d: %v", n, err)
			}
		}
		w.pass(time.Hour)
		large := `"` + strings.Repeat("x", webhook.DefaultLargest) + `"`
		if _, err := w.s.hookDeliver(w.t.Context(), call, hookDeliverIn{Hook: "open", Body: large}); prentice.KindOf(err) != prentice.Limited || !strings.Contains(err.Error(), "takes 262144") {
			w.t.Error(err)
		}
		shown, err := w.s.hookShow(w.t.Context(), op.Call{}, hookIn{"open"})
		if err != nil || len(shown.Refused) != 2 {
			w.t.Errorf("%+v, %v", shown.Refused, err)
		}
	})
}

// Who takes a name out of held_by cannot approve by that what its messages cause.
func TestAnEditOfHooksIsJudgedByWhomItNamedBefore(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		behind := func() string {
			w.t.Helper()
			taken, err := w.post("held", `{}`, prentice.Actor{})
			if err != nil || taken.Verdict != "event" {
				w.t.Fatalf("%+v, %v", taken, err)
			}
			list, err := w.s.Inbox.List(w.t.Context(), inbox.Filter{Limit: 1})
			if err != nil {
				w.t.Fatal(err)
			}
			e, err := w.s.Inbox.Show(w.t.Context(), list[0].Number)
			if err != nil {
				w.t.Fatal(err)
			}
			return prentice.JoinRefs(e.Causes)
		}
		w.s.holdersOf(w.t.Context(), w.rules) // it was in force, and no message came
		edited, findings := webhook.Load("hooks.yaml", []byte(strings.Replace(someHooks, "person/ann", "person/eve", 1)))
		if len(findings) > 0 {
			w.t.Fatal(findings)
		}
		w.rules = edited
		if got := behind(); got != "person/ann person/eve" {
			w.t.Errorf("behind its messages are %s", got)
		}
		shown, err := w.s.hookShow(w.t.Context(), op.Call{}, hookIn{"held"})
		if err != nil || prentice.JoinRefs(shown.HeldBy) != "person/ann person/eve" {
			w.t.Errorf("shown are %v, %v", shown.HeldBy, err)
		}
		w.secret = "another-shared-secret"
		w.pass(time.Minute)
		h, err := edited.Hook("held")
		if err != nil {
			w.t.Fatal(err)
		}
		if got, err := w.s.behindHook(w.t.Context(), h, w.secret); err != nil || prentice.JoinRefs(got) != "person/eve" {
			w.t.Errorf("with another secret: %v, %v", got, err)
		}
	})
}

func TestTwoReplicasTakeNoMoreThanTheRateOfAHook(t *testing.T) {
	eachHook(t, func(w *hookWorld) {
		other := Make(w.s.Deps)
		took := 0
		for n := range 10 {
			s := []*Support{w.s, other}[n%2]
			_, err := s.hookDeliver(w.t.Context(), op.Call{Actor: ann, Now: w.clock()}, hookDeliverIn{Hook: "open", Body: `{}`})
			switch {
			case err == nil:
				took++
			case prentice.KindOf(err) != prentice.Limited:
				w.t.Fatal(err)
			}
		}
		if took != 3 {
			w.t.Errorf("%d were taken, and its rate is 3", took)
		}
	})
}
