package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const shop = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: a}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {zone: b}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
      - name: main
        image: registry/checkout:1
        env: [{name: A, value: a}, {name: B, value: b}]
---
apiVersion: v1
kind: Service
metadata: {name: checkout, namespace: shop}
spec: {selector: {app: checkout}, ports: [{port: 80, targetPort: 8080}]}
---
{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: deny, namespace: shop}, spec: {action: DENY}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: checkout, namespace: shop}
spec: {minAvailable: 2, selector: {matchLabels: {app: checkout}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list]}]
`

// raised is a cluster with a shop, and kubectl for it.
func raised(t *testing.T) (*Cluster, func(token string, args ...string) (string, error)) {
	t.Helper()
	program := os.Getenv("KUBECTL")
	if program == "" {
		program = "kubectl"
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skip("SKIPPED: there is no kubectl on this machine (on Debian: apt-get install kubernetes-client)")
	}
	c := New()
	c.Admin("admin")
	c.Images = func(image string) bool { return strings.HasPrefix(image, "registry/") }
	d := yaml.NewDecoder(strings.NewReader(shop))
	for {
		var o map[string]any
		if d.Decode(&o) != nil {
			break
		}
		if err := c.Load(o); err != nil {
			t.Fatal(err)
		}
	}
	server, end := c.Serve()
	t.Cleanup(end)
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte(Config(server, "admin", "reader", "no-one")), 0o600); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for name, text := range map[string]string{
		"NEW":   `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}, "spec": {"selector": {"app": "cart"}, "ports": [{"port": 80}]}}`,
		"OTHER": `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}, "spec": {"selector": {"app": "other"}}}`,
		"TYPO":  `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop"}, "spec": {"selectors": {"app": "cart"}}}`,
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c, func(token string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"--context", token, "-n", "shop", "--request-timeout=20s"}, args...)...)
		cmd.Dir = home
		cmd.Env = []string{"KUBECONFIG=" + config, "HOME=" + home, "PATH=" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

func TestTheRealKubectlIsAnsweredAsByACluster(t *testing.T) {
	c, kubectl := raised(t)
	for _, s := range []struct {
		name, token string
		args        []string
		fails       bool
		says        string
	}{
		{"a rollout comes to its end", "admin", []string{"rollout", "status", "deployment/checkout", "--timeout=20s"}, false, "successfully rolled out"},
		{"pods run on nodes", "admin", []string{"get", "pods", "-o", "jsonpath={.items[*].status.phase}"}, false, "Running Running"},
		{"a strategic patch merges by name", "admin", []string{"patch", "deployment", "checkout", "-p", `{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"B","value":"c"}]}]}}}}`}, false, "patched"},
		{"so the other variable is still there", "admin", []string{"get", "deployment", "checkout", "-o", "jsonpath={.spec.template.spec.containers[0].env[*].value}"}, false, "a c"},
		{"the same once more changes nothing", "admin", []string{"patch", "deployment", "checkout", "-p", `{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"B","value":"c"}]}]}}}}`}, false, "(no change)"},
		{"a dry run changes nothing", "admin", []string{"patch", "deployment", "checkout", "--dry-run=server", "-o", "jsonpath={.spec.replicas}", "-p", `{"spec":{"replicas":9}}`}, false, "9"},
		{"so there are two", "admin", []string{"get", "deployment", "checkout", "-o", "jsonpath={.spec.replicas}"}, false, "2"},
		{"a dry run is refused as the act would be", "admin", []string{"patch", "deployment", "checkout", "--dry-run=server", "-p", `{"spec":{"replicas":-1}}`}, true, "must be greater than or equal to 0"},
		{"a text is no number", "admin", []string{"patch", "deployment", "checkout", "-p", `{"spec":{"replicas":"two"}}`}, true, "cannot unmarshal"},
		{"an unknown field is warned of", "admin", []string{"patch", "deployment", "checkout", "-p", `{"spec":{"replica":3}}`}, false, `unknown field "spec.replica"`},
		{"an old version is a conflict", "admin", []string{"patch", "deployment", "checkout", "-p", `{"metadata":{"resourceVersion":"1"},"spec":{"replicas":3}}`}, true, "the object has been modified"},
		{"a selector stays", "admin", []string{"patch", "deployment", "checkout", "--type=merge", "-p", `{"spec":{"selector":{"matchLabels":{"app":"x"}}}}`}, true, "field is immutable"},
		{"a rollout is undone", "admin", []string{"rollout", "undo", "deployment/checkout"}, false, "rolled back"},
		{"what was before is there", "admin", []string{"get", "deployment", "checkout", "-o", "jsonpath={.spec.template.spec.containers[0].env[*].value}"}, false, "a b"},
		{"a rollout is begun anew", "admin", []string{"rollout", "restart", "deployment/checkout"}, false, "restarted"},
		{"and comes to its end", "admin", []string{"rollout", "status", "deployment/checkout", "--timeout=20s"}, false, "successfully rolled out"},
		{"a Deployment is scaled", "admin", []string{"scale", "deployment/checkout", "--replicas=3"}, false, "scaled"},
		{"a custom kind knows no strategic patch", "admin", []string{"patch", "authorizationpolicy", "deny", "-p", `{"spec":{"action":"ALLOW"}}`, "--type=strategic"}, true, ""},
		{"but a merge patch", "admin", []string{"patch", "authorizationpolicy", "deny", "--type=merge", "-p", `{"spec":{"action":"ALLOW"}}`}, false, "patched"},
		{"a custom kind has a dry run", "admin", []string{"patch", "authorizationpolicy", "deny", "--dry-run=server", "-o", "jsonpath={.spec.action}", "--type=merge", "-p", `{"spec":{"action":"DENY"}}`}, false, "DENY"},
		{"but does nothing in it", "admin", []string{"get", "authorizationpolicy", "deny", "-o", "jsonpath={.spec.action}"}, false, "ALLOW"},
		{"it is deleted", "admin", []string{"delete", "authorizationpolicy", "deny"}, false, "deleted"},
		{"and is gone", "admin", []string{"get", "authorizationpolicy", "deny"}, true, "not found"},
		{"a port out of range", "admin", []string{"patch", "service", "checkout", "-p", `{"spec":{"ports":[{"port":80,"targetPort":80800}]}}`}, true, "must be between 1 and 65535"},
		{"a manifest is applied", "admin", []string{"apply", "--server-side", "--field-manager=one", "-f", "NEW"}, false, "serverside-applied"},
		{"another manager is in conflict", "admin", []string{"apply", "--server-side", "--field-manager=two", "-f", "OTHER"}, true, "conflict"},
		{"and forces it", "admin", []string{"apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "OTHER"}, false, "serverside-applied"},
		{"a misspelt field of a manifest is refused", "admin", []string{"apply", "--server-side", "--field-manager=one", "-f", "TYPO"}, os.Getenv("KUBECTL") == "", `unknown field "spec.selectors"`},
		{"a node is cordoned", "admin", []string{"cordon", "n1"}, false, "cordoned"},
		{"who may only read reads", "reader", []string{"get", "deployment", "checkout", "-o", "name"}, false, "deployment.apps/checkout"},
		{"and changes nothing", "reader", []string{"scale", "deployment/checkout", "--replicas=1"}, true, "cannot"},
		{"a stranger is let do nothing", "no-one", []string{"get", "deployment", "checkout"}, true, "must be logged in"},
	} {
		out, err := kubectl(s.token, s.args...)
		if (err != nil) != s.fails || !strings.Contains(out, s.says) {
			t.Errorf("%s: kubectl %s: %v, %s", s.name, strings.Join(s.args, " "), err, out)
		}
	}
	if n := number(c.Object("Deployment", "shop", "checkout"), "spec", "replicas"); n != 3 {
		t.Errorf("%d replicas, want 3", n)
	}
}
