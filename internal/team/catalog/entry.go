package catalog

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// entry is one entity as its document declares it, before its references are
// resolved.
type entry struct {
	kind    string // of Backstage, in lower case
	space   string // the namespace; "" is default
	entity  team.Entity
	refs    []reference
	hosts   []word // names in prentice.dev/hosts
	via     []word // names in prentice.dev/via
	unit    string
	url     string
	run     string
	probes  []prentice.Probe
	git     string // where a repository lies
	branch  string
	addr    string
	local   bool
	place   string // on this machine
	blocked string // why nothing can be done there
}

// word is a piece of text and where it stands.
type word struct {
	text string
	at   prentice.Pos
}

var (
	documentKeys = []string{"apiVersion", "kind", "metadata", "spec"}
	metadataKeys = []string{"name", "namespace", "title", "description", "labels", "annotations", "tags", "links"}
	linkKeys     = []string{"url", "title", "icon", "type"}
	apiVersions  = []string{"backstage.io/v1alpha1", "backstage.io/v1beta1"}

	// specKeys are the keys that Backstage defines for the spec of each kind.
	specKeys = map[string][]string{
		"Component": {"type", "lifecycle", "owner", "system", "subcomponentOf", "providesApis", "consumesApis", "dependsOn", "dependencyOf"},
		"API":       {"type", "lifecycle", "owner", "system", "definition"},
		"Resource":  {"type", "owner", "system", "dependsOn", "dependencyOf"},
		"System":    {"type", "owner", "domain"},
		"Domain":    {"type", "owner", "subdomainOf"},
		"Group":     {"type", "profile", "parent", "children", "members"},
		"User":      {"profile", "memberOf"},
		"Location":  {"type", "target", "targets", "presence"},
	}
	kinds = slices.Sorted(maps.Keys(specKeys))
)

// validName is Backstage's rule for names, which every ref can hold.
var validName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)

// entry reads one document. It is nil when the document declares nothing that
// can be named.
func (r *reader) entry(doc *yaml.Node) *entry {
	if doc.Kind != yaml.MappingNode {
		r.fail(r.at(doc), "write key: value lines", "the document is %s, wants a mapping", sortOf(doc))
		return nil
	}
	top := r.fields(doc, "", documentKeys)
	if !r.envelope(doc, top) {
		return nil
	}
	kind := top["kind"].Value
	meta := r.metadata(top["metadata"])
	if meta.name == "" {
		return nil
	}
	e := &entry{kind: strings.ToLower(kind), space: meta.space, entity: meta.entity}
	e.entity.Kind = kind
	spec := map[string]*yaml.Node{}
	if top["spec"] != nil {
		spec = r.fields(top["spec"], "spec", specKeys[kind])
	} else if kind != "User" && kind != "Location" {
		r.advise(r.at(doc), "add spec:", "%s %s has no spec", kind, meta.name)
	}
	r.spec(e, r.at(doc), spec)
	e.entity.Ref = refOf(e.kind, e.entity.Type, meta.name)
	r.annotations(e, meta.annotations)
	return e
}

// envelope checks what says which sort of document this is.
func (r *reader) envelope(doc *yaml.Node, top map[string]*yaml.Node) bool {
	version, okVersion := r.required(doc, top, "apiVersion", "apiVersion: "+apiVersions[0])
	kind, okKind := r.required(doc, top, "kind", "kind: Component")
	if okVersion && !slices.Contains(apiVersions, version) {
		r.advise(r.at(top["apiVersion"]), r.guess(version, apiVersions, "nothing, if it is for another tool"), "apiVersion %q is not one that prentice uses", clip.Text(version))
		return false
	}
	if okKind && !slices.Contains(kinds, kind) {
		r.advise(r.at(top["kind"]), r.guess(kind, kinds, "nothing, if it is for another tool; used are "+strings.Join(kinds, ", ")), "kind %q is not one that prentice uses", clip.Text(kind))
		return false
	}
	if top["metadata"] == nil {
		r.fail(r.at(doc), "add metadata: with a name", "the document has no metadata")
	}
	return okVersion && okKind && top["metadata"] != nil
}

