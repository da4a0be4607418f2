package state

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/variable"
)

//go:embed kubectl.sh
var kubectlScript string

// kubectl is the kind `kubectl resource=deployment/checkout namespace=shop`: how an object
// of a cluster is to be. The block is the patch, or the manifest, as YAML or JSON.
var kubectl = sort{
	name: "kubectl", script: kubectlScript, body: true, data: true, strict: true,
	attrs: []string{"do", "resource", "namespace", "context", "type", "replicas", "revision", "key.NAME"}, open: "key.",
	lint: lintKubectl, says: saysKubectl, values: valuesOfKubectl,
}

var (
	operations   = []string{"patch", "apply", "delete", "scale", "restart", "rollback", "cordon", "uncordon", "secret"}
	withBody     = []string{"patch", "apply"}
	resourceForm = pattern.Of(`^[a-z][a-z0-9.-]{0,100}/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	nameForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	contextForm  = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$`)
	numberForm   = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})$`)
	keyForm      = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$`)
	// ofCluster are kinds that are in no namespace.
	ofCluster = []string{"node", "no", "namespace", "ns", "priorityclass", "persistentvolume", "pv", "storageclass", "sc", "clusterrole", "clusterrolebinding"}
	// holding are kinds with which more goes than can be put back.
	holding = []string{"namespace", "ns", "persistentvolume", "pv", "persistentvolumeclaim", "pvc", "customresourcedefinition", "crd", "node", "no", "statefulset", "sts", "secret"}
)

// do is what a step does; a block without a word is a patch.
func do(attrs map[string]string) string {
	if d := attrs["do"]; d != "" {
		return d
	}
	return "patch"
}

// typeOf is the kind of object, in the singular and without its group.
func typeOf(resource string) string {
	word, _, _ := strings.Cut(resource, "/")
	word, _, _ = strings.Cut(word, ".")
	switch {
	case strings.HasSuffix(word, "classes"):
		return strings.TrimSuffix(word, "es")
	case len(word) > 3 && !strings.HasSuffix(word, "ss"):
		return strings.TrimSuffix(word, "s")
	}
	return word
}

func lintKubectl(l *linting) {
	l.oneOf("do", operations...)
	l.oneOf("type", "strategic", "merge")
	l.required("resource", "deployment/NAME")
	l.matches("resource", resourceForm, "a kind and a name", "write both, such as deployment/checkout")
	l.matches("namespace", nameForm, "a name", "write the name of a namespace, such as shop")
	l.matches("context", contextForm, "the name of a context", "write one that kubectl config get-contexts shows")
	l.matches("replicas", numberForm, "a number of pods", "write replicas=3")
	l.matches("revision", numberForm, "a revision", "write one that kubectl rollout history shows")
	l.where()
	l.fits()
	l.keys()
}

// where sees to it that the namespace is written: what the kubeconfig happens to say is
// not in the plan.
func (l *linting) where() {
	resource, ok := l.value("resource")
	_, there := l.Attrs["namespace"]
	if cluster := slices.Contains(ofCluster, typeOf(resource)); ok && cluster == there {
		if cluster {
			l.fail("take namespace out", "%s is in no namespace", clip.Text(resource))
		} else {
			l.fail("write namespace=NAME: the one of the kubeconfig is not in the plan", "the kubectl step names no namespace")
		}
	}
	if _, there := l.Attrs["sudo"]; there {
		l.fail("take it out", "kubectl needs a kubeconfig and no sudo")
	}
}

