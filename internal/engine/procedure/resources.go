package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// resourceLookups are the functions over what is reached from a host and is none:
// resource(x), resources(), and from(r, host), which chooses another of the hosts
// from which it says that it is reached.
func resourceLookups(cat *team.Catalog) []expr.Func {
	return []expr.Func{
		{Name: "resource", Takes: []expr.Type{expr.String}, Gives: resourceType, Do: func(args ...any) (any, error) {
			r, err := findResource(cat, args[0].(string))
			return resourceValue(r, ""), err
		}},
		{Name: "resources", Gives: expr.ListOf(resourceType), Do: func(...any) (any, error) {
			return resourceValues(cat.Resources), nil
		}},
		{Name: "from", Takes: []expr.Type{expr.Any, expr.String}, Gives: resourceType, Do: func(args ...any) (any, error) {
			ref, err := refIn(cat, args[0])
			if err != nil {
				return nil, err
			}
			r, err := findResource(cat, ref)
			if err != nil {
				return nil, err
			}
			t, err := r.Target(args[1].(string))
			return resourceValue(r, t.Via.Ref.Name()), err
		}},
	}
}

func findResource(cat *team.Catalog, name string) (team.Resource, error) {
	r, err := cat.Resource(name)
	if err == nil {
		return r, nil
	}
	if _, other := cat.Host(name); other == nil {
		return r, prentice.Errorf(prentice.NotFound, "%q is a host: write host(%q)", clip.Text(name), clip.Text(name))
	}
	if near := nearest.Of(strings.TrimPrefix(name, "resource/"), resourceNames(cat)); near != "" {
		return r, prentice.Errorf(prentice.NotFound, "there is no resource %q: did you mean %s?", clip.Text(name), near)
	}
	return r, err
}

func resourceNames(cat *team.Catalog) []string {
	names := make([]string, len(cat.Resources))
	for i, r := range cat.Resources {
		names[i] = r.Ref.Name()
	}
	return names
}

func resourceValues(list []team.Resource) []map[string]any {
	values := make([]map[string]any, len(list))
	for i, r := range list {
		values[i] = resourceValue(r, "")
	}
	return values
}

// resourceValue is a resource as expressions see it, reached from one of its hosts.
func resourceValue(r team.Resource, from string) map[string]any {
	facts := r.Facts
	if facts == nil {
		facts = map[string]string{}
	}
	if from == "" && len(r.Via) > 0 {
		from = r.Via[0].Ref.Name()
	}
	return map[string]any{"ref": string(r.Ref), "name": r.Ref.Name(), "type": r.Type, "owner": string(r.Owner),
		"system": string(r.System), "address": r.Address, "via": from, "facts": facts}
}

// resourcesOf are the resources of a system.
func resourcesOf(cat *team.Catalog, system prentice.Ref) []team.Resource {
	var list []team.Resource
	for _, r := range cat.Resources {
		if r.System == system {
			list = append(list, r)
		}
	}
	return list
}

// needed are the resources that a service depends on.
func needed(cat *team.Catalog, s team.Service) []team.Resource {
	var list []team.Resource
	for _, r := range cat.Resources {
		if slices.Contains(s.DependsOn, r.Ref) {
			list = append(list, r)
		}
	}
	return list
}

// resourceTarget is a resource as a target, reached from a host; from "" is the
// first that it says.
func resourceTarget(cat *team.Catalog, ref, from string) (prentice.Target, error) {
	r, err := cat.Resource(ref)
	switch {
	case err != nil:
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "target %q is not in the catalog", clip.Text(ref)).Try("list resources with: prentice catalog list --kind resource")
	case r.Blocked != "":
		return prentice.Target{}, blocked(r.Ref, r.Blocked)
	}
	return r.Target(from)
}

// apart refuses targets that could touch each other: one thing reached in two ways,
// and a host beside what is reached from it. They come sorted by ref.
func apart(targets []prentice.Target) error {
	hosts := map[prentice.Ref]bool{}
	for i, t := range targets {
		if i > 0 && t.Ref == targets[i-1].Ref {
			return prentice.Errorf(prentice.Refused, "%s and %s are one target in two ways", targets[i-1], t).Try("choose one host from which it is reached")
		}
		hosts[t.Ref] = true
	}
	for _, t := range targets {
		if hosts[t.Via.Ref] {
			return prentice.Errorf(prentice.Refused, "%s is a target, and so is %s", t.Via.Ref, t).
				Try("make two procedures of it: what is done to a host also happens to what is reached from it")
		}
	}
	return nil
}

// byRef are targets sorted by ref, each once.
func byRef(targets []prentice.Target) []prentice.Target {
	slices.SortFunc(targets, func(a, b prentice.Target) int {
		if by := strings.Compare(string(a.Ref), string(b.Ref)); by != 0 {
			return by
		}
		return strings.Compare(string(a.Via.Ref), string(b.Via.Ref))
	})
	return slices.CompactFunc(targets, func(a, b prentice.Target) bool { return a.Ref == b.Ref && a.Via.Ref == b.Via.Ref })
}