func (r *reader) required(parent *yaml.Node, from map[string]*yaml.Node, key, example string) (string, bool) {
	if from[key] == nil {
		r.fail(r.at(parent), "add "+example, "there is no %q", key)
		return "", false
	}
	return r.text(from[key], key)
}

// metadata is what every entity has.
type metadata struct {
	name        string // "" when there is none that can be used
	space       string // the namespace; "" is default
	entity      team.Entity
	annotations []annotation
}

func (r *reader) metadata(n *yaml.Node) metadata {
	m := r.fields(n, "metadata", metadataKeys)
	if n.Kind != yaml.MappingNode {
		return metadata{}
	}
	var out metadata
	name, ok := r.required(n, m, "name", "name: followed by the entity's name")
	switch {
	case ok && strings.Contains(name, "{{"):
		r.advise(r.at(m["name"]), "nothing, if it is a template of another tool", "%q is the name of nothing yet, and the document is passed over", clip.Text(name))
	case ok && !validName.MatchString(name):
		r.fail(r.at(m["name"]), "use letters, digits and . _ - inside, at most 63", "%q is not a name", clip.Text(name))
	case ok:
		out.name = name
		out.entity.At = r.at(m["name"])
	}
	if space, ok := r.text(m["namespace"], "namespace"); ok && !strings.EqualFold(space, "default") && space != "" {
		if !validName.MatchString(space) {
			r.fail(r.at(m["namespace"]), "use letters, digits and -, at most 63", "%q is not a namespace", clip.Text(space))
			return metadata{}
		}
		out.space = strings.ToLower(space)
		if out.name != "" {
			out.name = spaced(out.space, out.name)
		}
	}
	out.entity.Title = r.textual(m["title"], "title")
	out.entity.Description = strings.TrimSpace(r.textual(m["description"], "description"))
	out.entity.Labels = r.labels(m["labels"])
	out.annotations = r.annotationPairs(m["annotations"])
	for _, tag := range r.items(m["tags"], "tags") {
		if s, ok := r.text(tag, "a tag"); ok {
			out.entity.Tags = append(out.entity.Tags, s)
		}
	}
	for _, link := range r.items(m["links"], "links") {
		out.entity.Links = append(out.entity.Links, r.link(link)...)
	}
	return out
}

// spaced is what an entity of a namespace is called here. Those of the namespace
// default have their bare name.
func spaced(space, name string) string {
	if space == "" || strings.EqualFold(space, "default") {
		return name
	}
	return strings.ToLower(space) + "." + name
}

func (r *reader) labels(n *yaml.Node) map[string]string {
	if n == nil {
		return nil
	}
	labels := map[string]string{}
	r.pairs(n, "labels", func(key, value *yaml.Node) {
		if s, ok := r.text(value, "label "+clip.Text(key.Value)); ok {
			labels[key.Value] = s
		}
	})
	return labels
}

// link reads one link; only the web's own schemes can stand on a page.
func (r *reader) link(n *yaml.Node) []team.Link {
	f := r.fields(n, "a link", linkKeys)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	address, ok := r.text(f["url"], "url of a link")
	if !ok {
		return nil
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.odd(r.at(f["url"]), "begin with https://", "link %q is not an address on the web", clip.Text(address))
		return nil
	}
	return []team.Link{{URL: address, Title: r.textual(f["title"], "title of a link")}}
}

// refOf is the ref of an entity: components of type service are services, resources
// of type host are hosts and of type repository repositories, the others go by their
// kind.
func refOf(kind, typ, name string) prentice.Ref {
	switch {
	case kind == "component" && typ == "service":
		kind = "service"
	case kind == "resource" && (typ == "host" || typ == "repository"):
		kind = typ
	case kind == "user":
		kind = "person"
	}
	return prentice.NewRef(kind, name)
}

// almost warns of a type that looks like the one that prentice acts on.
func (r *reader) almost(n *yaml.Node, typ, meant string) {
	if typ != meant && nearest.Of(typ, []string{meant}) == meant {
		r.advise(r.at(n), "write "+meant, "type %q is not %q, so this is not one", clip.Text(typ), meant)
	}
}
