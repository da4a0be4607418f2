package catalog

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// reference is a place where one entity names another.
type reference struct {
	field string
	text  string
	kind  string // what a bare name means here; then what the text says
	name  string
	at    prentice.Pos
	put   func(prentice.Ref) // takes the ref that it leads to
	back  bool               // the other entity is the one that depends or is a part
}

// allowed says which kinds a field may name; a field that is not here takes
// only the kind that a bare name means.
var allowed = map[string][]string{
	"spec.owner":        {"group", "user"},
	"spec.dependsOn":    {"component", "resource", "api", "system"},
	"spec.dependencyOf": {"component", "resource"},
}

// reference reads a reference and keeps it until all entities are known.
func (r *reader) reference(e *entry, ref reference) {
	kind, name, why := split(ref.text, ref.kind, e.space)
	if why != "" {
		r.odd(ref.at, why, "%s: %q is not a reference", ref.field, clip.Text(ref.text))
		return
	}
	may := allowed[ref.field]
	if may == nil {
		may = []string{ref.kind}
	}
	if !slices.Contains(may, kind) {
		r.odd(ref.at, r.guess(kind, may, "write "+may[0]+":NAME"), "%s: a %s cannot stand here", ref.field, clip.Text(kind))
		return
	}
	ref.kind, ref.name = kind, name
	e.refs = append(e.refs, ref)
}

// split reads [kind:][namespace/]name, Backstage's way to name an entity; space is
// the namespace of the one that names it. why says what to write instead when it is
// not one.
func split(s, bare, space string) (kind, name, why string) {
	kind, name = bare, strings.TrimSpace(s)
	if before, after, found := strings.Cut(name, ":"); found {
		kind, name = strings.ToLower(before), after
	}
	if in, after, found := strings.Cut(name, "/"); found {
		if !validName.MatchString(in) {
			return "", "", "write " + bare + ":NAMESPACE/NAME"
		}
		space, name = in, after
	}
	if !validName.MatchString(name) {
		return "", "", "write " + bare + ":NAME"
	}
	return kind, spaced(space, name), ""
}

// key is how an entity is found: Backstage holds names to be the same whatever
// their case.
func key(kind, name string) string { return strings.ToLower(kind + ":" + name) }
