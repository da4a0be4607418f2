package security_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"text/template"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
	"prentice/internal/skill/security"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	key  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	pub  = key.Public().(ed25519.PublicKey)
)

// book is a ledger and a team as small as they can be; it remembers what it was
// asked for.
type book struct {
	lines  []prentice.Evidence
	report ledger.Report
	filter ledger.Filter
	tokens []identity.TokenRecord
	asked  []identity.TokenRequest
	of     []string
	notes  []prentice.Note
}

func (b *book) Head(context.Context) (ledger.Head, error) {
	return ledger.Head{Seq: 7, SignedSeq: 5, SignedAt: noon, Time: noon, KeyID: dsse.KeyID(pub), PublicKeyPEM: string(dsse.EncodePublic(pub))}, nil
}
func (b *book) List(_ context.Context, f ledger.Filter) ([]prentice.Evidence, error) {
	b.filter = f
	return b.lines, nil
}
func (b *book) Thread(context.Context, prentice.Ref) ([]prentice.Evidence, error) {
	return b.lines, nil
}
func (b *book) Show(context.Context, int64) (prentice.Evidence, error) { return b.lines[0], nil }
func (b *book) VerifyChain(context.Context) (ledger.Report, error) {
	return b.report, nil
}
func (b *book) Export(context.Context, time.Time, ledger.Range) (dsse.Envelope, error) {
	return dsse.Sign(key, "text/plain", []byte("x")), nil
}
func (b *book) AddPerson(_ context.Context, name string, role prentice.Role) (identity.PersonRecord, error) {
	return identity.PersonRecord{Name: name, Role: role}, nil
}
func (b *book) SetRole(_ context.Context, name string, role prentice.Role) (identity.PersonRecord, error) {
	return identity.PersonRecord{Name: name, Role: role}, nil
}
func (b *book) RemovePerson(context.Context, string) error { return nil }
func (b *book) People(context.Context) ([]identity.PersonRecord, error) {
	return []identity.PersonRecord{{Name: "ann", Role: prentice.Owner, Created: noon, Seen: noon}, {Name: "bob", Role: prentice.Viewer}}, nil
}
func (b *book) Link(context.Context, string, prentice.Actor) (string, time.Time, error) {
	return "c0de", noon.Add(15 * time.Minute), nil
}
func (b *book) AddKey(_ context.Context, r identity.TokenRequest, line string) (identity.TokenRecord, error) {
	return identity.TokenRecord{ID: 4, Name: r.Name, Kind: r.Kind, Person: r.Person, Role: r.Role, SSH: "SHA256:" + line}, nil
}

func (b *book) CreateToken(_ context.Context, r identity.TokenRequest) (string, identity.TokenRecord, error) {
	b.asked = append(b.asked, r)
	return "prt_secret", identity.TokenRecord{ID: 3, Name: r.Name, Kind: r.Kind, Person: r.Person, Role: r.Role, Expires: noon.Add(r.Lasts)}, nil
}
func (b *book) Person(_ context.Context, name string) (identity.PersonRecord, error) {
	return identity.PersonRecord{Name: name, Role: prentice.Viewer}, nil
}
func (b *book) Grant(_ context.Context, name string, g prentice.Grant) (identity.PersonRecord, error) {
	return identity.PersonRecord{Name: name, Role: prentice.Viewer, Grants: []prentice.Grant{g}}, nil
}
func (b *book) RevokeGrant(_ context.Context, name string, _ prentice.Ref) (identity.PersonRecord, error) {
	return identity.PersonRecord{Name: name, Role: prentice.Viewer}, nil
}
func (b *book) ListSessions(_ context.Context, person string) ([]identity.SessionRecord, error) {
	b.of = append(b.of, person)
	return nil, nil
}
func (b *book) RevokeSession(_ context.Context, _, person string) (string, error) {
	b.of = append(b.of, person)
	return "bob", nil
}
func (b *book) Account(_ context.Context, name string) (identity.AccountRecord, error) {
	return identity.AccountRecord{Person: name}, nil
}
func (b *book) Readmit(context.Context, string) error { return nil }

