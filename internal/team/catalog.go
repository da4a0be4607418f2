package team

import (
	"prentice"
	"prentice/internal/kit/clip"
)

// Catalog is all the entities of a team, and the services and hosts drawn
// from them. It is read only once made.
type Catalog struct {
	Entities  []Entity   `json:"entities"`            // sorted by ref
	Services  []Service  `json:"services"`            // sorted by ref
	Hosts     []Host     `json:"hosts"`               // sorted by ref
	Resources []Resource `json:"resources,omitempty"` // sorted by ref; all but hosts and repositories

	Repositories []Repository `json:"repositories,omitempty"` // sorted by ref
	NoGroups     string       `json:"no_groups,omitempty"`    // why no one can tell who is in a group of an inventory; "" is nothing
}

// Service finds a service by ref or by bare name.
func (c *Catalog) Service(name string) (Service, error) {
	for _, s := range c.Services {
		if string(s.Ref) == name || s.Ref.Name() == name {
			return s, nil
		}
	}
	return Service{}, prentice.Errorf(prentice.NotFound, "no service %q in the catalog", clip.Text(name)).Try("list them with: prentice service list")
}

// Host finds a host by ref or by bare name.
func (c *Catalog) Host(name string) (Host, error) {
	for _, h := range c.Hosts {
		if string(h.Ref) == name || h.Ref.Name() == name {
			return h, nil
		}
	}
	return Host{}, prentice.Errorf(prentice.NotFound, "no host %q in the catalog", clip.Text(name)).Try("list them with: prentice catalog list --kind host")
}

// Entity finds an entity by ref.
func (c *Catalog) Entity(ref prentice.Ref) (Entity, error) {
	for _, e := range c.Entities {
		if e.Ref == ref {
			return e, nil
		}
	}
	return Entity{}, prentice.Errorf(prentice.NotFound, "no entity %q in the catalog", clip.Text(string(ref))).Try("list them with: prentice catalog list")
}

// Unmanaged says why a service, a host or a resource is no business of prentice's, or "".
func (c *Catalog) Unmanaged(ref prentice.Ref) string {
	if k := ref.Kind(); k != "service" && k != "host" && k != "resource" {
		return ""
	}
	e, err := c.Entity(ref)
	switch {
	case err != nil:
		return clip.Text(string(ref)) + " is not in the catalog, so it is none of prentice's business"
	case e.Annotations["prentice.dev/managed"] == "false":
		return string(ref) + ` is marked prentice.dev/managed: "false" in the catalog`
	}
	return ""
}

// Touches lists the services that have to do with an act about subject on
// targets: the subject itself, whatever runs on one of the hosts, and whatever
// depends on one of the resources. Anyone who restarts a host restarts what runs
// there, whatever it is done for.
func (c *Catalog) Touches(subject prentice.Ref, targets []prentice.Ref) []Service {
	var found []Service
	var resources []prentice.Ref
	for _, t := range append([]prentice.Ref{subject}, targets...) {
		if t.Kind() == "resource" {
			resources = append(resources, t)
		}
	}
	for _, s := range c.Services {
		var at []prentice.Ref
		for _, h := range s.Hosts {
			at = append(at, h.Ref)
		}
		if s.Ref == subject || anyOf(at, targets) || anyOf(s.DependsOn, resources) {
			found = append(found, s)
		}
	}
	return found
}

// Dependants lists the services that need ref, directly or through others,
// nearest first.
func (c *Catalog) Dependants(ref prentice.Ref) []prentice.Ref {
	var found []prentice.Ref
	seen := map[prentice.Ref]bool{ref: true}
	for frontier := []prentice.Ref{ref}; len(frontier) > 0; {
		var next []prentice.Ref
		for _, s := range c.Services {
			if !seen[s.Ref] && anyOf(s.DependsOn, frontier) {
				seen[s.Ref] = true
				next = append(next, s.Ref)
			}
		}
		found = append(found, next...)
		frontier = next
	}
	return found
}

func anyOf(have, wanted []prentice.Ref) bool {
	for _, h := range have {
		for _, w := range wanted {
			if h == w {
				return true
			}
		}
	}
	return false
}

// Resource finds a resource by ref or by bare name.
func (c *Catalog) Resource(name string) (Resource, error) {
	for _, r := range c.Resources {
		if string(r.Ref) == name || r.Ref.Name() == name {
			return r, nil
		}
	}
	return Resource{}, prentice.Errorf(prentice.NotFound, "no resource %q in the catalog", clip.Text(name)).Try("list them with: prentice catalog list --kind resource")
}
