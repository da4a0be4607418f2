package design_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/design"
	"prentice/internal/team"
)

// shop is checkout, which needs payments and consumes what orders provides;
// payments keeps its data in db, which stands on one host. Orders runs on two.
func shop() *team.Catalog {
	a, b := team.Host{Ref: "host/a", Address: "a.example"}, team.Host{Ref: "host/b", Local: true}
	return &team.Catalog{
		Entities: []team.Entity{
			{Ref: "api/orders", Kind: "API", Provides: nil},
			{Ref: "group/platform", Kind: "Group", Members: []string{"ann", "bob"}},
			{Ref: "host/a", Kind: "Resource", Type: "host", Owner: "group/platform"},
			{Ref: "host/b", Kind: "Resource", Type: "host", Owner: "group/platform"},
			{Ref: "resource/db", Kind: "Resource", Type: "database", DependsOn: []prentice.Ref{"host/a"}},
			{Ref: "service/checkout", Kind: "Component", Type: "service", Title: "Checkout", Owner: "group/platform", System: "system/shop", DependsOn: []prentice.Ref{"service/payments"}, Consumes: []prentice.Ref{"api/orders"}, At: prentice.Pos{File: "catalog-info.yaml", Line: 5, Column: 9}},
			{Ref: "service/orders", Kind: "Component", Type: "service", Owner: "group/platform", Provides: []prentice.Ref{"api/orders"}},
			{Ref: "service/payments", Kind: "Component", Type: "service", Owner: "group/platform", DependsOn: []prentice.Ref{"resource/db"}},
			{Ref: "system/shop", Kind: "System"},
		},
		Services: []team.Service{
			{Ref: "service/checkout", Owner: "group/platform", DependsOn: []prentice.Ref{"service/payments"}, Run: "checkout"},
			{Ref: "service/orders", Owner: "group/platform", Hosts: []team.Host{a, b}, Run: "orders", Probes: []prentice.Probe{{Name: "health", Kind: "tcp"}}},
			{Ref: "service/payments", Owner: "group/platform", Hosts: []team.Host{b}, Unit: "payments", DependsOn: []prentice.Ref{"resource/db"}, Probes: []prentice.Probe{{Name: "health", Kind: "tcp"}}},
		},
		Hosts: []team.Host{a, b},
	}
}

func chapter() skill.Skill { return design.New(design.Deps{Catalog: shop}) }

// do asks an operation with JSON, as a face does.
func do(t *testing.T, s skill.Skill, name, in string) (any, error) {
	t.Helper()
	i := slices.IndexFunc(s.Ops, func(o op.Op) bool { return o.Name == name })
	if i < 0 {
		t.Fatalf("there is no operation %s", name)
	}
	input, err := s.Ops[i].Typed(json.RawMessage(in), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return s.Ops[i].Do(context.Background(), op.Call{}, input)
}

func TestWhatBreaksIsFoundThroughEveryKindOfNeed(t *testing.T) {
	for _, c := range []struct {
		name string
		ref  prentice.Ref
		want string
	}{
		{"a host takes what stands on it, nearest first", "host/a", "resource/db service/payments service/checkout"},
		{"the only host of a service takes the service", "host/b", "service/payments service/checkout"},
		{"who provides an API takes those who consume it", "service/orders", "api/orders service/checkout"},
		{"nothing is known to need the last in the chain", "service/checkout", ""},
		{"an entity that is not there breaks nothing", "service/x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range design.Dependants(shop(), c.ref) {
				got = append(got, string(d.Ref))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("if %s breaks: %v, want %s", c.ref, got, c.want)
			}
		})
	}
}

func TestARingOfNeedsComesToAnEnd(t *testing.T) {
	ring := &team.Catalog{Entities: []team.Entity{
		{Ref: "service/a", DependsOn: []prentice.Ref{"service/b"}},
		{Ref: "service/b", DependsOn: []prentice.Ref{"service/a"}},
	}}
	if got := design.Dependants(ring, "service/a"); len(got) != 1 || got[0].Ref != "service/b" {
		t.Errorf("got %+v", got)
	}
}

