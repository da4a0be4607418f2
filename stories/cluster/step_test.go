package cluster

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/state"
)

// steps performs steps of kind kubectl on a cluster with a shop.
type steps struct {
	*testing.T
	cluster *Cluster
	kubectl func(string, ...string) (string, error)
	kind    *state.Kind
	env     []string
	run     string
	plan    *prentice.Plan
	times   int
}

func newSteps(t *testing.T) *steps {
	c, kubectl := raised(t)
	folder := t.TempDir()
	config, err := kubectl("admin", "config", "view", "--raw", "-o", "json")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "KUBECONFIG=" + file, "TARGET_CONTEXT=admin"}
	if p := os.Getenv("KUBECTL"); p != "" {
		env[0] = "PATH=" + filepath.Dir(p) + ":" + os.Getenv("PATH")
	}
	s := &steps{T: t, cluster: c, kubectl: kubectl, env: env, run: "run/7", plan: &prentice.Plan{}}
	sh := &shell.Kind{Scratch: filepath.Join(folder, "scratch"), Dir: folder, Env: env, Grace: time.Second}
	for _, k := range state.Kinds(sh) {
		if k.Name() == "kubectl" {
			s.kind = k.(*state.Kind)
		}
	}
	return s
}

func (s *steps) work(step prentice.PlannedStep, log *bytes.Buffer) prentice.Work {
	s.times++
	if step.Of == "" {
		s.plan.Steps = []prentice.PlannedStep{step}
	}
	return prentice.Work{Run: prentice.Ref(s.run), Nonce: "n", Once: fmt.Sprint(s.times), Plan: s.plan, Step: step, Target: prentice.Target{Ref: "resource/cluster", Local: true}, Env: s.env, Log: log}
}

// step is one of the words behind kubectl, and a body.
func step(attrs, body string) prentice.PlannedStep {
	given := map[string]string{"namespace": "shop"}
	for word := range strings.FieldsSeq(attrs) {
		name, value, _ := strings.Cut(word, "=")
		given[name] = value
	}
	if strings.HasPrefix(given["resource"], "node/") {
		delete(given, "namespace")
	}
	return prentice.PlannedStep{ID: "fix", Section: prentice.Act, Kind: "kubectl", Risk: prentice.Change, Where: "target", Idempotent: true, Attrs: given, Body: body}
}

func (s *steps) apply(step prentice.PlannedStep) (prentice.Outcome, string) {
	s.Helper()
	var log bytes.Buffer
	out, err := s.kind.Apply(s.Context(), s.work(step, &log))
	if err != nil {
		s.Fatal(err)
	}
	return out, log.String()
}

func (s *steps) so(step prentice.PlannedStep) bool {
	step.Risk = prentice.Look
	out, _ := s.apply(step)
	return out.OK
}

func undo(step prentice.PlannedStep) prentice.PlannedStep {
	step.Of, step.ID, step.Section, step.Body = step.ID, step.ID+".undo", prentice.Undo, "" // as it is planned
	return step
}

// shown is what matters of the shop, to be compared.
func (s *steps) shown() string {
	var b strings.Builder
	for _, o := range [][2]string{{"Deployment", "checkout"}, {"Service", "checkout"}, {"Service", "cart"}, {"AuthorizationPolicy", "deny"}, {"Secret", "db"}} {
		is := s.cluster.Object(o[0], "shop", o[1])
		fmt.Fprintln(&b, o[1], at(is, "spec"), at(is, "data"), at(is, "metadata", "labels"))
	}
	fmt.Fprintln(&b, at(s.cluster.Object("Node", "", "n1"), "spec", "unschedulable"))
	return b.String()
}

