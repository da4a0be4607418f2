package procedure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// placing is a kind whose block may be a template.
type placing struct{ prentice.StepKind }

func (placing) Name() string { return "file" }
func (placing) Needs() prentice.StepNeeds {
	return prentice.StepNeeds{State: true, Files: []string{"from"}, Template: "template"}
}
func (placing) Lint(prentice.StepSpec) []prentice.Finding { return nil }
func (placing) Says(s prentice.PlannedStep) string        { return s.Attrs["path"] }

func placingKinds() []prentice.StepKind {
	kinds := proceduretest.Kinds()
	return append(kinds, placing{kinds[0]})
}

const templateFront = `inputs: {service: {type: service, default: checkout}, port: {type: int, default: 8080}, name: {type: string, default: shop}}`

func templateLibrary(t *testing.T, body string) (*procedure.Library, []prentice.Finding) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"procedures/p.md": front(templateFront, "targets: service(inputs.service).hosts") + body,
		"files/up.conf":   "upstream {\n{{range .service.hosts}}  server {{.name}}:{{$.inputs.port}};\n{{end}}}\n",
		"files/bad.conf":  "a\nb {{.inputs.prt}}\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return procedure.Load(dir, placingKinds())
}

func placed(t *testing.T, body string, req prentice.RunRequest) (prentice.Plan, error) {
	t.Helper()
	l, findings := templateLibrary(t, body)
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	req.Procedure = "p"
	return procedure.Render(l, proceduretest.Catalog(), req)
}

func TestATemplateIsFilledInWhenThePlanIsMade(t *testing.T) {
	plan, err := placed(t, "\n## Act\n"+block("file id=up path=/etc/up.conf template=files/up.conf", "")+block("file id=me path=/etc/me.conf template", "{{.target.name}} in {{.target.facts.zone}}\n"), prentice.RunRequest{})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, s := range plan.In(prentice.Act) {
		got += fmt.Sprintf("%s %v %s %s", s.ID, s.On, s.Body, s.Attrs["digest"][:9]) + "\n"
		if s.Attrs["digest"] != prentice.Digest([]byte(s.Body)) {
			t.Errorf("%s: the digest is not that of the text", s.ID)
		}
	}
	for _, want := range []string{"up [] upstream {\n  server web-2:8080;\n  server web-1:8080;\n}\n", "me.v1 [host/web-1] web-1 in a\n", "me.v2 [host/web-2] web-2 in b\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("plan has\n%swants %s", got, want)
		}
	}
}

func TestATemplateIsOfWhatChecksCapture(t *testing.T) {
	body := "\n## Check\n" + block("sh id=look out=cores:int", "nproc\n") + "\n## Act\n" + block("file id=w path=/etc/w.conf template", "workers = {{.steps.look.out.cores}} of {{.steps.look.max.cores}}\n")
	open, err := placed(t, body, prentice.RunRequest{})
	if err != nil || !open.Open || len(open.In(prentice.Act)) != 0 || len(open.LeftOut) != 1 {
		t.Fatalf("%v: open %v, %+v", err, open.Open, open.LeftOut)
	}
	seen := []prentice.Captured{{Step: "look", Target: "host/web-1", Name: "cores", Value: "4"}, {Step: "look", Target: "host/web-2", Name: "cores", Value: "8"}}
	plan, err := placed(t, body, prentice.RunRequest{Captured: seen})
	if err != nil || len(plan.In(prentice.Act)) != 2 || plan.In(prentice.Act)[0].Body != "workers = 4 of 8\n" || plan.In(prentice.Act)[1].Body != "workers = 8 of 8\n" {
		t.Errorf("%v: %+v", err, plan.In(prentice.Act))
	}
}

func TestATemplateThatFailsHalfWayRefusesThePlan(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a fact that a target does not have", "{{.target.name}}\n{{.target.facts.rack}}\n", "the template in the block of step f cannot be filled in: line 2: {{.target.facts.rack}}: map has no entry for key \"rack\""},
		{"a value with a line break", "name = {{.inputs.name}}\n", "inputs.name holds a line break"},
		{"nothing", "{{if eq .inputs.port 1}}x{{end}}\n", "comes to nothing"},
		{"a loop over a large number", "{{range .inputs.port}}{{range $.inputs.port}}{{end}}{{end}}x\n", "its loops go through too much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := placed(t, "\n## Act\n"+block("file id=f path=/etc/f template", c.text), prentice.RunRequest{Inputs: map[string]string{"name": "a\nadmin = yes", "port": "70000"}})
			if err == nil || prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestMistakesInATemplateAreFoundWhenItIsRead(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a misspelt input", block("file id=f path=/x template", "a\nb\n{{.inputs.prt}}\n"), `p.md:14:1: error: template: there is no "prt" here; did you mean port?`},
		{"one in a file", block("file id=f path=/x template=files/bad.conf", ""), `template files/bad.conf, line 2: there is no "prt" here`},
		{"an event", block("file id=f path=/x template", "{{.event.subject}}\n"), "there is no value event.subject; give the procedure an input with from: event"},
		{"another word", block("file id=f path=/x template", "{{.input.port}}\n"), "there is no value input.port; did you mean inputs?"},
		{"a step under Act", block("sh id=s out=v:int", "echo 1\n") + block("file id=f path=/x template", "{{.steps.s.out.v}}\n"), "give a step under ## Check out=NAME:TYPE"},
		{"a target of a step that is made once", block("file id=f path=/x where=here template", "{{.target.name}}\n"), "target is for steps that are made on each target"},
		{"no file", block("file id=f path=/x template=files/none.conf", ""), "template=files/none.conf: cannot be read"},
		{"a file outside", block("file id=f path=/x template=../secret", ""), "it is not the name of a file of the team folder"},
		{"a file that is worked out", block("file id=f path=/x template=files/${inputs.name}", ""), "which file it is must be written out"},
		{"grammar", block("file id=f path=/x template", "{{if}}\n"), "missing value for if"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := templateLibrary(t, "\n## Act\n"+c.body)
			if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}
