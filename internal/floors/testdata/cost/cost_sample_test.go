package boot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/face/web"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/design"
	"prentice/internal/skill/standards"
)

// This file is laid into internal/boot by cost_test.go of internal/floors, together with the
// samples.

func TestTheSampleOperationIsDescribed(t *testing.T) {
	for _, name := range []string{"catalog.greet", "sample.show"} {
		if !slices.ContainsFunc(skill.Ops(Describe()), func(o op.Op) bool { return o.Name == name }) {
			t.Errorf("there is no operation %s", name)
		}
	}
}

func TestTheSampleSkillCanBeExplained(t *testing.T) {
	i := slices.IndexFunc(Describe(), func(s skill.Skill) bool { return s.Name == "sample" })
	if i < 0 {
		t.Fatal("there is no skill sample")
	}
	if told, err := explain(t.Context(), Describe()[i]); err != nil || told != "hello" {
		t.Errorf("%+v, %v", told, err)
	}
}

func TestTheSamplePageHasARoute(t *testing.T) {
	list := Describe()
	site, err := web.New(web.Options{Ops: skill.Ops(list), Pages: skill.Pages(list), Refs: skill.Refs(list), States: skill.States(list)})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Rehearse(); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]int{"/samples": http.StatusSeeOther, "/nothing": http.StatusNotFound} { // to the sign-in page, and nowhere
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// A page of the group of samples shows a ref and a state of the sample's kinds.
func TestTheSampleGroupRefAndStateAreOnAPage(t *testing.T) {
	list := Describe()
	site, err := web.New(web.Options{Ops: skill.Ops(list), Pages: skill.Pages(list), Refs: skill.Refs(list), States: skill.States(list), Identity: anyOwner{}, Door: noDoor{}})
	if err != nil {
		t.Fatal(err)
	}
	r, w := httptest.NewRequest(http.MethodGet, "http://localhost/sampled", nil), httptest.NewRecorder()
	r.AddCookie(&http.Cookie{Name: "prentice_", Value: "x"})
	site.ServeHTTP(w, r)
	for what, part := range map[string]string{"the group": "<summary>Samples", "the page": `href="/sampled"`, "the ref": `href="/catalog/sample/one"`, "the state": `<span class="state busy"><span class="sign" aria-hidden="true">◆</span>a sample</span>`} {
		if page := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(page, part) {
			t.Errorf("%d: %s is not on the page: there is no %s in\n%s", w.Code, what, part, page)
		}
	}
}

// anyOwner knows an owner behind every session.
type anyOwner struct{ web.Identity }

func (anyOwner) Identify(context.Context, string) (prentice.Actor, error) {
	return prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner}, nil
}

// noDoor puts out nothing.
type noDoor struct{ op.Door }

func (noDoor) Invoke(context.Context, op.Request) (any, error) { return struct{}{}, nil }

func TestTheSampleProbeIsAKindOfProbe(t *testing.T) {
	of := func(kind string) []prentice.Finding {
		return probeKinds().Check("catalog-info.yaml", []byte("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: x\n  annotations:\n    prentice.dev/probes: |\n      - {name: a, kind: "+kind+", target: y}\nspec: {type: service, lifecycle: production, owner: x}\n"), nil)
	}
	for kind, want := range map[string]bool{"sample": true, "nothing": false} {
		known := !slices.ContainsFunc(of(kind), func(f prentice.Finding) bool { return strings.Contains(f.Text, "not a kind of probe") })
		if known != want {
			t.Errorf("%s is a kind of probe: %v; %v", kind, known, of(kind))
		}
	}
	seen := probe.New().Know(skill.Probes(Describe())).Probe(t.Context(), prentice.Probe{Kind: "sample"})
	if !seen.OK() {
		t.Errorf("it says %+v", seen)
	}
}

func TestTheSampleCheckJudgesARepository(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ops := skill.Ops(Describe())
	run := ops[slices.IndexFunc(ops, func(o op.Op) bool { return o.Name == "check.run" })]
	out, err := run.Do(t.Context(), op.Call{Now: time.Now()}, standards.RunIn{Which: standards.Which{Dir: dir}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(out)
	if err != nil || !strings.Contains(string(raw), `"id":"sample/holds"`) {
		t.Errorf("%v: the rule is not among those that were judged: %s", err, raw)
	}
}

func TestTheSampleFileIsReadFromTheTeamFolder(t *testing.T) {
	aTeam(t, map[string]string{"rota.yaml": "ann"})
	if said := design.Rota.Load(); said == nil || *said != "ann" {
		t.Errorf("the skill heard %v", said)
	}
}

func TestTheSampleListenerAndTheSampleWorkAreOfTheirSkill(t *testing.T) {
	i := slices.IndexFunc(Describe(), func(s skill.Skill) bool { return s.Name == "design" })
	if s := Describe()[i]; s.Listen == nil || len(s.Work) != 1 || s.Work[0].Name != "sample" {
		t.Errorf("it listens: %t; it works: %v", s.Listen != nil, s.Work)
	}
}

func TestTheSampleKindIsAKindOfStep(t *testing.T) {
	kinds := procedure.Kinds(stepKinds(nil, &shell.Kind{}))
	for kind, want := range map[string]bool{"sample": true, "nothing": false} {
		_, findings := procedure.Parse("x.md", []byte("---\nsummary: x\n---\n\n## Check\n\n```"+kind+" id=a\n```\n"), kinds)
		known := !slices.ContainsFunc(findings, func(f prentice.Finding) bool { return strings.Contains(f.Text, "not a kind of step") })
		if known != want {
			t.Errorf("%s is a kind of step: %v; %v", kind, known, findings)
		}
	}
}
