package prentice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestZeroValuesAreTheSafeOnes(t *testing.T) {
	var (
		risk    prentice.Risk
		verdict prentice.Verdict
		kind    prentice.Kind
		actor   prentice.Actor
		role    prentice.Role
		state   prentice.State
		answer  prentice.Outcome
	)
	for what, ok := range map[string]bool{
		"a step no one classified is dangerous":     risk == prentice.Danger,
		"a decision no one took is a refusal":       verdict == prentice.Refuse,
		"an error no one classified is our fault":   kind == prentice.Internal,
		"an actor no one named is no one":           !actor.Known(),
		"a role no one gave includes nothing":       !role.Includes(prentice.Viewer) && !role.Includes(role),
		"no role includes one that does not exist":  !prentice.Owner.Includes("god"),
		"a state no one set is not an end":          !state.Ended() && !state.Known(),
		"an outcome no one filled in is not well":   !answer.OK,
		"the worse of danger and look is danger":    prentice.Look.Worse(prentice.Danger) == prentice.Danger,
		"an owner may what an approver may":         prentice.Owner.Includes(prentice.Approver),
		"an operator may not what an approver may":  !prentice.Operator.Includes(prentice.Approver),
		"there are eight end states, and each ends": len(prentice.EndStates()) == 8,
	} {
		if !ok {
			t.Errorf("broken: %s", what)
		}
	}
}

func TestRefsAreNothingButAKindAndAName(t *testing.T) {
	for s, ok := range map[string]bool{
		"service/checkout": true, "run/7": true, "person/ann@example.org": true, "host/web-1.eu": true,
		"": false, "service": false, "service/": false, "/checkout": false, "service/../x": false, "service/-rf": false,
		"service/a b": false, "service/$(id)": false, "Service/x": false, "service/a/b": false, "service/é": false,
		"service/" + strings.Repeat("x", 300): false, "service/a\n": false,
	} {
		if _, err := prentice.ParseRef(s); (err == nil) != ok {
			t.Errorf("ParseRef(%.40q): %v", s, err)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("service/checkout")
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := prentice.ParseRef(s)
		if err == nil && (string(ref) != s || prentice.NewRef(ref.Kind(), ref.Name()) != ref || strings.ContainsAny(s, " \t\n'\"`$;&|<>\\*?[]{}()!#~")) {
			t.Errorf("ParseRef(%q) = %q", s, ref)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("the error for a hostile ref has %d bytes", len(err.Error()))
		}
	})
}

