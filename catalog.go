package prentice

// Entity is one thing of the catalog, as a Backstage catalog-info.yaml
// declares it (https://backstage.io/docs/features/software-catalog/descriptor-format).
type Entity struct {
	Ref         Ref               `json:"ref"`
	Kind        string            `json:"kind"` // Component, API, Resource, System, Group or Domain
	Type        string            `json:"type,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Lifecycle   string            `json:"lifecycle,omitempty"`
	Owner       Ref               `json:"owner,omitempty"`
	System      Ref               `json:"system,omitempty"`
	Domain      Ref               `json:"domain,omitempty"`
	DependsOn   []Ref             `json:"depends_on,omitempty"`
	Provides    []Ref             `json:"provides,omitempty"`
	Consumes    []Ref             `json:"consumes,omitempty"`
	PartOf      Ref               `json:"part_of,omitempty"` // the component, group or domain that it is a part of
	Members     []string          `json:"members,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Links       []Link            `json:"links,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Groups      []string          `json:"groups,omitempty"` // of an inventory, that a host is in
	At          Pos               `json:"at"`
}

// Link is a place on the web that belongs to an entity: a dashboard, a wiki page.
type Link struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}

// Service is what prentice needs to know of a component that runs.
type Service struct {
	Ref       Ref     `json:"ref"`
	Title     string  `json:"title"`
	Owner     Ref     `json:"owner,omitempty"`
	System    Ref     `json:"system,omitempty"`
	Unit      string  `json:"unit,omitempty"` // systemd unit or the name people use
	URL       string  `json:"url,omitempty"`
	Run       string  `json:"run,omitempty"` // the command that starts it
	Hosts     []Host  `json:"hosts"`
	DependsOn []Ref   `json:"depends_on,omitempty"`
	Probes    []Probe `json:"probes,omitempty"`
	Blocked   string  `json:"blocked,omitempty"` // why nothing may be planned for it; "" is nothing
}

// Host is where services run. A local host is this machine.
type Host struct {
	Ref     Ref               `json:"ref"`
	Address string            `json:"address,omitempty"`
	Local   bool              `json:"local"`
	Place   string            `json:"place,omitempty"` // on this machine, with a lock of its own; "" is the machine itself
	Facts   map[string]string `json:"facts,omitempty"`
	Groups  []string          `json:"groups,omitempty"`  // of an inventory; sorted
	Blocked string            `json:"blocked,omitempty"` // why no plan may aim at it; "" is nothing
	At      Pos               `json:"-"`                 // where it is declared
}

// Target is the host as a plan names it.
func (h Host) Target() Target {
	return Target{Ref: h.Ref, Address: h.Address, Local: h.Local, Facts: h.Facts}
}

// Catalog is all the entities of a team, and the services and hosts drawn
// from them. It is read only once made.
type Catalog struct {
	Entities  []Entity   `json:"entities"`            // sorted by ref
	Services  []Service  `json:"services"`            // sorted by ref
	Hosts     []Host     `json:"hosts"`               // sorted by ref
	Resources []Resource `json:"resources,omitempty"` // sorted by ref; all but hosts
	NoGroups  string     `json:"no_groups,omitempty"` // why no one can tell who is in a group of an inventory; "" is nothing
}

// Service finds a service by ref or by bare name.
func (c *Catalog) Service(name string) (Service, error) {
	for _, s := range c.Services {
		if string(s.Ref) == name || s.Ref.Name() == name {
			return s, nil
		}
	}
	return Service{}, Errorf(NotFound, "no service %q in the catalog", clip(name)).Try("list them with: prentice service list")
}

// Host finds a host by ref or by bare name.
func (c *Catalog) Host(name string) (Host, error) {
	for _, h := range c.Hosts {
		if string(h.Ref) == name || h.Ref.Name() == name {
			return h, nil
		}
	}
	return Host{}, Errorf(NotFound, "no host %q in the catalog", clip(name)).Try("list them with: prentice catalog list --kind host")
}

// Entity finds an entity by ref.
func (c *Catalog) Entity(ref Ref) (Entity, error) {
	for _, e := range c.Entities {
		if e.Ref == ref {
			return e, nil
		}
	}
	return Entity{}, Errorf(NotFound, "no entity %q in the catalog", clip(string(ref))).Try("list them with: prentice catalog list")
}

// Unmanaged says why a service, a host or a resource is no business of prentice's, or "".
func (c *Catalog) Unmanaged(ref Ref) string {
	if k := ref.Kind(); k != "service" && k != "host" && k != "resource" {
		return ""
	}
	e, err := c.Entity(ref)
	switch {
	case err != nil:
		return clip(string(ref)) + " is not in the catalog, so it is none of prentice's business"
	case e.Annotations["prentice.dev/managed"] == "false":
		return string(ref) + ` is marked prentice.dev/managed: "false" in the catalog`
	}
	return ""
}

// Touches lists the services that have to do with an act about subject on
// targets: the subject itself, whatever runs on one of the hosts, and whatever
// depends on one of the resources. Anyone who restarts a host restarts what runs
// there, whatever it is done for.
func (c *Catalog) Touches(subject Ref, targets []Ref) []Service {
	var found []Service
	var resources []Ref
	for _, t := range append([]Ref{subject}, targets...) {
		if t.Kind() == "resource" {
			resources = append(resources, t)
		}
	}
	for _, s := range c.Services {
		var at []Ref
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
func (c *Catalog) Dependants(ref Ref) []Ref {
	var found []Ref
	seen := map[Ref]bool{ref: true}
	for frontier := []Ref{ref}; len(frontier) > 0; {
		var next []Ref
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

func anyOf(have, wanted []Ref) bool {
	for _, h := range have {
		for _, w := range wanted {
			if h == w {
				return true
			}
		}
	}
	return false
}
