package prentice

import "slices"

// Resource is what is reached from a host and is none: a database, a cluster, a
// queue, a namespace. It can be a target when it says from where it is reached.
type Resource struct {
	Ref     Ref               `json:"ref"`
	Type    string            `json:"type,omitempty"`
	Owner   Ref               `json:"owner,omitempty"`
	System  Ref               `json:"system,omitempty"`
	Address string            `json:"address,omitempty"` // where the host finds it
	Local   bool              `json:"local,omitempty"`   // it is reached from this machine, whether that is a host of the catalog or not
	Via     []Host            `json:"via,omitempty"`     // the hosts from which it is reached; the first is taken when none is asked for
	Place   string            `json:"place,omitempty"`   // what it is, when its address does not tell it from others
	Facts   map[string]string `json:"facts,omitempty"`
	Blocked string            `json:"blocked,omitempty"` // why no plan may aim at it; "" is nothing
	At      Pos               `json:"-"`
}

// Reached says whether it is known from where the resource is reached.
func (r Resource) Reached() bool { return r.Local || len(r.Via) > 0 }

// Target is the resource as a plan names it, reached from a host by its bare name
// or ref; from "" is the first that it says.
func (r Resource) Target(from string) (Target, error) {
	t := Target{Ref: r.Ref, Address: r.Address, Local: r.Local, Facts: r.Facts}
	if !r.Reached() {
		return Target{}, Errorf(Refused, "%s says not from which host it is reached", r.Ref).
			Try(`give it the annotation prentice.dev/via: HOST in the catalog, or prentice.dev/local: "true"`)
	}
	if len(r.Via) == 0 && from == "" {
		return t, nil
	}
	i := 0
	if from != "" {
		i = slices.IndexFunc(r.Via, func(h Host) bool { return string(h.Ref) == from || h.Ref.Name() == from })
	}
	if i < 0 {
		return Target{}, Errorf(Refused, "%s is not reached from %q", r.Ref, clip(from)).Try("add it to prentice.dev/via at %s", r.At)
	}
	h := r.Via[i]
	if h.Blocked != "" {
		return Target{}, Errorf(Refused, "nothing can be planned for %s: %s, from which it is reached, cannot be acted on: %s", r.Ref, h.Ref, h.Blocked).Try("see prentice catalog check")
	}
	t.Local, t.Via = h.Local, Via{Ref: h.Ref, Address: h.Address}
	return t, nil
}

// Resource finds a resource by ref or by bare name.
func (c *Catalog) Resource(name string) (Resource, error) {
	for _, r := range c.Resources {
		if string(r.Ref) == name || r.Ref.Name() == name {
			return r, nil
		}
	}
	return Resource{}, Errorf(NotFound, "no resource %q in the catalog", clip(name)).Try("list them with: prentice catalog list --kind resource")
}

// Via is the host from which a target is reached that is none itself.
type Via struct {
	Ref     Ref    `json:"ref"`
	Address string `json:"address,omitempty"`
}

// Machine is where the steps of a target are performed: the target itself, or the
// host from which it is reached.
func (t Target) Machine() Target {
	if t.Via.Ref == "" {
		return t
	}
	return Target{Ref: t.Via.Ref, Address: t.Via.Address, Local: t.Local}
}

// String is the target, and from where it is reached.
func (t Target) String() string {
	switch {
	case t.Via.Ref != "":
		return string(t.Ref) + ", from " + string(t.Via.Ref)
	case t.Local && t.Ref.Kind() != "host":
		return string(t.Ref) + ", from this machine"
	}
	return string(t.Ref)
}

// CountTargets is so many targets in words: hosts, unless they are resources.
func CountTargets(n int, first Ref) string {
	word := "host"
	if first != "" && first.Kind() != "host" {
		word = "target"
	}
	if n != 1 {
		word += "s"
	}
	return itoa(int64(n)) + " " + word
}
