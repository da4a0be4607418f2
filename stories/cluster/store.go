package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Cluster is the objects and who may do what. It answers as an http.Handler.
type Cluster struct {
	mu      sync.Mutex
	changed *sync.Cond        // guarded by mu
	version int64             // guarded by mu: of the newest change
	objects map[string]object // guarded by mu: by key
	events  []event           // guarded by mu
	users   map[string]user   // by token
	Images  func(string) bool // whether an image exists; nil is all of them
	closed  bool              // guarded by mu
}

type event struct {
	version int64
	kind    kind
	what    string // ADDED, MODIFIED, DELETED
	object  object
}

// New is an empty cluster. It works until Close.
func New() *Cluster {
	c := &Cluster{objects: map[string]object{}, users: map[string]user{}}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// Close ends its watches and its controller.
func (c *Cluster) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.changed.Broadcast()
}

func key(k kind, namespace, name string) string {
	return k.qualified() + "/" + namespace + "/" + name
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// copyOf shares nothing with the object.
func copyOf(o object) object {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	var c object
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err)
	}
	return c
}

// same says whether two values are the same in JSON.
func same(a, b any) bool {
	x, _ := json.Marshal(a) //nolint:errcheck // both came from JSON
	y, _ := json.Marshal(b) //nolint:errcheck // as above
	return string(x) == string(y)
}

// at is a value below some fields, or nil.
func at(o any, path ...string) any {
	for _, name := range path {
		m, _ := o.(object)
		o = m[name]
	}
	return o
}

func text(o any, path ...string) string {
	s, _ := at(o, path...).(string)
	return s
}

func number(o any, path ...string) int {
	n, _ := at(o, path...).(float64)
	return int(n)
}

// set puts a value below some fields.
func set(o object, v any, path ...string) {
	for _, name := range path[:len(path)-1] {
		m, ok := o[name].(object)
		if !ok {
			m = object{}
			o[name] = m
		}
		o = m
	}
	o[path[len(path)-1]] = v
}

func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) //nolint:errcheck // it never fails
	return hex.EncodeToString(b)
}

// put keeps an object as the newest of its name, and tells who watches. A change of
// nothing keeps the version. The lock is held.
func (c *Cluster) put(k kind, o object) object {
	o = copyOf(o)
	name, namespace := text(o, "metadata", "name"), text(o, "metadata", "namespace")
	was, there := c.objects[key(k, namespace, name)]
	what := "ADDED"
	if there {
		what = "MODIFIED"
		set(o, was["metadata"].(object)["resourceVersion"], "metadata", "resourceVersion")
		if same(was, o) {
			return o
		}
		if !same(was["spec"], o["spec"]) {
			set(o, float64(number(was, "metadata", "generation")+1), "metadata", "generation")
		}
	} else {
		set(o, random(16), "metadata", "uid")
		set(o, time.Now().UTC().Format(time.RFC3339), "metadata", "creationTimestamp")
		set(o, float64(1), "metadata", "generation")
	}
	o["apiVersion"], o["kind"] = k.apiVersion(), k.name
	c.version++
	set(o, strconv.FormatInt(c.version, 10), "metadata", "resourceVersion")
	c.objects[key(k, namespace, name)] = o
	c.tell(k, what, o)
	return o
}

func (c *Cluster) remove(k kind, o object) {
	delete(c.objects, key(k, text(o, "metadata", "namespace"), text(o, "metadata", "name")))
	c.version++
	o = copyOf(o)
	set(o, strconv.FormatInt(c.version, 10), "metadata", "resourceVersion")
	c.tell(k, "DELETED", o)
}

func (c *Cluster) tell(k kind, what string, o object) {
	c.events = append(c.events, event{c.version, k, what, o})
	c.changed.Broadcast()
}

// list is the objects of a kind that a selection takes, by name. The lock is held.
func (c *Cluster) list(k kind, s selection) []object {
	var list []object
	for _, name := range sorted(c.objects) {
		if o := c.objects[name]; o["kind"] == k.name && o["apiVersion"] == k.apiVersion() && s.takes(o) {
			list = append(list, o)
		}
	}
	return list
}

// Object is one of the cluster's, for tests; nil when it is not there.
func (c *Cluster) Object(kindName, namespace, name string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range kinds {
		if o := c.objects[key(k, namespace, name)]; k.name == kindName && o != nil {
			return copyOf(o)
		}
	}
	return nil
}

// Tokens is who may do something, the administrator aside.
func (c *Cluster) Tokens() []string {
	return slices.DeleteFunc(sorted(c.users), func(name string) bool { return c.users[name].admin })
}

// Load takes in an object as an administrator creates it. A Role or a ClusterRole is
// what the token of its name may do.
func (c *Cluster) Load(o map[string]any) error {
	o = copyOf(o)
	switch o["kind"] {
	case "Role", "ClusterRole":
		return c.role(o)
	}
	for _, k := range kinds {
		if o["kind"] == k.name && o["apiVersion"] == k.apiVersion() {
			if problem := c.check(k, o, "Strict", nil); problem != nil {
				return fmt.Errorf("%v", problem.message)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.put(k, defaulted(k, o))
			return nil
		}
	}
	return fmt.Errorf("there is no kind %v of %v", o["kind"], o["apiVersion"])
}