func TestShowNamesTheWay(t *testing.T) {
	out, err := do(t, chapter(), "catalog.show", `{"ref":"host/a"}`)
	if err != nil {
		t.Fatal(err)
	}
	text := out.(op.Texter).Text()
	for _, want := range []string{
		"host/a\n", "address      a.example\n", "runs         service/orders\n", "owner        group/platform\n",
		"What breaks with it\n  resource/db (directly)\n  service/payments (through resource/db)\n  service/checkout (through resource/db, service/payments)\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

func TestShowTellsTheFactsOfAService(t *testing.T) {
	out, err := do(t, chapter(), "catalog.show", `{"ref":"checkout"}`)
	if err != nil {
		t.Fatal(err)
	}
	text := out.(op.Texter).Text()
	for _, want := range []string{
		"service/checkout · Checkout\n", "system       system/shop\n", "run          checkout\n", "hosts        none: no procedure can touch it\n",
		"needs        service/payments\n", "declared at  catalog-info.yaml:5:9\n", "Nothing is known to need it.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}

func TestABareNameThatTwoHaveIsNotGuessed(t *testing.T) {
	_, err := do(t, chapter(), "catalog.show", `{"ref":"orders"}`)
	if err == nil || !strings.Contains(err.Error(), "write api/orders or service/orders") {
		t.Errorf("got %v", err)
	}
}

func TestAMisspeltNameGetsTheNearest(t *testing.T) {
	for in, want := range map[string]string{"service/chekout": "service/checkout", "chekout": "checkout"} {
		if _, err := do(t, chapter(), "catalog.show", `{"ref":"`+in+`"}`); err == nil || !strings.Contains(err.Error(), "did you mean "+want+"?") {
			t.Errorf("%s: got %v", in, err)
		}
	}
}

func TestTheListIsReadPageByPage(t *testing.T) {
	var got []string
	after := ""
	for range 10 {
		out, err := do(t, chapter(), "catalog.list", `{"kind":"service","limit":2,"after":"`+after+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		_, rows := out.(op.Tabler).Table()
		for _, row := range rows {
			got = append(got, row[0])
		}
		if after = out.(op.Pager).Next(); after == "" {
			break
		}
	}
	if want := "service/checkout service/orders service/payments"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestTheListCanBeNarrowedToAnOwner(t *testing.T) {
	out, err := do(t, chapter(), "catalog.list", `{"owner":"platform","kind":"host"}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows := out.(op.Tabler).Table(); len(rows) != 2 || rows[0][0] != "host/a" {
		t.Errorf("got %v", rows)
	}
}

func TestACheckSaysNoOnlyWhenSomethingIsWrong(t *testing.T) {
	at := prentice.Pos{File: "catalog-info.yaml", Line: 3, Column: 7}
	for _, c := range []struct {
		name     string
		findings []prentice.Finding
		code     int
		text     string
	}{
		{"nothing found", nil, 0, "● no problems found in 9 entities\n"},
		{"advice alone", []prentice.Finding{{At: at, Text: "no lifecycle", Hint: "add one"}}, 0, "catalog-info.yaml:3:7: advice: no lifecycle: add one\n● no errors and 1 piece of advice in 9 entities\n"},
		{"an error", []prentice.Finding{{At: at, Error: true, Text: `unknown kind "x"`}}, op.NotWell, "catalog-info.yaml:3:7: error: unknown kind \"x\"\n✕ 1 error and 0 pieces of advice in 9 entities\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := design.New(design.Deps{Team: func(context.Context) (*team.Catalog, []prentice.Finding, error) { return shop(), c.findings, nil }})
			out, err := do(t, s, "catalog.check", `{}`)
			if err != nil {
				t.Fatal(err)
			}
			if code := out.(op.Ender).ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if text := out.(op.Texter).Text(); text != c.text {
				t.Errorf("text is\n%swant\n%s", text, c.text)
			}
		})
	}
}

func TestAFileIsCheckedByItsText(t *testing.T) {
	var asked string
	s := design.New(design.Deps{File: func(_ string, text []byte) []prentice.Finding { asked = string(text); return nil }})
	out, err := do(t, s, "catalog.check", `{"file":"kind: System"}`)
	if err != nil || asked != "kind: System" || out.(op.Ender).ExitCode() != 0 {
		t.Errorf("asked %q, got %v, %v", asked, out, err)
	}
}

func explained(t *testing.T, s skill.Skill) string {
	t.Helper()
	facts, err := s.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := template.Must(template.New("explain").Option("missingkey=error").Parse(s.Explain)).Execute(&b, facts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheExplanationCitesTheTeamsOwnData(t *testing.T) {
	text := explained(t, chapter())
	for _, want := range []string{
		"9 entities, 3 of them\nservices, on 2 hosts",
		"- **service/payments**, looked after by group/platform, on 1 host. It needs resource/db. If it breaks, 1 other thing breaks: `prentice catalog show service/payments`.",
		"- **host/a** (one machine): without it resource/db, service/payments, service/checkout cannot work.",
		"- **service/payments** (runs on host/b only): without it service/checkout cannot work.",
		"- service/checkout names no hosts, so no procedure can touch it.",
		"- service/checkout has no probe, so no one notices when it stops.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "service/orders** (runs on") {
		t.Errorf("a service on two hosts is called a single point:\n%s", text)
	}
}

func TestWithoutACatalogThereIsNoEvidence(t *testing.T) {
	s := design.New(design.Deps{})
	if text := explained(t, s); !strings.Contains(text, "I have no evidence") {
		t.Errorf("it explains\n%s", text)
	}
	for _, in := range []string{`{}`, `{"file":"x"}`} {
		if _, err := do(t, s, "catalog.check", in); err == nil {
			t.Errorf("a check of %s passed without anything to look with", in)
		}
	}
	out, err := do(t, s, "catalog.list", `{}`)
	if err != nil || !strings.Contains(out.(op.Emptier).Empty(), "catalog-info.yaml") {
		t.Errorf("an empty list says %v, %v", out, err)
	}
}