func (b *book) BeginTOTP(context.Context, string, identity.Proof) (string, string, error) {
	return "SECRET", "otpauth://totp/x", nil
}
func (b *book) Confirm(context.Context, string, prentice.Actor) ([]identity.Factor, error) {
	return []identity.Factor{{Kind: "password", Behind: []prentice.Ref{"person/olga"}}}, nil
}
func (b *book) SetPassword(context.Context, string, string, string, []prentice.Ref) ([]string, error) {
	return []string{"aaaa-bbbb"}, nil
}
func (b *book) BeginPasskey(context.Context, string, string, identity.Proof) (identity.Ceremony, error) {
	return identity.Ceremony{Ceremony: "c", Options: json.RawMessage("{}")}, nil
}
func (b *book) AddPasskey(_ context.Context, _ string, in identity.CeremonyAnswer) (identity.PasskeyRecord, error) {
	return identity.PasskeyRecord{ID: "k", Name: in.Name}, nil
}
func (b *book) RemovePasskey(context.Context, string, string, identity.Proof) error { return nil }

func (b *book) Prove(context.Context, string, identity.Proof) error { return nil }
func (b *book) ResetPerson(context.Context, string) error           { return nil }
func (b *book) Tokens(_ context.Context, person string) ([]identity.TokenRecord, error) {
	b.of = append(b.of, person)
	return b.tokens, nil
}
func (b *book) RevokeToken(_ context.Context, _ int64, person string) error {
	b.of = append(b.of, person)
	return nil
}

func (b *book) deps() security.Deps {
	return security.Deps{
		Ledger: b, People: b, Clock: func() time.Time { return noon },
		Record:  func(_ context.Context, n prentice.Note) error { b.notes = append(b.notes, n); return nil },
		Address: func(code string) string { return "http://127.0.0.1:7400/sign-in/" + code },
		Verify: func(file []byte, with ed25519.PublicKey) (ledger.Report, error) {
			r := b.report
			r.OK = string(file) == "good" && with.Equal(pub)
			return r, nil
		},
	}
}

var (
	ann   = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner, Door: "cli"}
	bob   = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Operator, Door: "cli"}
	robot = prentice.Actor{Kind: prentice.Agent, Name: "ann", Role: prentice.Operator, Door: "api"} // named like a person
)

