package state_test

import (
	"maps"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/state"
)

func kubectl(t *testing.T) prentice.StepKind {
	t.Helper()
	for _, k := range state.Kinds(nil) {
		if k.Name() == "kubectl" {
			return k
		}
	}
	t.Fatal("there is no kubectl")
	return nil
}

func TestWhatIsWrongWithAKubectlStep(t *testing.T) {
	for _, c := range []struct {
		name  string
		attrs string
		body  string
		want  string
	}{
		{"nothing: a patch", "", "spec: {replicas: 3}", ""},
		{"nothing: values that are worked out", "resource=${inputs.kind}/${inputs.name} namespace=${inputs.namespace}", "{}", ""},
		{"nothing: a node", "do=cordon resource=node/n1 namespace=-", "", ""},
		{"nothing: a Secret by name", "do=secret resource=secret/db key.password=db-password", "", ""},
		{"nothing: a class of the whole cluster", "do=apply resource=priorityclass/high namespace=-", "value: 1", ""},
		{"nothing: in the plural", "resource=nodes/n1 namespace=-", "a: 1", ""},
		{"a node in a namespace", "do=cordon resource=node/n1", "", "node/n1 is in no namespace"},
		{"no namespace", "namespace=-", "spec: {}", "write namespace=NAME"},
		{"a word that is none", "do=restrat", "", "did you mean restart?"},
		{"a word that is worked out", "do=${inputs.do}", "", "what a step does is written"},
		{"no name", "resource=deployment", "a: 1", "write both, such as deployment/checkout"},
		{"an option in the place of a name", "resource=--all/x", "a: 1", "is not a kind and a name"},
		{"an option in the place of a namespace", "namespace=--all-namespaces", "a: 1", "is not a name"},
		{"an option in the place of a context", "context=--kubeconfig", "a: 1", "is not the name of a context"},
		{"a patch of nothing", "", "", "the patch has no text"},
		{"a text for a word that has none", "do=restart", "a: 1", "do=restart has text inside"},
		{"a scale to nothing", "do=scale", "", "do=scale says no number"},
		{"a scale below zero", "do=scale replicas=-1", "", "is not a number of pods"},
		{"a number where it says nothing", "replicas=3", "a: 1", "replicas says something only of do=scale"},
		{"what holds other things", "do=delete resource=persistentvolumeclaim/data", "", "write risk=danger"},
		{"values of a Secret", "resource=secret/db", "data: {a: b}", "would stand in the plan"},
		{"a Secret without keys", "do=secret resource=secret/db", "", "do=secret names no key"},
		{"a key that is written out", "do=secret resource=secret/db key.password=hunter-2!", "", "is not the name of a secret"},
		{"sudo", "sudo=true", "a: 1", "kubectl needs a kubeconfig and no sudo"},
		{"a misspelt attribute", "namspace=x", "a: 1", `did you mean "namespace"?`},
		{"too much", "", strings.Repeat("x", 100_001), "kubectl takes 100000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			given := map[string]string{"resource": "deployment/checkout", "namespace": "shop"}
			for word := range strings.FieldsSeq(c.attrs) {
				name, value, _ := strings.Cut(word, "=")
				given[name] = value
			}
			maps.DeleteFunc(given, func(_, v string) bool { return v == "-" })
			var said []string
			for _, f := range kubectl(t).Lint(prentice.StepSpec{Kind: "kubectl", Section: prentice.Act, Risk: prentice.Change, Where: "target", Attrs: given, Body: c.body}) {
				said = append(said, f.Text+"; "+f.Hint)
			}
			if all := strings.Join(said, "\n"); c.want == "" && all != "" || !strings.Contains(all, c.want) {
				t.Errorf("got %q, want %q", all, c.want)
			}
		})
	}
}

func TestWhatAKubectlStepChangesIsSaid(t *testing.T) {
	k := kubectl(t)
	for _, c := range [][3]string{
		{"", `{"spec": {"template": {"spec": {"containers": [{"name": "main"}]}}}}`, "deployment/a in shop has spec.template.spec.containers"},
		{"", `{"spec": {"replicas": 3, "paused": true}}`, "deployment/a in shop has spec.paused, spec.replicas"},
		{"", `{"data": {"a": "b", "c": "d"}}`, "deployment/a in shop has data"},
		{"", `{"metadata": {"name": "a", "labels": {"x.y/z": "1"}}}`, "deployment/a in shop has metadata.labels"},
		{"scale", "", "deployment/a in shop has 3 replicas"},
		{"restart", "", "the pods of deployment/a in shop are begun anew"},
		{"rollback", "", "deployment/a in shop is at the revision before"},
		{"delete", "", "deployment/a in shop is not there"},
	} {
		s := prentice.PlannedStep{Kind: "kubectl", Attrs: map[string]string{"do": c[0], "resource": "deployment/a", "namespace": "shop", "replicas": "3"}, Body: c[1]}
		if got := k.Says(s); got != c[2] {
			t.Errorf("%s%s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