// fits sees to it that a step has what its word needs and nothing else.
func (l *linting) fits() {
	d := do(l.Attrs)
	l.fixed("do", "what a step does is written: one of "+strings.Join(operations, ", "))
	has := strings.TrimSpace(l.Body) != ""
	resource, _ := l.value("resource")
	switch {
	case slices.Contains(withBody, d) && !has:
		l.fail("write what the object is to be like, such as spec: {replicas: 3}", "the %s has no text", d)
	case !slices.Contains(withBody, d) && has:
		l.fail("take the text out, or write do=patch", "do=%s has text inside", d)
	case len(l.Body) > 100_000:
		l.fail("divide it", "the text has %d bytes, and kubectl takes 100000 of a patch", len(l.Body))
	case d == "scale" && l.Attrs["replicas"] == "":
		l.fail("write replicas=3", "do=scale says no number")
	case d == "delete" && slices.Contains(holding, typeOf(resource)) && l.Risk == prentice.Change:
		l.fail("write risk=danger", "with %s goes what no one can put back", clip.Text(resource))
	case typeOf(resource) == "secret" && d != "secret" && d != "delete":
		l.fail("write do=secret key.NAME=NAME-OF-A-SECRET", "the values of a Secret would stand in the plan, where everyone can read them")
	case d == "secret" && resource != "" && typeOf(resource) != "secret":
		l.fail("write resource=secret/NAME", "do=secret is for a Secret, and %s is none", clip.Text(resource))
	case strings.HasSuffix(d, "cordon") && resource != "" && typeOf(resource) != "node":
		l.fail("write resource=node/NAME", "do=%s is for a node, and %s is none", d, clip.Text(resource))
	}
	l.only(d, "replicas", "scale")
	l.only(d, "revision", "rollback")
	l.only(d, "type", "patch")
}

func (l *linting) only(d, name, of string) {
	if _, there := l.Attrs[name]; there && d != of {
		l.fail("take it out, or write do="+of, "%s says something only of do=%s", name, of)
	}
}

// keys sees to it that the values of a Secret are named and never written.
func (l *linting) keys() {
	n := 0
	for _, name := range sortedNames(l.Attrs) {
		key, is := strings.CutPrefix(name, "key.")
		if !is {
			continue
		}
		n++
		switch {
		case do(l.Attrs) != "secret":
			l.fail("take it out, or write do=secret", "%s says something only of do=secret", name)
		case !keyForm.MatchString(key):
			l.fail("write key.NAME=NAME-OF-A-SECRET", "%q is not a key of a Secret", clip.Text(key))
		case !prentice.ValidName(l.Attrs[name]):
			l.fail("write the name of a secret, which stands in secrets: too", "%s=%q is not the name of a secret", name, clip.Text(l.Attrs[name]))
		}
	}
	if do(l.Attrs) == "secret" && n == 0 {
		l.fail("write key.password=NAME-OF-A-SECRET", "do=secret names no key")
	}
}

func sortedNames(attrs map[string]string) []string {
	var names []string
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func saysKubectl(s prentice.PlannedStep) string {
	in := s.Attrs["resource"]
	if n := s.Attrs["namespace"]; n != "" {
		in += " in " + n
	}
	if c := s.Attrs["context"]; c != "" {
		in += " of " + c
	}
	if s.Of != "" { // the step that puts it back has no data
		return in
	}
	switch do(s.Attrs) {
	case "apply":
		return in + " is as the manifest says"
	case "delete":
		return in + " is not there"
	case "scale":
		return in + " has " + s.Attrs["replicas"] + " replicas"
	case "restart":
		return "the pods of " + in + " are begun anew"
	case "rollback":
		if r := s.Attrs["revision"]; r != "" {
			return in + " is at revision " + r
		}
		return in + " is at the revision before"
	case "cordon":
		return in + " takes no new pods"
	case "uncordon":
		return in + " takes new pods"
	case "secret":
		return in + " has the values of its secrets"
	}
	return in + " has " + strings.Join(fieldsOf(s.Body), ", ")
}

// fieldsOf are the fields that a patch changes, as people write them.
func fieldsOf(body string) []string {
	var patch map[string]any
	if json.Unmarshal([]byte(body), &patch) != nil {
		return []string{"the fields of the patch"}
	}
	var names []string
	for _, p := range partsOf(patch) {
		names = append(names, strings.Join(p, "."))
	}
	return names
}

func valuesOfKubectl(s prentice.PlannedStep) map[string]string {
	d := do(s.Attrs)
	values := map[string]string{"do": d, "patch": s.Body, "parts": "", "paths": "", "keys": "", "says_so": saysKubectl(s)}
	for _, name := range []string{"resource", "namespace", "context", "type", "replicas", "revision"} {
		values[name] = s.Attrs[name]
	}
	if values["type"] == "" {
		values["type"] = "strategic"
	}
	for _, name := range sortedNames(s.Attrs) {
		if key, is := strings.CutPrefix(name, "key."); is {
			values["keys"] += key + " " + variable.Of(s.Attrs[name]) + "\n"
		}
	}
	values["pointers"], values["paths"] = pathsOf(parts(d, s.Body))
	return values
}
