package procedure_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func TestVariablesThatDecideHowProgramsRunAreRefused(t *testing.T) {
	for _, name := range []string{"LD_PRELOAD", "BASH_ENV", "ENV", "IFS", "PS4", "SHELLOPTS", "BASHOPTS", "INPUT_SERVICE", "SERVICE_UNIT", "TARGET_NAME", "EVENT_TYPE", "PRENTICE_RUN", "PATH", "HOME", "GIT_SSH_COMMAND", "PYTHONPATH",
		"ld_preload", "Path", "9LIVES", "A-B", "A B", "A=B", "''", "DB_PASSWORD", "API_TOKEN", "PERL5OPT", "DYLD_INSERT_LIBRARIES"} {
		_, findings := parse(front("env: {\""+name+"\": x}") + act)
		if got := says(errorsIn(findings)); !strings.Contains(got, "env ") {
			t.Errorf("%s is taken: %s", name, got)
		}
	}
	for _, name := range []string{"KUBECONFIG", "PGHOST", "LC_ALL", "TZ", "http_proxy", "AWS_PROFILE", "_X"} {
		_, findings := parse(front("env: {"+name+": x}") + act)
		if bad := errorsIn(findings); len(bad) > 0 {
			t.Errorf("%s: %s", name, says(bad))
		}
	}
}

func TestFoldersOfProgramsAreWrittenOut(t *testing.T) {
	for _, path := range []string{"[bin]", "[/opt/../etc]", "[/a:/b]", "[\"$HOME/bin\"]", "[\"${inputs.x}\"]", "[/]", "[]", "/opt/bin", "[/a, /a]", "[\"/a\\nb\"]", "[~/bin]"} {
		_, findings := parse(front("path: "+path) + act)
		if len(errorsIn(findings)) == 0 {
			t.Errorf("%s is taken", path)
		}
	}
}

func TestWhatAProcedureSetsIsPartOfItsPlan(t *testing.T) {
	text := func(more ...string) string {
		return strings.Replace(front(append([]string{"inputs: {place: {type: string, default: shop}}"}, more...)...), "targets: ", "targets: ", 1) + "\n## Act\n\n```sh id=a\necho $KUBECONFIG $NAMESPACE\n```\n"
	}
	render := func(given map[string]string, more ...string) prentice.Plan {
		t.Helper()
		l, findings := procedure.New([]procedure.File{{Name: "procedures/p.md", Text: []byte(text(more...))}}, proceduretest.Kinds())
		if bad := errorsIn(findings); len(bad) > 0 {
			t.Fatal(says(bad))
		}
		plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: given})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	plan := render(nil, "env: {KUBECONFIG: /etc/k8s.conf, NAMESPACE: \"${inputs.place}-prod\", PORT: 5432}", "path: [/opt/k8s/bin]")
	step := plan.Steps[0]
	if step.Env["KUBECONFIG"] != "/etc/k8s.conf" || step.Env["NAMESPACE"] != "shop-prod" || step.Env["PORT"] != "5432" || !slices.Equal(step.Path, []string{"/opt/k8s/bin"}) {
		t.Errorf("%v %v", step.Env, step.Path)
	}
	other := render(map[string]string{"place": "stock"}, "env: {KUBECONFIG: /etc/k8s.conf, NAMESPACE: \"${inputs.place}-prod\", PORT: 5432}", "path: [/opt/k8s/bin]")
	if other.Hash() == plan.Hash() || other.Steps[0].Env["NAMESPACE"] != "stock-prod" {
		t.Error("another value makes no other plan")
	}
	bare := render(nil)
	if _, set := bare.Steps[0].Env["KUBECONFIG"]; set || bare.Steps[0].Path != nil {
		t.Errorf("%v", maps.Clone(bare.Steps[0].Env))
	}
}

func TestAVariableIsNoSecretToo(t *testing.T) {
	_, findings := parse(front("env: {KUBE_CONFIG: x}", "secrets: [kube-config]") + act)
	if got := says(errorsIn(findings)); !strings.Contains(got, "env KUBE_CONFIG is the variable of secret kube-config") {
		t.Error(got)
	}
	_, findings = parse(front("env: {A: \"${inptus.x}\"}") + act)
	if got := says(errorsIn(findings)); !strings.Contains(got, `env A: there is no "inptus" here; did you mean inputs?`) {
		t.Error(got)
	}
}
