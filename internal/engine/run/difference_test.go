package run_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func mendPlan(change func(*prentice.Plan)) prentice.Plan {
	p := prentice.Plan{
		Format: prentice.PlanFormat, Procedure: "fix", Digest: "sha256:1", Subject: "service/shop", Risk: prentice.Change,
		Inputs: map[string]string{"service": "shop", "depth": "1"}, Event: map[string]string{}, Secrets: []string{},
		Targets: []prentice.Target{{Ref: "host/a", Address: "10.0.0.1"}}, Limits: prentice.PlanLimits{MaxTargets: 2, Cooldown: "1s"},
		Steps: []prentice.PlannedStep{
			{ID: "look", Section: prentice.Check, Kind: "probe", Risk: prentice.Look, Says: "shop is down", Attrs: map[string]string{"service": "shop"}, Env: map[string]string{}},
			{ID: "restart", Section: prentice.Act, Kind: "shell", Risk: prentice.Change, Says: "restart shop", Body: "systemctl restart shop\n", Attrs: map[string]string{}, Env: map[string]string{"SERVICE_NAME": "shop"}},
		},
	}
	if change != nil {
		change(&p)
	}
	return p
}

func TestADifferenceNamesWhatChanged(t *testing.T) {
	for _, c := range []struct {
		fact   string
		change func(*prentice.Plan)
		want   []string
	}{
		{"equal plans have none", nil, nil},
		{"another target", func(p *prentice.Plan) { p.Targets = []prentice.Target{{Ref: "host/b", Local: true}} },
			[]string{"target host/a: no longer 10.0.0.1", "target host/b: now this machine"}},
		{"another input", func(p *prentice.Plan) { p.Inputs = map[string]string{"service": "shop", "depth": "9"} }, []string{"input depth: was 1, now 9"}},
		{"a wider limit", func(p *prentice.Plan) { p.Limits.MaxTargets = 50 }, []string{"limit max_targets: was 2, now 50"}},
		{"a step's words and the file", func(p *prentice.Plan) { p.Steps[1].Body, p.Digest = "rm -r /srv\n", "sha256:2" },
			[]string{"step restart: body: was systemctl restart shop\n, now rm -r /srv\n", "digest: was sha256:1, now sha256:2"}},
		{"a step more and one less", func(p *prentice.Plan) {
			p.Steps = []prentice.PlannedStep{p.Steps[0], {ID: "wipe", Says: "wipe it"}}
		}, []string{"step wipe: now wipe it", "step restart: no longer restart shop"}},
		{"another order", func(p *prentice.Plan) { p.Steps[0], p.Steps[1] = p.Steps[1], p.Steps[0] },
			[]string{"order of the steps: was look, restart, now restart, look"}},
		{"a question of done", func(p *prentice.Plan) { p.Steps[1].Done = &prentice.PlannedStep{Kind: "shell", Body: "true"} },
			[]string{"step restart: done when: kind: now shell", "step restart: done when: body: now true"}},
		{"a file beside a script", func(p *prentice.Plan) { p.Steps[1].Libs = []prentice.Lib{{Path: "files/lib.py", Text: "a = 1\n"}} },
			[]string{"step restart: beside it files/lib.py: now a = 1\n"}},
		{"what no line speaks of", func(p *prentice.Plan) { p.Format = 9 }, []string{"plan: was sha256:"}},
	} {
		t.Run(c.fact, func(t *testing.T) {
			got := run.Differences(mendPlan(nil), mendPlan(c.change))
			if len(got) != len(c.want) {
				t.Fatalf("got %v", got)
			}
			for i, d := range got {
				if !strings.HasPrefix(d.String(), strings.TrimSpace(c.want[i])) && !strings.HasPrefix(d.What+": was "+d.Old+", now "+d.New, c.want[i]) {
					t.Errorf("difference %d is %q, want %q", i, d, c.want[i])
				}
			}
		})
	}
}

func TestKinAreEqualButForSubjectAndTargets(t *testing.T) {
	cart := func(p *prentice.Plan) {
		p.Subject, p.Targets = "service/cart", []prentice.Target{{Ref: "host/b"}, {Ref: "host/c"}}
		p.Inputs = map[string]string{"service": "cart", "depth": "1"}
		p.Steps[0].Says, p.Steps[0].Attrs = "cart is down", map[string]string{"service": "cart"}
		p.Steps[1].Says, p.Steps[1].Body, p.Steps[1].Env = "restart cart", "systemctl restart cart\n", map[string]string{"SERVICE_NAME": "cart"}
	}
	shop := mendPlan(nil)
	if a, b := run.PlanGroup(shop), run.PlanGroup(mendPlan(cart)); a != b {
		t.Errorf("%s and %s", a, b)
	}
	for fact, change := range map[string]func(*prentice.Plan){
		"another body":      func(p *prentice.Plan) { cart(p); p.Steps[1].Body = "systemctl stop cart\n" },
		"another input":     func(p *prentice.Plan) { cart(p); p.Inputs["depth"] = "2" },
		"another digest":    func(p *prentice.Plan) { cart(p); p.Digest = "sha256:2" },
		"another risk":      func(p *prentice.Plan) { cart(p); p.Risk = prentice.Danger },
		"a name in a name":  func(p *prentice.Plan) { cart(p); p.Steps[1].Says = "restart cartel" },
		"another procedure": func(p *prentice.Plan) { cart(p); p.Procedure = "break" },
	} {
		if run.PlanGroup(shop) == run.PlanGroup(mendPlan(change)) {
			t.Errorf("%s is no kin", fact)
		}
	}
}
