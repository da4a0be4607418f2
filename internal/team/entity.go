package team

import "prentice"

// Entity is one thing of the catalog, as a Backstage catalog-info.yaml
// declares it (https://backstage.io/docs/features/software-catalog/descriptor-format).
type Entity struct {
	Ref         prentice.Ref      `json:"ref"`
	Kind        string            `json:"kind"` // Component, API, Resource, System, Group or Domain
	Type        string            `json:"type,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Lifecycle   string            `json:"lifecycle,omitempty"`
	Owner       prentice.Ref      `json:"owner,omitempty"`
	System      prentice.Ref      `json:"system,omitempty"`
	Domain      prentice.Ref      `json:"domain,omitempty"`
	DependsOn   []prentice.Ref    `json:"depends_on,omitempty"`
	Provides    []prentice.Ref    `json:"provides,omitempty"`
	Consumes    []prentice.Ref    `json:"consumes,omitempty"`
	PartOf      prentice.Ref      `json:"part_of,omitempty"` // the component, group or domain that it is a part of
	Members     []string          `json:"members,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Links       []Link            `json:"links,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Groups      []string          `json:"groups,omitempty"` // of an inventory, that a host is in
	At          prentice.Pos      `json:"at"`
}

// Link is a place on the web that belongs to an entity: a dashboard, a wiki page.
type Link struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}