// The cases of strings and keys are those of RFC 8785, sections 3.2.2.2 and 3.2.3.
func TestCanonicalJSONIsTheOneOfRFC8785(t *testing.T) {
	for in, want := range map[string]string{
		` { "b" : [ 1 , true , null ] , "a" : "x" } `:                  `{"a":"x","b":[1,true,null]}`,
		"\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"": "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"",
		`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`: "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		`1e2`: `100`, `-3`: `-3`, `9007199254740992`: `9007199254740992`, `""`: `""`, `{}`: `{}`, `[]`: `[]`,
	} {
		got, err := prentice.CanonicalJSON([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("CanonicalJSON(%s)\n got %s\nwant %s (%v)", in, got, want, err)
		}
	}
	for _, bad := range []string{``, `{`, `1.5`, `9007199254740993`, `1e400`, `{} {}`, `nul`} {
		if got, err := prentice.CanonicalJSON([]byte(bad)); err == nil {
			t.Errorf("CanonicalJSON(%s) = %s, want an error", bad, got)
		}
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	f.Add([]byte(`{"b":[1,"x\u2028"],"a":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := prentice.CanonicalJSON(raw)
		if err != nil {
			return
		}
		twice, err := prentice.CanonicalJSON(once)
		if err != nil || string(once) != string(twice) {
			t.Errorf("canonical once %q, twice %q (%v)", once, twice, err)
		}
	})
}

func TestAPlansHashChangesWithEveryField(t *testing.T) {
	base := prentice.Plan{Format: 1, Procedure: "p", Risk: prentice.Change, Targets: []prentice.Target{{Ref: "host/a", Local: true}},
		Limits: prentice.PlanLimits{MaxTargets: 1, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"},
		Steps:  []prentice.PlannedStep{{ID: "s", Section: prentice.Act, Kind: "sh", Body: "true"}}}
	seen := map[string]string{base.Hash(): "nothing"}
	for what, change := range map[string]func(*prentice.Plan){
		"the procedure": func(p *prentice.Plan) { p.Procedure = "q" },
		"a target":      func(p *prentice.Plan) { p.Targets = []prentice.Target{{Ref: "host/b", Local: true}} },
		"a command": func(p *prentice.Plan) {
			p.Steps = []prentice.PlannedStep{{ID: "s", Section: prentice.Act, Kind: "sh", Body: "false"}}
		},
		"a limit":     func(p *prentice.Plan) { p.Limits.MaxTargets = 2 },
		"an input":    func(p *prentice.Plan) { p.Inputs = map[string]string{"a": "b"} },
		"the risk":    func(p *prentice.Plan) { p.Risk = prentice.Danger },
		"the secrets": func(p *prentice.Plan) { p.Secrets = []string{"token"} },
		"the digest":  func(p *prentice.Plan) { p.Digest = "sha256:x" },
	} {
		p := base
		change(&p)
		if other, taken := seen[p.Hash()]; taken {
			t.Errorf("changing %s gives the hash of changing %s", what, other)
		}
		seen[p.Hash()] = what
	}
	var back prentice.Plan
	if err := json.Unmarshal(base.Canonical(), &back); err != nil || back.Hash() != base.Hash() {
		t.Errorf("a plan read back has hash %s, not %s (%v)", back.Hash(), base.Hash(), err)
	}
	if _, _, _, err := (prentice.PlanLimits{Cooldown: "soon"}).Times(); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a forged limit gives %v", err)
	}
}

func TestEvidenceIsSealedOverAllOfIt(t *testing.T) {
	e := prentice.Evidence{Seq: 3, Time: time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("x", 3600)), Kind: "run.planned", Actor: "person/ann", Refs: []prentice.Ref{"run/1"}, Data: json.RawMessage(`{"b":1,"a":2}`), Prev: "sha256:x"}
	sealed, err := e.Sealed()
	if err != nil {
		t.Fatal(err)
	}
	again, err := sealed.Sealed()
	if err != nil || again.Hash != sealed.Hash {
		t.Errorf("sealing twice gives %s and %s (%v)", sealed.Hash, again.Hash, err)
	}
	e.Actor = "person/bob"
	if other, err := e.Sealed(); err != nil || other.Hash == sealed.Hash {
		t.Errorf("another actor has the same hash (%v)", err)
	}
	e.Data = json.RawMessage(`{"a":1.5}`)
	if _, err := e.Sealed(); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a number without a canonical form gives %v", err)
	}
}

// A line that was sealed by any version keeps its hash: that of the canonical form of
// its JSON.
func TestEvidenceIsSealedOverTheCanonicalFormOfItsJSON(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	for what, e := range map[string]prentice.Evidence{
		"nothing":    {},
		"all of it":  {Seq: 3, Time: at, Kind: "run.planned", Actor: "person/ann", Refs: []prentice.Ref{"run/1", "host/a"}, Data: json.RawMessage(`{"b":[1,true,null],"a":{"€":"<&>"}}`), Prev: "sha256:x"},
		"no refs":    {Seq: 1 << 53, Time: at, Refs: []prentice.Ref{}, Data: json.RawMessage("null")},
		"odd texts":  {Seq: -1, Time: at, Kind: "\x00\n\"\\<>&\u2028\xff😀", Actor: "\u007f", Refs: []prentice.Ref{"\x1b", "é"}},
		"whole time": {Time: at.Truncate(time.Hour)},
	} {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := prentice.CanonicalJSON(raw)
		if err != nil {
			t.Fatal(err)
		}
		if sealed, err := e.Sealed(); err != nil || sealed.Hash != prentice.Digest(canonical) {
			t.Errorf("%s: sealed as %s (%v), not %s of %s", what, sealed.Hash, err, prentice.Digest(canonical), canonical)
		}
	}
	for what, e := range map[string]prentice.Evidence{
		"a number beyond 2^53": {Seq: 1<<53 + 1}, "a year of five digits": {Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "data that is cut": {Data: json.RawMessage("{")},
	} {
		if _, err := e.Sealed(); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s is sealed: %v", what, err)
		}
	}
}

// formedText and formedLater say themselves what their JSON is, the second only where it
// has an address.
type (
	formedText  string
	formedLater string
)

func (formedText) MarshalText() ([]byte, error)   { return []byte("said <so>"), nil }
func (*formedLater) MarshalJSON() ([]byte, error) { return []byte(`{"b":1,"a":2}`), nil }

func TestTheCanonicalFormOfAValueIsThatOfItsJSON(t *testing.T) {
	type text string
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("x", 3600))
	one := int64(1)
	for _, v := range []any{
		nil, "", "a\x00\n\"\\<>&\u2028\xff😀é", text("x"), prentice.Waiting, prentice.Change, true, 7, int8(-3), int64(1) << 53, uint8(4), 2.0, json.Number("12"), json.RawMessage(`{"b": 1, "a":[]}`), at, time.Second, &one, (*int64)(nil),
		[]string(nil), []string{}, []any{1, "a", nil, []prentice.Ref{"run/1"}}, []byte("abc"), [2]int{1, 2}, []prentice.Actor{{Kind: prentice.Person, Name: "ann"}}, []formedLater{"x"}, []formedText{"x"},
		map[string]any(nil), map[string]any{}, map[prentice.Ref]int{"b/x": 1, "a/x": 2}, map[int]string{2: "b", 1: "a"}, map[formedText]int{"x": 1}, map[string]formedLater{"x": "y"},
		map[string]any{"é": 1, "😀": 2, "\uffff": 3, "z": map[string]string{"b": "", "a": "<"}, "step": &prentice.PlannedStep{ID: "x"}, "none": (*prentice.PlannedStep)(nil), "e": any(nil)},
	} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		want, err := prentice.CanonicalJSON(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := prentice.CanonicalOf(v); err != nil || string(got) != string(want) {
			t.Errorf("%#v is %s (%v), not %s", v, got, err, want)
		}
	}
	for _, v := range []any{1.5, int64(1)<<53 + 1, []any{json.Number("1.5")}, map[string]any{"a": math.NaN()}, make(chan int)} {
		if got, err := prentice.CanonicalOf(v); err == nil {
			t.Errorf("%v has a canonical form: %s", v, got)
		}
	}
}

func TestErrorsKeepKindHintPlaceAndCause(t *testing.T) {
	err := fmt.Errorf("read the team: %w", prentice.Errorf(prentice.NotFound, "no file %s: %w", "x.md", fs.ErrNotExist).Try("make %s", "it").In(prentice.Pos{File: "x.md", Line: 3, Column: 9}))
	if prentice.KindOf(err) != prentice.NotFound || prentice.HintOf(err) != "make it" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("kind %s, hint %q, cause %v", prentice.KindOf(err), prentice.HintOf(err), errors.Is(err, fs.ErrNotExist))
	}
	if want := "read the team: x.md:3:9: no file x.md: file does not exist: make it"; err.Error() != want {
		t.Errorf("got %q\nwant %q", err, want)
	}
	if prentice.KindOf(errors.New("x")) != prentice.Internal || prentice.HintOf(nil) != "" {
		t.Error("a stranger's error has a kind or a hint")
	}
}

func TestEventsAreRefusedBeforeTheyAreKept(t *testing.T) {
	good := prentice.Event{ID: "1", Source: "monitor/eu-1", Type: "probe.failed", Subject: "service/checkout", Data: json.RawMessage(`{"n":1}`)}
	if err := good.Check(); err != nil {
		t.Errorf("a good event: %v", err)
	}
	for what, c := range map[string]struct {
		change func(*prentice.Event)
		kind   prentice.Kind
	}{
		"no id":               {func(e *prentice.Event) { e.ID = "" }, prentice.Invalid},
		"no source":           {func(e *prentice.Event) { e.Source = "" }, prentice.Invalid},
		"a type with a space": {func(e *prentice.Event) { e.Type = "probe failed" }, prentice.Invalid},
		"a subject of shell":  {func(e *prentice.Event) { e.Subject = "service/$(id)" }, prentice.Invalid},
		"data that is cut":    {func(e *prentice.Event) { e.Data = json.RawMessage(`{"n":`) }, prentice.Invalid},
		"data without end":    {func(e *prentice.Event) { e.Data = make([]byte, prentice.MaxEventBytes+1) }, prentice.Limited},
	} {
		e := good
		c.change(&e)
		if err := e.Check(); prentice.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v, want kind %s", what, err, c.kind)
		}
	}
}

func TestAnErrorKeepsEveryCause(t *testing.T) {
	inner := prentice.Errorf(prentice.NotFound, "no such disk").Try("mount it")
	err := prentice.Errorf(prentice.Unavailable, "%d%% done: %w (after %w)", 50, fs.ErrPermission, inner)
	if err.Error() != "50% done: permission denied (after no such disk: mount it)" {
		t.Errorf("it says %q", err)
	}
	if !errors.Is(err, fs.ErrPermission) || !errors.Is(err, inner) || prentice.KindOf(err) != prentice.Unavailable || prentice.HintOf(err) != "mount it" {
		t.Errorf("causes are lost: %v, %v, %q", errors.Is(err, fs.ErrPermission), errors.Is(err, inner), prentice.HintOf(err))
	}
	for name, err := range map[string]error{
		"one cause":   prentice.Errorf(prentice.Invalid, "read: %w", fs.ErrNotExist),
		"nothing yet": prentice.NothingDone(prentice.Errorf(prentice.Unavailable, "read: %w", fs.ErrNotExist)),
		"a bare one":  prentice.NothingDone(fs.ErrNotExist),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the cause is lost of %v", name, err)
		}
	}
	if err := prentice.Errorf(prentice.Invalid, "write %%w for a cause"); err.Error() != "write %w for a cause" || errors.Unwrap(err) != nil {
		t.Errorf("it says %q", err)
	}
}
