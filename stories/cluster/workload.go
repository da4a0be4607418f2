package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

var (
	podKind        = kindNamed("Pod")
	deploymentKind = kindNamed("Deployment")
	setKind        = kindNamed("ReplicaSet")
)

func kindNamed(name string) kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	panic(name)
}

const revision = "deployment.kubernetes.io/revision"

// Run is what a cluster does by itself: a change at a time, so that a rollout can be
// watched. It ends with Close.
func (c *Cluster) Run() {
	for {
		c.mu.Lock()
		closed := c.closed
		if !closed {
			for _, d := range c.list(deploymentKind, selection{}) {
				c.reconcile(copyOf(d))
			}
		}
		c.mu.Unlock()
		if closed {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// reconcile brings a Deployment one step nearer to what it asks for.
func (c *Cluster) reconcile(d object) {
	namespace := text(d, "metadata", "namespace")
	want := number(d, "spec", "replicas")
	set := c.setFor(d)
	pods := c.podsOf(d)
	var current, old, ready []object
	for _, p := range pods {
		if owner(p) == text(set, "metadata", "name") {
			current = append(current, p)
			if isReady(p) {
				ready = append(ready, p)
			}
		} else {
			old = append(old, p)
		}
	}
	switch {
	case len(current) < want && c.quotaLeft(namespace, d):
		c.put(podKind, c.pod(d, set))
	case len(current) > want:
		c.remove(podKind, current[len(current)-1])
	case len(old) > 0 && len(ready) == want:
		c.remove(podKind, old[0])
	}
	for _, p := range current {
		c.start(copyOf(p))
	}
	c.status(d, len(current), len(ready), len(pods))
}

// setFor is the ReplicaSet of a Deployment's template, with the newest revision.
func (c *Cluster) setFor(d object) object {
	template := at(d, "spec", "template")
	raw, _ := json.Marshal(template) //nolint:errcheck // it came from JSON
	sum := sha256.Sum256(raw)
	name := text(d, "metadata", "name") + "-" + hex.EncodeToString(sum[:5])
	newest, mine := 0, object(nil)
	for _, s := range c.list(setKind, selection{namespace: text(d, "metadata", "namespace")}) {
		if !owns(d, s) {
			continue
		}
		var n int
		fmt.Sscan(text(s, "metadata", "annotations", revision), &n) //nolint:errcheck // it is ours
		newest = max(newest, n)
		if text(s, "metadata", "name") == name {
			mine = copyOf(s)
		}
	}
	number := fmt.Sprint(newest + 1)
	if mine != nil && text(mine, "metadata", "annotations", revision) == fmt.Sprint(newest) {
		number = fmt.Sprint(newest)
	}
	if mine == nil {
		copied := asObject(copyOf(object{"t": template})["t"])
		set(copied, strings.TrimPrefix(name, text(d, "metadata", "name")+"-"), "metadata", "labels", "pod-template-hash")
		mine = object{"metadata": object{"name": name, "namespace": text(d, "metadata", "namespace"), "labels": at(copied, "metadata", "labels"), "ownerReferences": references(deploymentKind, d)},
			"spec": object{"replicas": at(d, "spec", "replicas"), "selector": at(d, "spec", "selector"), "template": copied}}
	}
	set(mine, number, "metadata", "annotations", revision)
	set(d, number, "metadata", "annotations", revision)
	return c.put(setKind, mine)
}

func references(k kind, o object) []any {
	return []any{object{"apiVersion": k.apiVersion(), "kind": k.name, "name": text(o, "metadata", "name"), "uid": text(o, "metadata", "uid"), "controller": true}}
}

func owns(d, o object) bool {
	list, _ := at(o, "metadata", "ownerReferences").([]any)
	return len(list) == 1 && text(list[0], "uid") == text(d, "metadata", "uid")
}

func owner(p object) string {
	list, _ := at(p, "metadata", "ownerReferences").([]any)
	if len(list) == 0 {
		return ""
	}
	return text(list[0], "name")
}

func (c *Cluster) podsOf(d object) []object {
	var pods []object
	for _, p := range c.list(podKind, selection{namespace: text(d, "metadata", "namespace")}) {
		set := c.objects[key(setKind, text(d, "metadata", "namespace"), owner(p))]
		if set != nil && owns(d, set) {
			pods = append(pods, p)
		}
	}
	return pods
}

func (c *Cluster) pod(d, of object) object {
	copied := copyOf(asObject(at(of, "spec", "template")))
	return object{"metadata": object{"name": text(of, "metadata", "name") + "-" + random(3), "namespace": text(d, "metadata", "namespace"), "labels": at(copied, "metadata", "labels"), "ownerReferences": references(setKind, of)},
		"spec": copied["spec"], "status": object{"phase": "Pending"}}
}

// start lets a pod become ready, or says why it waits.
func (c *Cluster) start(p object) {
	if isReady(p) {
		return
	}
	node := text(p, "spec", "nodeName")
	if node == "" {
		if node = c.nodeFor(p); node != "" {
			set(p, node, "spec", "nodeName")
		}
	}
	image := ""
	if list, _ := at(p, "spec", "containers").([]any); len(list) > 0 {
		image = text(list[0], "image")
	}
	waits := ""
	switch {
	case node == "":
		waits = "Unschedulable"
	case c.Images != nil && !c.Images(image):
		waits = "ImagePullBackOff"
	}
	if waits != "" {
		set(p, []any{object{"name": "main", "ready": false, "image": image, "state": object{"waiting": object{"reason": waits}}}}, "status", "containerStatuses")
	} else {
		set(p, "Running", "status", "phase")
		set(p, []any{object{"type": "Ready", "status": "True"}}, "status", "conditions")
		set(p, []any{object{"name": "main", "ready": true, "image": image, "state": object{"running": object{}}}}, "status", "containerStatuses")
	}
	c.put(podKind, p)
}

func isReady(p object) bool { return text(p, "status", "phase") == "Running" }

// nodeFor is a node that takes new pods and has the labels that a pod wants.
func (c *Cluster) nodeFor(p object) string {
	for _, n := range c.list(kindNamed("Node"), selection{}) {
		if at(n, "spec", "unschedulable") == true {
			continue
		}
		fits := true
		for name, v := range asObject(at(p, "spec", "nodeSelector")) {
			fits = fits && at(n, "metadata", "labels", name) == v
		}
		if fits {
			return text(n, "metadata", "name")
		}
	}
	return ""
}

// quotaLeft says whether the namespace may have another pod.
func (c *Cluster) quotaLeft(namespace string, _ object) bool {
	pods := len(c.list(podKind, selection{namespace: namespace}))
	for _, q := range c.list(kindNamed("ResourceQuota"), selection{namespace: namespace}) {
		var most int
		if n, _ := fmt.Sscan(fmt.Sprint(at(q, "spec", "hard", "pods")), &most); n == 1 && pods >= most { //nolint:errcheck // then it bounds no pods
			return false
		}
	}
	return true
}

func (c *Cluster) status(d object, updated, ready, all int) {
	reason, message := "ReplicaSetUpdated", "is progressing"
	if ready == number(d, "spec", "replicas") && all == updated {
		reason, message = "NewReplicaSetAvailable", "has successfully progressed"
	}
	available := min(all, number(d, "spec", "replicas"))
	if all == updated {
		available = ready
	}
	d["status"] = object{"observedGeneration": at(d, "metadata", "generation"), "replicas": float64(all), "updatedReplicas": float64(updated), "readyReplicas": float64(available), "availableReplicas": float64(available),
		"conditions": []any{object{"type": "Progressing", "status": "True", "reason": reason, "message": message},
			object{"type": "Available", "status": map[bool]string{true: "True", false: "False"}[available >= number(d, "spec", "replicas")], "reason": "MinimumReplicasAvailable"}}}
	c.put(deploymentKind, d)
}

// scale is the subresource scale of a Deployment.
func (c *Cluster) scale(q *call, o object) (object, *problem) {
	is := func(o object) object {
		return object{"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": object{"name": q.name, "namespace": q.namespace, "resourceVersion": text(o, "metadata", "resourceVersion"), "uid": text(o, "metadata", "uid")},
			"spec": object{"replicas": at(o, "spec", "replicas")}, "status": object{"replicas": at(o, "status", "replicas")}}
	}
	if q.verb == "get" {
		return is(o), nil
	}
	var body object
	if err := json.Unmarshal(q.body, &body); err != nil {
		return nil, &problem{400, "BadRequest", err.Error()}
	}
	n, ok := at(body, "spec", "replicas").(float64)
	if !ok {
		return nil, &problem{422, "Invalid", "spec.replicas: Required value"}
	}
	o = copyOf(o)
	if v := text(body, "metadata", "resourceVersion"); v != "" {
		set(o, v, "metadata", "resourceVersion")
	}
	set(o, n, "spec", "replicas")
	got, wrong := c.keep(q, o, c.objects[key(q.kind, q.namespace, q.name)])
	if wrong != nil {
		return nil, wrong
	}
	return is(got), nil
}

// evict takes a pod away unless a disruption budget forbids it.
func (c *Cluster) evict(q *call, pod object) (object, *problem) {
	for _, b := range c.list(kindNamed("PodDisruptionBudget"), selection{namespace: q.namespace}) {
		var terms []string
		for name, v := range asObject(at(b, "spec", "selector", "matchLabels")) {
			terms = append(terms, name+"="+fmt.Sprint(v))
		}
		s := selection{namespace: q.namespace, labels: strings.Join(terms, ",")}
		ready := 0
		for _, p := range c.list(podKind, s) {
			if isReady(p) {
				ready++
			}
		}
		if s.takes(pod) && ready-1 < number(b, "spec", "minAvailable") {
			return nil, &problem{429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget."}
		}
	}
	if !q.dry {
		c.remove(podKind, pod)
	}
	return object{"kind": "Status", "apiVersion": "v1", "status": "Success"}, nil
}