func ask(t *testing.T, b *book, by prentice.Actor, name, in string) (any, error) {
	t.Helper()
	for _, o := range security.New(b.deps()).Ops {
		if o.Name == name {
			input, err := o.Typed(json.RawMessage(in), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			return o.Do(ctx, op.Call{Actor: by, Now: noon}, input)
		}
	}
	t.Fatalf("no operation %s", name)
	return nil, nil
}

func text(t *testing.T, b *book, by prentice.Actor, name, in string) string {
	t.Helper()
	out, err := ask(t, b, by, name, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.(op.Texter).Text()
}

func TestTheSkillCanBeDescribedWithNothingBehindIt(t *testing.T) {
	s := security.New(security.Deps{})
	secret := map[string]bool{}
	for _, o := range s.Ops {
		if o.Summary == "" || !strings.HasPrefix(o.Example, "prentice "+strings.ReplaceAll(o.Name, ".", " ")) {
			t.Errorf("%s: summary %q, example %q", o.Name, o.Summary, o.Example)
		}
		for _, f := range o.Fields() {
			if f.Doc == "" {
				t.Errorf("%s: %s says nothing of itself", o.Name, f.Name)
			}
		}
		secret[o.Name] = o.Secret
	}
	for _, name := range []string{"person.add", "person.link", "token.create"} {
		if !secret[name] {
			t.Errorf("%s is not marked as showing a secret", name)
		}
	}
	facts, err := s.Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if page := explained(t, s.Explain, facts); !strings.Contains(page, "I have no evidence") {
		t.Errorf("explained with nothing: %s", page)
	}
}

func TestTheSkillIsExplainedFromTheTeamsOwnData(t *testing.T) {
	b := &book{tokens: []identity.TokenRecord{
		{ID: 1, Name: "old", Kind: prentice.Agent, Person: "ann", Created: noon.AddDate(0, -2, 0), Expires: noon.AddDate(0, 1, 0)},
		{ID: 2, Name: "short", Kind: prentice.Person, Person: "bob", Created: noon, Expires: noon.AddDate(0, 0, 3)},
		{ID: 3, Name: "cli", Kind: prentice.Person, Person: "ann", Created: noon, Seen: noon},
	}}
	s := security.New(b.deps())
	facts, err := s.Facts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	page := explained(t, s.Explain, facts)
	for _, want := range []string{
		"has 7 lines", "covers line 5", "2 lines are younger", dsse.KeyID(pub), "person/ann: owner, last seen", "person/bob: viewer, never seen",
		"3 tokens, 1 of them", "one owner only", "30 days, so consider `prentice token revoke`:\n- token/1 (old", "within 14 days:\n- token/2 (short", "Never expire:\n- token/3 (cli",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in:\n%s", want, page)
		}
	}
}

func explained(t *testing.T, with string, facts any) string {
	t.Helper()
	parsed, err := template.New("explain").Option("missingkey=error").Parse(with)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := parsed.Execute(&b, facts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestATokenCanDoNoMoreThanWhoAsksForIt(t *testing.T) {
	asViewer := ann
	asViewer.Role = prentice.Viewer // ann, with a token that may less than she
	for _, c := range []struct {
		name string
		by   prentice.Actor
		in   string
		kind prentice.Kind
	}{
		{"above one's role", bob, `{"name":"x","role":"approver"}`, prentice.Denied},
		{"above the role of the token that asks", asViewer, `{"name":"x","role":"operator"}`, prentice.Denied},
		{"for another person, without being an owner", bob, `{"name":"x","role":"viewer","for":"ann"}`, prentice.Denied},
		{"by a program", robot, `{"name":"x","role":"viewer"}`, prentice.Denied},
		{"for no time", ann, `{"name":"x","role":"viewer","lasts":"0d"}`, prentice.Invalid},
		{"for a word", ann, `{"name":"x","role":"viewer","lasts":"soon"}`, prentice.Invalid},
	} {
		b := &book{}
		if _, err := ask(t, b, c.by, "token.create", c.in); prentice.KindOf(err) != c.kind || prentice.HintOf(err) == "" || len(b.asked) > 0 {
			t.Errorf("%s: %v, %v", c.name, err, b.asked)
		}
	}
}

func TestATokenIsShownOnceAndWrittenDownWithoutItsValue(t *testing.T) {
	b := &book{}
	out := text(t, b, bob, "token.create", `{"name":"ci","role":"operator","kind":"agent","lasts":"30d"}`)
	if !strings.Contains(out, "\nprt_secret\n") || !strings.Contains(out, "agent ci") {
		t.Error(out)
	}
	want := identity.TokenRequest{Name: "ci", Kind: prentice.Agent, Person: "bob", Role: prentice.Operator, Lasts: 30 * 24 * time.Hour}
	if len(b.asked) == 1 {
		if b.asked[0].By.Ref() != "person/bob" {
			t.Errorf("made by %s", b.asked[0].By.Ref())
		}
		b.asked[0].By = prentice.Actor{}
	}
	if len(b.asked) != 1 || !reflect.DeepEqual(b.asked[0], want) {
		t.Errorf("asked for %+v", b.asked)
	}
	raw, err := json.Marshal(b.notes)
	if err != nil || !strings.Contains(string(raw), `"token/3"`) || !strings.Contains(string(raw), `"person/bob"`) || strings.Contains(string(raw), "secret") {
		t.Errorf("written down: %s, %v", raw, err)
	}
	text(t, b, ann, "token.create", `{"name":"x","role":"viewer","for":"bob"}`)
	if b.asked[1].Person != "bob" {
		t.Errorf("an owner asked for bob and got %+v", b.asked[1])
	}
}

func TestOnlyOwnersSeeAndEndTheTokensOfOthers(t *testing.T) {
	for _, name := range []string{"token.list", "token.revoke"} {
		in := map[string]string{"token.list": "{}", "token.revoke": `{"id":3}`}[name]
		b := &book{}
		for _, by := range []prentice.Actor{ann, bob} {
			if _, err := ask(t, b, by, name, in); err != nil {
				t.Errorf("%s by %s: %v", name, by.Name, err)
			}
		}
		if len(b.of) != 2 || b.of[0] != "" || b.of[1] != "bob" {
			t.Errorf("%s looked at the tokens of %q", name, b.of)
		}
		if _, err := ask(t, b, robot, name, in); prentice.KindOf(err) != prentice.Denied || len(b.of) != 2 {
			t.Errorf("%s by an agent that is named like a person: %v", name, err)
		}
	}
}

func TestAPersonComesInByALink(t *testing.T) {
	b := &book{}
	if out := text(t, b, ann, "person.add", `{"name":"eve","role":"viewer"}`); !strings.HasSuffix(out, "\nhttp://127.0.0.1:7400/sign-in/c0de\n") {
		t.Error(out)
	}
	text(t, b, ann, "person.link", `{"name":"eve"}`)
	text(t, b, ann, "person.role", `{"name":"eve","role":"owner"}`)
	text(t, b, ann, "person.remove", `{"name":"eve"}`)
	var kinds []string
	for _, n := range b.notes {
		kinds = append(kinds, n.Kind)
		if n.Actor != "person/ann" || n.Refs[0] != "person/eve" {
			t.Errorf("%+v", n)
		}
	}
	if got := strings.Join(kinds, " "); got != "person.added person.link-made person.role-changed person.removed" {
		t.Errorf("written down: %s", got)
	}
}

func TestWhatCouldNotBeWrittenDownIsSaid(t *testing.T) {
	b := &book{}
	d := b.deps()
	d.Record = func(context.Context, prentice.Note) error {
		return prentice.Errorf(prentice.Unavailable, "the disk is full")
	}
	for _, o := range security.New(d).Ops {
		if o.Name == "person.remove" {
			in, _ := o.Typed(json.RawMessage(`{"name":"bob"}`), time.Time{})
			if _, err := o.Do(ctx, op.Call{Actor: ann, Now: noon}, in); prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "it was done") {
				t.Errorf("%v", err)
			}
		}
	}
}

func TestAFileThatDoesNotVerifyEndsWithItsOwnCode(t *testing.T) {
	b := &book{report: ledger.Report{About: "run/41", Lines: 7, First: 2, Last: 9, SignedSeq: 10, KeyID: dsse.KeyID(pub), From: noon, Until: noon, SignedAt: noon,
		Faults: []ledger.Fault{{Seq: 4, Says: "line 4 was changed", Try: "do not rely on this file"}}, FaultsInAll: 30}}
	pem, err := json.Marshal(string(dsse.EncodePublic(pub)))
	if err != nil {
		t.Fatal(err)
	}
	for file, code := range map[string]int{"good": 0, "bad": op.NotWell} {
		out, err := ask(t, b, bob, "evidence.verify", `{"file":"`+file+`","key":`+string(pem)+`}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.(op.Ender).ExitCode(); got != code {
			t.Errorf("%s: exit code %d, want %d", file, got, code)
		}
		said := out.(op.Texter).Text()
		if code == 0 && !strings.Contains(said, "Verified: run/41. The file holds 7 lines") {
			t.Error(said)
		}
		if code != 0 && (!strings.Contains(said, "NOT VERIFIED") || !strings.Contains(said, "Line 4 was changed") || !strings.Contains(said, "And 29 more") || !strings.Contains(said, "What to do: do not rely")) {
			t.Error(said)
		}
	}
	if _, err := ask(t, b, bob, "evidence.verify", `{"file":"good","key":"x"}`); prentice.KindOf(err) != prentice.Invalid || prentice.HintOf(err) == "" {
		t.Errorf("a key that is none: %v", err)
	}
}

func TestACheckedLedgerSaysWhatWasLookedAt(t *testing.T) {
	b := &book{report: ledger.Report{OK: true, Lines: 7, First: 1, Last: 7, Checkpoints: 1, SignedSeq: 5, From: noon, Until: noon, SignedAt: noon}}
	if said := text(t, b, bob, "evidence.check", "{}"); !strings.Contains(said, "7 lines") || !strings.Contains(said, "covers every line up to 5") {
		t.Error(said)
	}
	b.report = ledger.Report{OK: true}
	if said := text(t, b, bob, "evidence.check", "{}"); !strings.Contains(said, "empty") {
		t.Error(said)
	}
	b.report = ledger.Report{}
	if out, _ := ask(t, b, bob, "evidence.check", "{}"); out.(op.Ender).ExitCode() != op.NotWell {
		t.Error("a report that says nothing passed")
	}
}

func TestEvidenceIsListedByPagesAndToldInOneLine(t *testing.T) {
	b := &book{lines: []prentice.Evidence{
		{Seq: 9, Time: noon, Kind: "run.ended", Actor: "self/prentice", Refs: []prentice.Ref{"run/41", "service/checkout"}, Data: json.RawMessage(`{"says":"quiet for 2 min","state":"verified"}`)},
		{Seq: 8, Time: noon, Kind: "step.applied", Actor: "self/prentice", Data: json.RawMessage(`{"code":0,"step":"restart"}`)},
	}}
	out, err := ask(t, b, bob, "evidence.list", `{"ref":"run/41","limit":2}`)
	if err != nil {
		t.Fatal(err)
	}
	if next := out.(op.Pager).Next(); next != "8" || b.filter.Ref != "run/41" {
		t.Errorf("next %q after %+v", next, b.filter)
	}
	_, rows := out.(op.Tabler).Table()
	if rows[0][5] != "quiet for 2 min" || rows[0][4] != "run/41, service/checkout" || rows[1][5] != "code 0, step restart" {
		t.Errorf("rows %q", rows)
	}
	if out, _ := ask(t, b, bob, "evidence.list", `{}`); out.(op.Pager).Next() != "" {
		t.Error("a page that is not full has a next one")
	}
	if _, err := ask(t, b, bob, "evidence.list", `{"ref":"x"}`); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a ref that is none: %v", err)
	}
	if said := text(t, b, bob, "evidence.show", `{"seq":9}`); !strings.Contains(said, `"state": "verified"`) || !strings.Contains(said, "the first line") {
		t.Error(said)
	}
}

func TestAnExportAndTheKeyArePrintedAsTheirFiles(t *testing.T) {
	b := &book{}
	out, err := ask(t, b, bob, "evidence.export", `{"ref":"run/41"}`)
	if err != nil {
		t.Fatal(err)
	}
	e, err := dsse.Decode([]byte(out.(op.Texter).Text()))
	if err != nil || string(out.(op.Exact).Canonical()) != out.(op.Texter).Text() {
		t.Fatal(err)
	}
	pem := text(t, b, bob, "evidence.key", "{}")
	with, err := dsse.ParsePublic([]byte(pem))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Open(with, "text/plain"); err != nil {
		t.Error(err)
	}
	raw, err := json.Marshal(out)
	if err != nil || string(raw)+"\n" != out.(op.Texter).Text() {
		t.Errorf("as JSON over the API it is another file: %s, %v", raw, err)
	}
}

func TestEverybodyCanAskWhoTheyAre(t *testing.T) {
	if said := text(t, &book{}, bob, "whoami", "{}"); said != "You are person/bob, with the role operator, through cli." {
		t.Error(said)
	}
}

func TestATokenChangesNothingOfHowItsPersonSignsIn(t *testing.T) {
	byToken := ann
	byToken.Token = 7
	for _, name := range []string{"account.totp", "account.password", "account.ask-passkey", "account.add-passkey", "account.forget-passkey"} {
		for _, who := range []prentice.Actor{byToken, robot} {
			if _, err := ask(t, &book{}, who, name, `{}`); prentice.KindOf(err) != prentice.Denied {
				t.Errorf("%s by %s: %v", name, who.Ref(), err)
			}
		}
		if _, err := ask(t, &book{}, ann, name, `{}`); err != nil {
			t.Errorf("%s by herself: %v", name, err)
		}
	}
}
