package automation

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"text/template"
	"time"

	"prentice"
	"prentice/internal/op"
)

// shelf is a library made by hand.
type shelf struct {
	known    []prentice.Procedure
	findings map[string][]prentice.Finding
}

func (s shelf) Find(name string) (prentice.Procedure, error) {
	return prentice.Procedure{}, prentice.Errorf(prentice.NotFound, "no procedure %q", name).Try("did you mean restart?")
}
func (s shelf) Known() []prentice.Procedure { return s.known }
func (s shelf) Lint(p prentice.Procedure, now time.Time) []prentice.Finding {
	found := s.findings[p.Name]
	if now.Year() >= 2028 {
		found = append(found, prentice.Finding{At: prentice.Pos{File: p.File, Line: 1, Column: 1}, Text: "its review was due"})
	}
	return found
}

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func world() Deps {
	fallback := "30s"
	restart := prentice.Procedure{
		Name: "restart", Summary: "Bring it back", Owner: "group/platform", ReviewBy: "2027-05-01", Targets: "service.hosts", Limits: prentice.DefaultLimits(),
		On:      []prentice.Trigger{{Event: "probe.failed", If: "event.data.consecutive >= 3"}, {Schedule: "30 3 * * 1", Zone: "UTC"}},
		Inputs:  []prentice.Input{{Name: "service", Type: "service", From: "event.subject", Doc: "The one that is down."}, {Name: "wait", Type: "duration", Default: &fallback}},
		Secrets: []string{"deploy-token"},
		Steps: []prentice.StepSpec{
			{ID: "down", Section: prentice.Check, Kind: "sh", Risk: prentice.Look, Where: "target", Expect: "fail", Body: "curl -f x\n", Prose: "Is it down?"},
			{ID: "restart", Section: prentice.Act, Kind: "sh", Risk: prentice.Change, Where: "target", Idempotent: true, Body: "systemctl restart\n"},
			{ID: "up", Section: prentice.Act, Kind: "sh", Risk: prentice.Look, Where: "target", Of: "restart", Body: "systemctl is-active\n"},
			{ID: "verify-1", Section: prentice.Verify, Kind: "probe", Risk: prentice.Look, Where: "here", Attrs: map[string]string{"settle": "30s", "service": "${inputs.service}"}},
		},
		File: "procedures/restart.md", Text: "---\nprocedure: restart\n---\n\n# Restart\n\n<script>alert(1)</script>\n",
	}
	broken := prentice.Procedure{Name: "broken", Summary: "No one knows", File: "procedures/broken.md", Text: "# nothing\n", Limits: prentice.DefaultLimits()}
	l := shelf{known: []prentice.Procedure{broken, restart}, findings: map[string][]prentice.Finding{
		"broken": {{At: prentice.Pos{File: "procedures/broken.md", Line: 1, Column: 1}, Error: true, Text: "the file has no front matter", Hint: "begin with ---"}},
	}}
	return Deps{
		Library: func() Library { return l },
		Team: func(_ context.Context, now time.Time) (int, []prentice.Finding, error) {
			return 2, append(l.Lint(broken, now), l.Lint(restart, now)...), nil
		},
		File: func(file string, text []byte, _ time.Time) []prentice.Finding {
			if strings.Contains(string(text), "good") {
				return nil
			}
			return []prentice.Finding{{At: prentice.Pos{File: file, Line: 3}, Error: true, Text: "no"}}
		},
		Render: func(_ context.Context, r prentice.RunRequest) (prentice.Plan, error) {
			if r.Procedure != "restart" {
				return prentice.Plan{}, prentice.Errorf(prentice.Refused, "no targets")
			}
			return plan(r), nil
		},
		Record: func(_ context.Context, name string) (prentice.Record, error) {
			if name == "restart" {
				return prentice.Record{Runs: 32, Verified: 31, Harmful: 1}, nil
			}
			return prentice.Record{}, nil
		},
		Schema: func() []byte { return []byte(`{"type":"object"}`) },
	}
}

