package webhook

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const secret = "not-a-real-secret-0123456789"

func load(t *testing.T, text string) *Rules {
	t.Helper()
	r, findings := Load("hooks.yaml", []byte(text))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return r
}

func hookOf(t *testing.T, text string) Hook {
	t.Helper()
	return load(t, "hooks:\n  - "+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")).Hooks[0]
}

func message(body string, headers ...string) Message {
	m := Message{Header: map[string]string{"content-type": "application/json"}, Body: []byte(body)}
	for i := 0; i < len(headers); i += 2 {
		m.Header[headers[i]] = headers[i+1]
	}
	return m
}

func signed(id string, at time.Time, body string, key []byte) Message {
	stamp := fmt.Sprint(at.Unix())
	return message(body, "webhook-id", id, "webhook-timestamp", stamp,
		"webhook-signature", "v1a,AAAA v1,"+base64.StdEncoding.EncodeToString(sum(key, id+"."+stamp+".", []byte(body))))
}

func hexOf(body string, before string) string {
	return hex.EncodeToString(sum([]byte(secret), before, []byte(body)))
}

// The example of the specification of Standard Webhooks.
func TestTheExampleOfStandardWebhooksIsProven(t *testing.T) {
	h := Hook{Name: "x", Sender: Standard, Tolerance: DefaultTolerance}
	m := message(`{"test": 2432232314}`, "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330",
		"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	at := time.Unix(1614265330, 0)
	if _, err := Prove(h, m, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at); err != nil {
		t.Error(err)
	}
}

func TestASignatureThatFitsIsAProof(t *testing.T) {
	timedBody := func(at time.Time) string {
		return fmt.Sprintf("t=%d,v0=00,v1=%s", at.Unix(), hexOf("{}", fmt.Sprint(at.Unix(), ".")))
	}
	for name, c := range map[string]struct {
		h      Hook
		m      Message
		secret string
		key    string
	}{
		"standard":             {Hook{Sender: Standard}, signed("msg_1", noon, "{}", []byte(secret)), secret, "id msg_1"},
		"standard, whsec_":     {Hook{Sender: Standard}, signed("msg_1", noon, "{}", []byte("a key of bytes")), "whsec_" + base64.StdEncoding.EncodeToString([]byte("a key of bytes")), "id msg_1"},
		"github":               {Hook{Sender: GitHub}, message("{}", "x-hub-signature-256", "sha256="+hexOf("{}", "")), secret, bodyKey(message("{}"))},
		"gitlab":               {Hook{Sender: GitLab}, message("{}", "x-gitlab-token", secret, "idempotency-key", "abc"), secret, "key abc"},
		"gitlab, unnamed":      {Hook{Sender: GitLab}, message("{}", "x-gitlab-token", secret), secret, ""},
		"gitlab, signed":       {Hook{Sender: GitLab}, signed("7f", noon, "{}", []byte("gitlab signs")), "whsec_" + base64.StdEncoding.EncodeToString([]byte("gitlab signs")), "id 7f"},
		"stripe":               {Hook{Sender: Stripe, Header: "stripe-signature"}, message("{}", "stripe-signature", timedBody(noon)), secret, bodyKey(message("{}"))},
		"stripe, another name": {Hook{Sender: Stripe, Header: "x-sig"}, message("{}", "x-sig", timedBody(noon.Add(4*time.Minute))), secret, bodyKey(message("{}"))},
		"hmac":                 {Hook{Sender: HMAC, Header: "x-gitea-signature"}, message("{}", "x-gitea-signature", hexOf("{}", "")), secret, bodyKey(message("{}"))},
	} {
		c.h.Name, c.h.Tolerance = "x", DefaultTolerance
		p, err := Prove(c.h, c.m, c.secret, noon)
		if err != nil || p.Key != c.key {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestWhatIsForgedOrOldIsNoProof(t *testing.T) {
	stripe := func(header string) Message { return message("{}", "stripe-signature", header) }
	old := fmt.Sprint(noon.Add(-6 * time.Minute).Unix())
	changed := signed("msg_1", noon, "{}", []byte(secret))
	changed.Body = []byte(`{"a":1}`)
	renamed := signed("msg_1", noon, "{}", []byte(secret))
	renamed.Header["webhook-id"] = "msg_2"
	later := signed("msg_1", noon.Add(-time.Hour), "{}", []byte(secret))
	later.Header["webhook-timestamp"] = fmt.Sprint(noon.Unix())
	for name, c := range map[string]struct {
		sender string
		m      Message
		secret string
		kind   prentice.Kind
	}{
		"nothing is signed":        {Standard, message("{}"), secret, prentice.Unauthenticated},
		"another body":             {Standard, changed, secret, prentice.Unauthenticated},
		"another id":               {Standard, renamed, secret, prentice.Unauthenticated},
		"another time":             {Standard, later, secret, prentice.Unauthenticated},
		"another secret":           {Standard, signed("msg_1", noon, "{}", []byte("another")), secret, prentice.Unauthenticated},
		"too old":                  {Standard, signed("msg_1", noon.Add(-6*time.Minute), "{}", []byte(secret)), secret, prentice.Unauthenticated},
		"from the future":          {Standard, signed("msg_1", noon.Add(6*time.Minute), "{}", []byte(secret)), secret, prentice.Unauthenticated},
		"an id with a dot":         {Standard, signed("msg.1", noon, "{}", []byte(secret)), secret, prentice.Unauthenticated},
		"a time that is none":      {Standard, message("{}", "webhook-id", "1", "webhook-timestamp", "noon", "webhook-signature", "v1,AAAA"), secret, prentice.Unauthenticated},
		"a time beyond all":        {Standard, message("{}", "webhook-id", "1", "webhook-timestamp", "9223372036854775807", "webhook-signature", "v1,AAAA"), secret, prentice.Unauthenticated},
		"a secret that is broken":  {Standard, signed("msg_1", noon, "{}", []byte(secret)), "whsec_!!!", prentice.Unavailable},
		"a secret that is empty":   {GitHub, message("{}", "x-hub-signature-256", hexOf("{}", "")), "", prentice.Unavailable},
		"github, unsigned":         {GitHub, message("{}"), secret, prentice.Unauthenticated},
		"github, the old way":      {GitHub, message("{}", "x-hub-signature", "sha1=00"), secret, prentice.Unauthenticated},
		"github, forged":           {GitHub, message("{}", "x-hub-signature-256", "sha256=00"), secret, prentice.Unauthenticated},
		"github, two signatures":   {GitHub, message("{}", "x-hub-signature-256", "sha256=00,sha256="+hexOf("{}", "")), secret, prentice.Unauthenticated},
		"gitlab, no token":         {GitLab, message("{}"), secret, prentice.Unauthenticated},
		"gitlab, another token":    {GitLab, message("{}", "x-gitlab-token", secret+"x"), secret, prentice.Unauthenticated},
		"gitlab, token for signed": {GitLab, message("{}", "x-gitlab-token", "whsec_QUJD"), "whsec_QUJD", prentice.Unauthenticated},
		"stripe, unsigned":         {Stripe, stripe("t=" + fmt.Sprint(noon.Unix())), secret, prentice.Unauthenticated},
		"stripe, old":              {Stripe, stripe("t=" + old + ",v1=" + hexOf("{}", old+".")), secret, prentice.Unauthenticated},
		"stripe, two times":        {Stripe, stripe("t=" + fmt.Sprint(noon.Unix()) + ",t=" + old + ",v1=" + hexOf("{}", old+".")), secret, prentice.Unauthenticated},
		"a sender of none":         {Token, message("{}"), secret, prentice.Unauthenticated},
	} {
		h := Hook{Name: "x", Sender: c.sender, Header: "stripe-signature", Tolerance: DefaultTolerance}
		p, err := Prove(h, c.m, c.secret, noon)
		if prentice.KindOf(err) != c.kind || p.Key != "" || prentice.HintOf(err) == "" {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(prentice.HintOf(err), secret)) {
			t.Errorf("%s: the error tells the secret", name)
		}
	}
}

const ci = `
name: ci
sender: github
secret: ci-hook
events:
  - when: headers['x-github-event'] == 'ping'
    do: ignore
  - when: body.action == 'completed' && body.workflow_run.conclusion == 'failure'
    type: "'ci.failed'"
    subject: "'service/' + body.repository.name"
    id: body.workflow_run.id
    data: "{'branch': body.workflow_run.head_branch, 'tries': 2, 'ratio': 0.5}"
  - when: body.action == 'odd'
    type: body.kind
    subject: body.about
`

func TestAMessageBecomesTheEventThatTheFirstMappingThatFitsSays(t *testing.T) {
	h := hookOf(t, ci)
	got, err := h.Map(t.Context(), message(`{"action":"completed","workflow_run":{"id":12345678901,"conclusion":"failure","head_branch":"main\u0000; rm -rf /"},"repository":{"name":"checkout"},"source":"prentice/schedule"}`, "x-github-event", "workflow_run"))
	e := got.Event
	if err != nil || !got.Fits || e.Type != "ci.failed" || e.Subject != "service/checkout" || e.ID != "12345678901" || e.Source != "hook/ci" || string(e.Data) != `{"branch":"main\u0000; rm -rf /","ratio":0.5,"tries":2}` || got.Says != "mapping 2 (line 8)" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := h.Map(t.Context(), message(`{"zen":"yes"}`, "x-github-event", "ping")); err != nil || !got.Ignored {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatNoMappingFitsIsNoEvent(t *testing.T) {
	h := hookOf(t, ci)
	for body, says := range map[string]string{
		`{"action":"requested"}`: "no mapping fits",
		`{}`:                     "mapping 2 (line 8): when: no such key: action",
		`[1,2]`:                  "mapping 2",
	} {
		got, err := h.Map(t.Context(), message(body, "x-github-event", "x"))
		if err != nil || got.Fits || !strings.Contains(got.Says, says) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for body, says := range map[string]string{
		`{"action":"odd"}`: "mapping 3 (line 13): type: no such key: kind",
		`{"action":"odd","kind":"a b","about":"service/x"}`:         `type is "a b"`,
		`{"action":"odd","kind":7,"about":"service/x"}`:             `type`,
		`{"action":"odd","kind":"ok","about":"nothing"}`:            `subject is "nothing"`,
		`{"action":"odd","kind":"ok","about":{"a":1}}`:              `subject is not a text`,
		`{"action":"odd","kind":"ok","about":"../../etc/passwd\n"}`: `subject is`,
		`not json`: "the body is not JSON",
		"\xff":     "not UTF-8",
		strings.Repeat("[", 100) + strings.Repeat("]", 100): "levels deep",
	} {
		if got, err := h.Map(t.Context(), message(body)); err == nil || got.Fits || !strings.Contains(err.Error(), says) || prentice.HintOf(err) == "" {
			t.Errorf("%.40s: %+v, %v", body, got, err)
		}
	}
	none := hookOf(t, "name: x\nsender: token")
	if got, err := none.Map(t.Context(), message(`{}`)); err != nil || got.Fits || got.Says != "the hook has no mappings" {
		t.Errorf("%+v, %v", got, err)
	}
}

// An expression that would work for minutes ends.
func TestAMappingThatCostsTooMuchDoesNotFit(t *testing.T) {
	h := hookOf(t, "name: x\nsender: token\nevents:\n  - when: body.all(a, body.all(b, body.all(c, a + b + c >= 0)))\n    type: \"'x.y'\"")
	body := "[" + strings.TrimSuffix(strings.Repeat("1,", 1000), ",") + "]"
	got, err := h.Map(t.Context(), message(body))
	if err != nil || got.Fits || !strings.Contains(got.Says, "to work out") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAFormIsReadAsItsFields(t *testing.T) {
	h := hookOf(t, "name: x\nsender: token\nevents:\n  - type: body.kind")
	for _, body := range []string{"kind=a.b&x=1", "payload=%7B%22kind%22%3A%22a.b%22%7D"} {
		got, err := h.Map(t.Context(), message(body, "content-type", "application/x-www-form-urlencoded"))
		if err != nil || got.Event.Type != "a.b" {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestWhatIsSecretIsNeitherShownNorGivenToExpressions(t *testing.T) {
	h := hookOf(t, "name: x\nsender: hmac\nheader: X-Sig\nsecret: s")
	m := message(`{"user":{"Password":"hunter22","name":"ann"},"note":"`+secret+`"}`, "authorization", "Bearer abc", "x-sig", "00", "x-gitlab-token", "t", "cookie", "c", "x-kind", "push "+secret)
	s := m.Show(h, []string{secret})
	if strings.Contains(s.Body, "hunter22") || strings.Contains(fmt.Sprint(s), secret) || !strings.Contains(s.Body, "ann") || len(s.Headers) != 2 {
		t.Errorf("%+v", s)
	}
	large := message(strings.Repeat("x", 1<<20), "content-type", "text/plain").Show(h, nil)
	if len(large.Body) > keptBody+10 || !large.Cut || large.Bytes != 1<<20 {
		t.Errorf("%d of %d bytes, cut %t", len(large.Body), large.Bytes, large.Cut)
	}
	if odd := message("\x00\xff\x1b[2J").Show(h, nil); strings.Contains(odd.Body, "\x00") || !utf8.ValidString(odd.Body) {
		t.Errorf("%q", odd.Body)
	}
}

func TestAFileThatIsNotUnderstoodSaysWhere(t *testing.T) {
	for text, says := range map[string]string{
		"hooks: []":                                                                   "is not a list",
		"hooks: [{sender: github, secret: s}]":                                        "the hook has no name",
		"hooks: [{name: A, sender: github, secret: s}]":                               `"A" is not the name`,
		"hooks: [{name: a, secret: s}]":                                               "how its sender is known",
		"hooks: [{name: a, sender: gihub, secret: s}]":                                `"gihub" is not a sender`,
		"hooks: [{name: a, sender: github}]":                                          "the hook has no secret",
		"hooks: [{name: a, sender: github, secret: 'a b/c'}]":                         "is not the name of a secret",
		"hooks: [{name: a, sender: token, secret: s}]":                                "has no secret",
		"hooks: [{name: a, sender: token, held_by: [person/ann]}]":                    "has no held_by",
		"hooks: [{name: a, sender: github, secret: s, held_by: [group/ops]}]":         `held_by is "group/ops"`,
		"hooks: [{name: a, sender: hmac, secret: s}]":                                 "where the signature is",
		"hooks: [{name: a, sender: github, secret: s, header: X}]":                    "header goes with",
		"hooks: [{name: a, sender: hmac, secret: s, header: 'a b'}]":                  `header is "a b"`,
		"hooks: [{name: a, sender: github, secret: s, tolerance: 5m}]":                "does not say when it was sent",
		"hooks: [{name: a, sender: standard, secret: s, tolerance: 5d}]":              `tolerance is "5d"`,
		"hooks: [{name: a, sender: token, rate: 0}]":                                  `rate is "0"`,
		"hooks: [{name: a, sender: token, rate: 10/s}]":                               `rate is "10/s"`,
		"hooks: [{name: a, sender: token, largest: 2000000}]":                         `largest is "2000000"`,
		"hooks: [{name: a, sender: token, evnts: []}]":                                `no key "evnts"`,
		"hooks: [{name: a, sender: token}, {name: a, sender: token}]":                 "another hook",
		"hooks: [{name: a, sender: token, events: [{when: 'true'}]}]":                 "of which type",
		"hooks: [{name: a, sender: token, events: [{type: ci.failed}]}]":              `there is no "ci" here`,
		"hooks: [{name: a, sender: token, events: [{type: \"7\"}]}]":                  "wanted string",
		"hooks: [{name: a, sender: token, events: [{type: \"'a'\", when: \"'x'\"}]}]": "wanted bool",
		"hooks: [{name: a, sender: token, events: [{do: drop}]}]":                     `"drop" is not`,
		"hooks: [{name: a, sender: token, events: [{do: ignore, type: \"'a'\"}]}]":    "has no type",
		"hooks: [{name: a, sender: token, events: [{type: \"'a'\", source: x}]}]":     `no key "source"`,
	} {
		r, findings := Load("hooks.yaml", []byte(text))
		if r != nil || !strings.Contains(fmt.Sprint(findings), says) || findings[0].Hint == "" || findings[0].At.Line == 0 {
			t.Errorf("%s: %v", text, findings)
		}
	}
	if r, findings := Load("hooks.yaml", nil); r == nil || len(findings) > 0 {
		t.Errorf("an empty file: %v", findings)
	}
	var none *Rules
	if _, err := none.Hook("x"); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}

func store(t *testing.T, d *db.DB) *Store {
	t.Helper()
	if err := d.Migrate(t.Context(), "webhook", Schema()); err != nil {
		t.Fatal(err)
	}
	return &Store{d}
}

func (s *Store) deliver(t *testing.T, hook string, p Proof, v Verdict, at time.Time) (number, before int64) {
	t.Helper()
	err := s.DB.Write(t.Context(), func(tx *db.Tx) (err error) {
		if number, before, err = s.Admit(tx, hook, p, at); err != nil || before != 0 {
			return err
		}
		return s.Keep(tx, Delivery{Number: number, Hook: hook, At: at, Verdict: v, Sender: "agent/hook:" + prentice.Ref(hook), Message: &Shown{Body: "{}"}}, 7)
	})
	if err != nil {
		t.Fatal(err)
	}
	return number, before
}

func TestAMessageThatComesAgainIsKnownByWhatWasSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := store(t, d)
		first, _ := s.deliver(t, "a", Proof{Key: "id 1"}, Became, noon)
		if again, before := s.deliver(t, "a", Proof{Key: "id 1"}, Became, noon.Add(time.Hour)); again != 0 || before != first {
			t.Errorf("again it is %d, before %d", again, before)
		}
		if other, before := s.deliver(t, "b", Proof{Key: "id 1"}, Became, noon); other == 0 || before != 0 {
			t.Errorf("of another hook it is %d, before %d", other, before)
		}
		if one, before := s.deliver(t, "a", Proof{}, Became, noon); one == 0 || before != 0 {
			t.Errorf("without a key it is %d, before %d", one, before)
		}
		kept, err := s.Show(t.Context(), first)
		if err != nil || kept.Times != 2 || !kept.Last.Equal(noon.Add(time.Hour)) || kept.Event != "event/7" || kept.Message.Body != "{}" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

func TestOfTwoThatComeAtOnceOneIsNew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := store(t, d)
		done := make(chan bool)
		for range 8 {
			go func() {
				n, _ := s.deliver(t, "a", Proof{Key: "id 1"}, Became, noon)
				done <- n != 0
			}()
		}
		fresh := 0
		for range 8 {
			if <-done {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d are new", fresh)
		}
	})
}

func TestAFloodOfUnmappedMessagesPushesNoEventOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := store(t, d)
		first, _ := s.deliver(t, "a", Proof{Key: "event"}, Became, noon)
		for i := range 3 * keptOf {
			s.deliver(t, "a", Proof{Key: fmt.Sprint(i)}, Unmapped, noon)
		}
		list, err := s.List(t.Context(), "a", 1000)
		if err != nil || len(list) != keptOf+1 || list[keptOf].Number != first {
			t.Errorf("%d are kept, %v", len(list), err)
		}
		if again, before := s.deliver(t, "a", Proof{Key: "0"}, Unmapped, noon); again != 0 || before == 0 {
			t.Errorf("one that is not kept is known no more: %d, %d", again, before)
		}
		last, err := s.LastOf(t.Context())
		if err != nil || last["a"].Number != list[0].Number {
			t.Errorf("%+v, %v", last, err)
		}
		if _, err := s.Show(t.Context(), 9999); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
	})
}

func TestOldDeliveriesGoWithTheirKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := store(t, d)
		s.deliver(t, "a", Proof{Key: "old"}, Became, noon)
		s.deliver(t, "a", Proof{}, Became, noon)
		s.deliver(t, "a", Proof{Key: "again"}, Became, noon)
		s.deliver(t, "a", Proof{Key: "again"}, Became, noon.Add(48*time.Hour))
		s.deliver(t, "a", Proof{Key: "young"}, Became, noon.Add(48*time.Hour))
		out, err := s.Forget(t.Context(), db.Sweep{Before: noon.Add(time.Hour), Most: 100})
		list, _ := s.List(t.Context(), "a", 10)
		if err != nil || out.Removed != 2 || len(list) != 2 {
			t.Errorf("%+v, %v: %d are left", out, err, len(list))
		}
		if n, _ := s.deliver(t, "a", Proof{Key: "again"}, Became, noon.Add(50*time.Hour)); n != 0 {
			t.Error("what came again lately is not known any more")
		}
	})
}

func TestRefusedMessagesAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := store(t, d), &Rates{}
		writes := 0
		for i := range 1000 {
			at := noon.Add(time.Duration(i) * 3 * time.Millisecond)
			if n := r.Refused("a", "forged", at); n > 0 {
				writes++
				if err := s.Refuse(context.Background(), "a", "forged", "the signature does not fit", n, at); err != nil {
					t.Fatal(err)
				}
			}
		}
		list, err := s.Refusals(t.Context(), "a")
		if err != nil || len(list) != 1 || writes > 4 || list[0].Times < 600 {
			t.Errorf("%d writes: %+v, %v", writes, list, err)
		}
	})
}

func TestAHookTakesNoMoreThanItsRate(t *testing.T) {
	var r Rates
	h := Hook{Name: "a", Rate: 60}
	took := func(at time.Time, n int) (yes int) {
		for range n {
			if r.Take(h, at) {
				yes++
			}
		}
		return yes
	}
	if n := took(noon, 100); n != 60 {
		t.Errorf("%d at once", n)
	}
	if n := took(noon.Add(10*time.Second), 100); n != 10 {
		t.Errorf("%d ten seconds later", n)
	}
	if n := took(noon.Add(-time.Hour), 100); n != 0 {
		t.Errorf("%d when the clock goes back", n)
	}
	if n := took(noon.Add(time.Hour), 1000); n != 60 {
		t.Errorf("%d an hour later", n)
	}
	if !r.Take(Hook{Name: "b", Rate: 1}, noon) {
		t.Error("another hook has to wait")
	}
}