func TestAStepOfKubectlMakesItSoOnceAndPutsItBack(t *testing.T) {
	s := newSteps(t)
	s.env = append(s.env, "DB_PASSWORD=hunter22")
	if out, err := s.kubectl("admin", "rollout", "status", "deployment/checkout", "--timeout=20s"); err != nil {
		t.Fatal(out)
	}
	for _, c := range []struct{ name, attrs, body, wants string }{
		{"a variable", "resource=deployment/checkout", `{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"B","value":"c"}]}]}}}}`, "B value:c"},
		{"a number of pods", "do=scale resource=deployment/checkout replicas=3", "", "replicas:3"},
		{"a label that was not there", "resource=deployment/checkout", `{"metadata":{"labels":{"a.b/c":"d"}}}`, "a.b/c:d"},
		{"a port", "resource=service/checkout", `{"spec":{"ports":[{"port":80,"targetPort":9090}]}}`, "targetPort:9090"},
		{"an object of a custom kind", "resource=authorizationpolicy/deny type=merge", `{"spec":{"action":"ALLOW"}}`, "action:ALLOW"},
		{"one that is to be gone", "do=delete resource=authorizationpolicy/deny", "", "deny <nil>"},
		{"one that is to be there", "do=apply resource=service/cart", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"cart","namespace":"shop"},"spec":{"selector":{"app":"cart"},"ports":[{"port":80}]}}`, "app:cart"},
		{"a node that takes no pods", "do=cordon resource=node/n1", "", "true"},
		{"pods that are begun anew", "do=restart resource=deployment/checkout", "", "prentice.dev/restarted-by:run-7."},
		{"a Secret", "do=secret resource=secret/db key.password=db-password", "", "password:aHVudGVyMjI="},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.T = t
			before, do := s.shown(), step(c.attrs, c.body)
			seen, err := s.kind.Survey(t.Context(), s.work(do, &bytes.Buffer{}))
			if err != nil || seen.So || seen.Now == "" || s.shown() != before {
				t.Fatalf("planned: %+v, %v", seen, err)
			}
			if strings.Contains(fmt.Sprint(seen), "aHVudGVyMjI=") || strings.Contains(c.name, "variable") && !strings.Contains(seen.Diff, `"c"`) {
				t.Errorf("planned, it shows %s", seen.Diff)
			}
			if s.so(do) {
				t.Error("it is so before")
			}
			if out, log := s.apply(do); !out.OK || !strings.Contains(s.shown(), c.wants) {
				t.Fatalf("%+v %s\n%s", out, log, s.shown())
			}
			after := s.shown()
			if out, log := s.apply(do); !out.OK || !strings.Contains(log, "nothing to change") || s.shown() != after {
				t.Errorf("again: %+v %s", out, log)
			}
			if out, log := s.apply(undo(do)); !out.OK || s.shown() != before {
				t.Errorf("put back: %+v %s\n%s\nbefore:\n%s", out, log, s.shown(), before)
			}
		})
	}
}

func TestWhatAClusterWouldRefuseIsRefusedWhenItIsPlanned(t *testing.T) {
	s := newSteps(t)
	before := s.shown()
	for _, c := range []struct{ name, attrs, body, says string }{
		{"a field that it does not know", "resource=deployment/checkout", `{"spec":{"replica":3}}`, `unknown field "spec.replica"`},
		{"a value that it does not take", "resource=deployment/checkout", `{"spec":{"replicas":-1}}`, "must be greater"},
		{"what is not there", "resource=deployment/chekout", `{"spec":{"replicas":1}}`, "there is no deployment/chekout in shop of admin"},
		{"a kind that it does not have", "resource=widget/a", `{"spec":{"replicas":1}}`, "the server doesn't have a resource type"},
		{"what there is no right for", "resource=deployment/checkout context=reader", `{"spec":{"replicas":1}}`, "is forbidden"},
		{"a context that is not there", "resource=deployment/checkout context=prod", `{"spec":{"replicas":1}}`, "context"},
	} {
		seen, err := s.kind.Survey(t.Context(), s.work(step(c.attrs, c.body), &bytes.Buffer{}))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %+v, %v, want %s", c.name, seen, err, c.says)
		}
	}
	s.env[len(s.env)-1] = "TARGET_CONTEXT="
	if _, err := s.kind.Survey(t.Context(), s.work(step("resource=deployment/checkout", `{"spec":{"replicas":1}}`), &bytes.Buffer{})); err == nil || !strings.Contains(err.Error(), "no context") {
		t.Errorf("without a context: %v", err)
	}
	if s.shown() != before {
		t.Errorf("something was changed: %s", s.shown())
	}
}

func TestWhatOthersChangedIsNotOverwritten(t *testing.T) {
	s := newSteps(t)
	do := step("resource=service/checkout", `{"spec":{"ports":[{"port":80,"targetPort":9090}]}}`)
	seen, err := s.kind.Survey(t.Context(), s.work(do, &bytes.Buffer{}))
	if err != nil {
		t.Fatal(err)
	}
	s.plan.Seen = []prentice.Seen{seen}
	if out, err := s.kubectl("admin", "patch", "service", "checkout", "-p", `{"spec":{"sessionAffinity":"ClientIP"}}`); err != nil {
		t.Fatal(out)
	}
	if out, _ := s.apply(do); !out.OK { // what it does not touch may change
		t.Errorf("%+v", out)
	}
	if out, err := s.kubectl("admin", "patch", "service", "checkout", "-p", `{"spec":{"ports":[{"port":80,"targetPort":7070}]}}`); err != nil {
		t.Fatal(out)
	}
	if out, _ := s.apply(do); out.OK || !strings.Contains(out.Says, "is not as it was when this was planned") {
		t.Errorf("changed since it was planned: %+v", out)
	}
	if out, _ := s.apply(undo(do)); out.OK || !strings.Contains(out.Says, "was changed by others since") {
		t.Errorf("put back over what others did: %+v", out)
	}
	if is := fmt.Sprint(at(s.cluster.Object("Service", "shop", "checkout"), "spec", "ports")); !strings.Contains(is, "7070") {
		t.Errorf("the port is %s", is)
	}
}

func TestARolloutIsRolledBackOnceAndForwardAgain(t *testing.T) {
	s := newSteps(t)
	image := func() string {
		return fmt.Sprint(at(s.cluster.Object("Deployment", "shop", "checkout"), "spec", "template", "spec", "containers"))
	}
	for _, args := range [][]string{{"rollout", "status", "deployment/checkout", "--timeout=20s"}, {"set", "image", "deployment/checkout", "main=elsewhere/checkout:2"}} {
		if out, err := s.kubectl("admin", args...); err != nil {
			t.Fatal(out)
		}
	}
	if out, err := s.kubectl("admin", "rollout", "status", "deployment/checkout", "--timeout=1s"); err == nil {
		t.Errorf("a rollout of an image that does not exist came to its end: %s", out)
	}
	do := step("do=rollback resource=deployment/checkout", "")
	for range 2 { // the second time it is so already
		if out, log := s.apply(do); !out.OK || !strings.Contains(image(), "registry/checkout:1") {
			t.Fatalf("%+v %s %s", out, log, image())
		}
	}
	if out, err := s.kubectl("admin", "rollout", "status", "deployment/checkout", "--timeout=20s"); err != nil {
		t.Error(out)
	}
	if out, log := s.apply(undo(do)); !out.OK || !strings.Contains(image(), "elsewhere/checkout:2") {
		t.Errorf("put back: %+v %s %s", out, log, image())
	}
}