func plan(r prentice.RunRequest) prentice.Plan {
	up := prentice.PlannedStep{ID: "up", Section: prentice.Act, Kind: "sh", Risk: prentice.Look, Where: "target", Body: "systemctl is-active checkout\n", Says: "systemctl is-active checkout"}
	p := prentice.Plan{
		Format: 1, Procedure: "restart", Summary: "Bring it back", Subject: "service/checkout", Risk: prentice.Change, Undoable: false,
		Inputs: map[string]string{"service": r.Inputs["service"]}, Event: map[string]string{},
		Targets: []prentice.Target{{Ref: "host/web-1"}, {Ref: "host/web-2"}}, Secrets: []string{"deploy-token"},
		Limits: prentice.PlanLimits{MaxTargets: 5, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"},
		Steps: []prentice.PlannedStep{
			{ID: "down", Section: prentice.Check, Kind: "sh", Risk: prentice.Look, Where: "target", Expect: "fail", Body: "curl -f x\n", Says: "curl -f x"},
			{ID: "restart", Section: prentice.Act, Kind: "sh", Risk: prentice.Change, Where: "target", Env: map[string]string{"SERVICE_UNIT": "checkout.service", "INPUT_SERVICE": "x"}, Idempotent: true, Body: "# now\nsystemctl restart checkout\n", Says: "systemctl restart checkout", Done: &up},
		},
	}
	if r.Event != nil {
		p.Event["EVENT_TYPE"] = r.Event.Type
	}
	return p
}

func ask(t *testing.T, d Deps, name string, in any) (any, error) {
	t.Helper()
	for _, o := range New(d).Ops {
		if o.Name == name {
			return o.Do(t.Context(), op.Call{Now: today}, in)
		}
	}
	t.Fatalf("no operation %s", name)
	return nil, nil
}

func get[T any](t *testing.T, d Deps, name string, in any) T {
	t.Helper()
	out, err := ask(t, d, name, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.(T)
}

func has(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

func TestTheChapterCanBeDescribedWithNothingBehindIt(t *testing.T) {
	s := New(Deps{})
	if s.Name != "automation" || s.Sentence != "writing software that automates systems" {
		t.Errorf("%s: %s", s.Name, s.Sentence)
	}
	var names []string
	for _, o := range s.Ops {
		names = append(names, o.Name)
		if o.Risk != prentice.Look || o.Example == "" || o.Summary == "" {
			t.Errorf("%s: risk %s, example %q", o.Name, o.Risk, o.Example)
		}
		for _, f := range o.Fields() {
			if f.Doc == "" {
				t.Errorf("%s: no one says what %s is", o.Name, f.Name)
			}
		}
	}
	if got := strings.Join(names, " "); got != "procedure.lint procedure.list procedure.show procedure.plan procedure.test procedure.diff procedure.history procedure.stats procedure.schema schedule.list procedure.choices.list procedure.choices.read procedure.library.list procedure.library.show" {
		t.Error(got)
	}
	if out := get[Listed](t, Deps{}, "procedure.list", ListIn{}); len(out.Procedures) != 0 || !strings.Contains(out.Empty(), "procedures/NAME.md") {
		t.Errorf("got %+v", out)
	}
	for name, in := range map[string]any{"procedure.lint": LintIn{}, "procedure.plan": PlanIn{Procedure: "x"}, "procedure.schema": SchemaIn{}} {
		if _, err := ask(t, Deps{}, name, in); prentice.KindOf(err) != prentice.Unavailable || prentice.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ask(t, Deps{}, "procedure.lint", LintIn{File: "x"}); prentice.KindOf(err) != prentice.Unavailable {
		t.Error(err)
	}
	if _, err := ask(t, Deps{}, "procedure.show", ShowIn{Name: "x"}); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}

func TestALintWithErrorsIsNotASuccess(t *testing.T) {
	out := get[Linted](t, world(), "procedure.lint", LintIn{})
	if out.ExitCode() != op.NotWell || out.Errors != 1 || out.Procedures != 2 {
		t.Errorf("got %+v", out)
	}
	has(t, out.Text(), "procedures/broken.md:1:1: error: the file has no front matter: begin with ---\n", "✕ 1 error and 0 pieces of advice in 2 procedures")
	if out := get[Linted](t, world(), "procedure.lint", LintIn{File: "good"}); out.ExitCode() != 0 || out.Text() != "● no problems found in 1 procedure\n" {
		t.Errorf("got %s", out.Text())
	}
	if out := get[Linted](t, world(), "procedure.lint", LintIn{File: "bad"}); out.ExitCode() != op.NotWell {
		t.Errorf("got %s", out.Text())
	}
	if out := op.Found([]prentice.Finding{{Text: "advice"}}); out.ExitCode() != 0 || !strings.Contains(out.Report(""), "no errors and 1 piece of advice") {
		t.Errorf("got %s", out.Report(""))
	}
}

func TestTheListIsNarrowedByWordsGroupAndTag(t *testing.T) {
	all := []prentice.Procedure{
		{Name: "dump", Summary: "Back up the orders", Group: "postgresql", Tags: []string{"backup", "database"}},
		{Name: "vacuum", Summary: "Clean tables", Group: "postgresql"},
		{Name: "tidy", Summary: "Make room on a disk", Tags: []string{"disk"}},
	}
	for _, c := range []struct {
		in   ListIn
		want string
	}{
		{ListIn{Group: "postgresql"}, "dump vacuum"},
		{ListIn{Tag: "backup"}, "dump"},
		{ListIn{Tag: "back"}, ""},
		{ListIn{Text: "Orders BACK"}, "dump"},
		{ListIn{Text: "disk", Group: "postgresql"}, ""},
		{ListIn{}, "dump vacuum tidy"},
	} {
		var got []string
		for _, p := range all {
			if c.in.fits(p) {
				got = append(got, p.Name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q", c.in, got)
		}
	}
	if groups, tags := groupsAndTags(all); strings.Join(groups, " ") != "postgresql" || strings.Join(tags, " ") != "backup database disk" {
		t.Error(groups, tags)
	}
}

func TestTheListSaysWhatCanBeUsedAndHowItWent(t *testing.T) {
	head, rows := get[Listed](t, world(), "procedure.list", ListIn{}).Table()
	want := [][]string{
		{"broken", "✕ 1 error", "no record", "manual", "", "–", "No one knows"},
		{"restart", "● valid", "31 verified of 32", "probe.failed if event.data.consecutive >= 3, 30 3 * * 1 UTC", "group/platform", "–", "Bring it back"},
	}
	if len(head) != len(rows[0]) || !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q", rows)
	}
}

func TestTheListIsReadInPages(t *testing.T) {
	first := get[Listed](t, world(), "procedure.list", ListIn{Limit: 1})
	if len(first.Procedures) != 1 || first.Next() != "broken" {
		t.Fatalf("got %+v", first)
	}
	second := get[Listed](t, world(), "procedure.list", ListIn{Limit: 1, After: first.Next()})
	if len(second.Procedures) != 1 || second.Procedures[0].Name != "restart" || second.Next() != "" {
		t.Errorf("got %+v", second)
	}
	if owned := get[Listed](t, world(), "procedure.list", ListIn{Owner: "platform"}); len(owned.Procedures) != 1 {
		t.Errorf("got %+v", owned)
	}
}

func TestAProcedureIsShownWithItsStepsAndRecord(t *testing.T) {
	out := get[Shown](t, world(), "procedure.show", ShowIn{Name: "procedure/restart"})
	if !out.Usable || out.Markdown != "\n# Restart\n\n<script>alert(1)</script>\n" {
		t.Errorf("got %+v", out)
	}
	has(t, out.Text(), "restart  ● valid\nBring it back\n", "Record      31 verified of 32", "service (service); from event.subject; The one that is down.",
		"wait (duration); or else 30s", "Secrets     deploy-token", "Check\n  Is it down?\n  down  sh, expects fail, risk look, where target\n    │ curl -f x\n",
		"up  sh, asks whether restart is done", "verify-1  probe, service=${inputs.service}, settle=30s, risk look, where here", "may be repeated")
	broken := get[Shown](t, world(), "procedure.show", ShowIn{Name: "broken"})
	if broken.Usable || len(broken.Parts()) != 0 {
		t.Errorf("got %+v", broken)
	}
	has(t, broken.Text(), "✕ not valid", "procedures/broken.md:1:1: error: the file has no front matter")
	if _, err := ask(t, world(), "procedure.show", ShowIn{Name: "restrat"}); prentice.HintOf(err) != "did you mean restart?" {
		t.Errorf("got %v", err)
	}
}

func TestAPlanIsShownRiskFirstAndNothingIsDone(t *testing.T) {
	out := get[Planned](t, world(), "procedure.plan", PlanIn{Procedure: "restart", Input: map[string]string{"service": "service/checkout"}})
	text := out.Text()
	has(t, text, "restart on service/checkout\nBring it back\n\nRisk        change: it has no Undo section: if it fails, nothing is rolled back\nTargets     2 hosts: host/web-1, host/web-2\nPlan        "+out.Hash,
		"Input       service = service/checkout", "cooldown 10m, 5m a step, approval expires after 1h", "down  curl -f x (look, target, expects fail)\n",
		"restart  systemctl restart checkout (change, target, may be repeated)\n    │ # now\n    │ systemctl restart checkout\n", "    done? up  systemctl is-active checkout (look, target)\n", "Service     SERVICE_UNIT = checkout.service\n",
		"can only end unverified", "Nothing was done. Request it with: prentice run start restart --input service=service/checkout\n")
	if strings.Index(text, "Risk") > strings.Index(text, "Check") {
		t.Error("the steps come before the risk")
	}
	if string(out.Canonical()) != out.Bytes || prentice.Digest([]byte(out.Bytes)) != out.Hash {
		t.Error("the hash is not of the bytes")
	}
	raw, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var back Planned
	if err := json.Unmarshal(raw, &back); err != nil || back.Plan.Hash() != out.Hash {
		t.Errorf("another plan on the other side of the wire: %v", err)
	}
}

func TestAPlanIsRenderedForAnEvent(t *testing.T) {
	out := get[Planned](t, world(), "procedure.plan", PlanIn{Procedure: "restart", Event: []byte(`{"type":"probe.failed","subject":"service/checkout"}`)})
	has(t, out.Text(), "Event       EVENT_TYPE = probe.failed", "--input NAME=VALUE")
	for _, bad := range []string{`{"typ":"x"}`, `{`, `{"type":"a b"}`, `{"type":"a","subject":"../x"}`, `[1]`} {
		if _, err := ask(t, world(), "procedure.plan", PlanIn{Procedure: "restart", Event: []byte(bad)}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := ask(t, world(), "procedure.plan", PlanIn{Procedure: "other"}); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("got %v", err)
	}
}

func TestTheSchemaIsPrintedAsItIs(t *testing.T) {
	out := get[Schema](t, Deps{Schema: world().Schema}, "procedure.schema", SchemaIn{})
	if out.Text() != `{"type":"object"}` || string(out.Canonical()) != out.Text() {
		t.Errorf("got %s", out.Text())
	}
}

func explained(t *testing.T, d Deps) string {
	t.Helper()
	s := New(d)
	facts, err := s.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := template.Must(template.New("explain").Parse(s.Explain)).Execute(&b, facts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheExplanationSpeaksFromEvidence(t *testing.T) {
	has(t, explained(t, Deps{}), "I have no evidence: there is no procedure")
	has(t, explained(t, world()), "**restart**, kept by group/platform: Bring it back.", "31 of 32 runs ended verified, 1 failed",
		"**broken**: No one knows. It has errors and cannot be used", "Of 32 runs 31 ended verified")
	d := world()
	d.Record = nil
	has(t, explained(t, d), "I have no evidence of any run yet", "Never tried: restart.")
}

func TestARecordThatCannotBeReadIsNotNothing(t *testing.T) {
	d := world()
	d.Record = func(context.Context, string) (prentice.Record, error) {
		return prentice.Record{}, errors.New("the store is gone")
	}
	for name, in := range map[string]any{"procedure.list": ListIn{}, "procedure.show": ShowIn{Name: "restart"}} {
		if _, err := ask(t, d, name, in); err == nil {
			t.Errorf("%s hides that the store is gone", name)
		}
	}
}
