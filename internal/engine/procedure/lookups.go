package procedure

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// lookups are the functions over the catalog: service(x), host(x), hosts(),
// group(x) and system(x), and those over two lists of hosts: except(a, b) and
// both(a, b). What is not in the catalog is an error, never nothing: a
// misspelt group that is taken away would leave everything.
func lookups(cat *team.Catalog) []expr.Func {
	if cat == nil {
		cat = &team.Catalog{}
	}
	one, hostList := []expr.Type{expr.String}, expr.ListOf(hostType)
	two := []expr.Type{expr.ListOf(expr.Any), expr.ListOf(expr.Any)} // hosts, or their names
	return append(resourceLookups(cat), []expr.Func{
		{Name: "service", Takes: one, Gives: serviceType, Do: func(args ...any) (any, error) {
			s, err := cat.Service(args[0].(string))
			if err == nil && s.Blocked != "" {
				err = blocked(s.Ref, s.Blocked)
			}
			return serviceValue(cat, s), err
		}},
		{Name: "host", Takes: one, Gives: hostType, Do: func(args ...any) (any, error) {
			h, err := findHost(cat, args[0].(string))
			return hostValue(h), err
		}},
		{Name: "hosts", Gives: expr.ListOf(hostType), Do: func(...any) (any, error) {
			return hostValues(cat.Hosts), nil
		}},
		{Name: "system", Takes: one, Gives: systemType, Do: func(args ...any) (any, error) {
			return systemValue(cat, args[0].(string))
		}},
		{Name: "group", Takes: one, Gives: groupType, Do: func(args ...any) (any, error) {
			return groupValue(cat, args[0].(string))
		}},
		{Name: "except", Takes: two, Gives: hostList, Do: func(args ...any) (any, error) {
			return chosen(cat, args[0], args[1], false)
		}},
		{Name: "both", Takes: two, Gives: hostList, Do: func(args ...any) (any, error) {
			return chosen(cat, args[0], args[1], true)
		}},
	}...)
}

// groupValue is a group of an inventory.
func groupValue(cat *team.Catalog, name string) (any, error) {
	if cat.NoGroups != "" {
		return nil, prentice.Errorf(prentice.Refused, "it is not known who is in group %q: %s", clip.Text(name), cat.NoGroups).Try("see prentice catalog check")
	}
	var hosts []team.Host
	known := map[string]bool{}
	for _, h := range cat.Hosts {
		for _, g := range h.Groups {
			known[g] = true
		}
		if slices.Contains(h.Groups, name) {
			hosts = append(hosts, h)
		}
	}
	if len(hosts) > 0 {
		return map[string]any{"name": name, "hosts": hostValues(hosts)}, nil
	}
	hint := "the inventories have " + strings.Join(first(sortedKeys(known), 10), ", ")
	if near := nearest.Of(name, sortedKeys(known)); near != "" {
		hint = "did you mean " + near + "?"
	}
	if len(known) == 0 {
		hint = "no inventory of the team has one"
	}
	return nil, prentice.Errorf(prentice.NotFound, "there is no group %q: %s", clip.Text(name), hint)
}

func first(words []string, most int) []string {
	if len(words) > most {
		return append(slices.Clone(words[:most]), "…")
	}
	return words
}

// chosen are the hosts of a list that are, or are not, in another.
func chosen(cat *team.Catalog, from, by any, in bool) (any, error) {
	there := map[string]bool{}
	for _, h := range by.([]any) {
		ref, err := refIn(cat, h)
		if err != nil {
			return nil, err
		}
		there[ref] = true
	}
	kept := []any{}
	for _, h := range from.([]any) {
		ref, err := refIn(cat, h)
		if err != nil {
			return nil, err
		}
		if there[ref] == in {
			kept = append(kept, h)
		}
	}
	return kept, nil
}

// refIn is the ref of a host, or of one that is named, which must be there.
func refIn(cat *team.Catalog, item any) (string, error) {
	switch v := item.(type) {
	case string:
		if prentice.Ref(v).Kind() == "resource" {
			r, err := findResource(cat, v)
			return string(r.Ref), err
		}
		h, err := findHost(cat, v)
		return string(h.Ref), err
	case map[string]any:
		if ref, ok := v["ref"].(string); ok {
			return ref, nil
		}
	}
	return "", prentice.Errorf(prentice.Invalid, "%s is not a host", clip.Text(fmt.Sprint(item)))
}

// findHost looks among the hosts of the catalog and those that only a service
// names.
func findHost(cat *team.Catalog, name string) (team.Host, error) {
	h, err := cat.Host(name)
	if err == nil {
		return h, nil
	}
	for _, s := range cat.Services {
		for _, h := range s.Hosts {
			if string(h.Ref) == name || h.Ref.Name() == name {
				return h, nil
			}
		}
	}
	names := make([]string, len(cat.Hosts))
	for i, h := range cat.Hosts {
		names[i] = h.Ref.Name()
	}
	if near := nearest.Of(name, names); near != "" {
		return team.Host{}, prentice.Errorf(prentice.NotFound, "there is no host %q: did you mean %s?", clip.Text(name), near)
	}
	return team.Host{}, err
}

func systemValue(cat *team.Catalog, name string) (any, error) {
	var ref prentice.Ref
	for _, e := range cat.Entities {
		if e.Kind == "System" && (string(e.Ref) == name || e.Ref.Name() == name) {
			ref = e.Ref
		}
	}
	if ref == "" {
		return nil, prentice.Errorf(prentice.NotFound, "no system %q in the catalog", clip.Text(name)).Try("list them with: prentice catalog list")
	}
	services, hosts := []map[string]any{}, []team.Host{}
	for _, s := range cat.Services {
		if s.System != ref {
			continue
		}
		if s.Blocked != "" {
			return nil, blocked(s.Ref, s.Blocked)
		}
		services = append(services, serviceValue(cat, s))
		for _, h := range s.Hosts {
			if !slices.ContainsFunc(hosts, func(o team.Host) bool { return o.Ref == h.Ref }) {
				hosts = append(hosts, h)
			}
		}
	}
	return map[string]any{"ref": string(ref), "name": ref.Name(), "services": services, "hosts": hostValues(hosts), "resources": resourceValues(resourcesOf(cat, ref))}, nil
}

func serviceValue(cat *team.Catalog, s team.Service) map[string]any {
	needs := make([]string, len(s.DependsOn))
	for i, ref := range s.DependsOn {
		needs[i] = string(ref)
	}
	return map[string]any{
		"ref": string(s.Ref), "name": s.Ref.Name(), "title": s.Title, "owner": string(s.Owner), "system": string(s.System),
		"unit": s.Unit, "url": s.URL, "run": s.Run, "hosts": hostValues(s.Hosts), "depends_on": needs, "resources": resourceValues(needed(cat, s)),
	}
}

func hostValues(hosts []team.Host) []map[string]any {
	values := make([]map[string]any, len(hosts))
	for i, h := range hosts {
		values[i] = hostValue(h)
	}
	return values
}

func hostValue(h team.Host) map[string]any {
	facts := h.Facts
	if facts == nil {
		facts = map[string]string{}
	}
	return map[string]any{"ref": string(h.Ref), "name": h.Ref.Name(), "address": h.Address, "local": h.Local, "facts": facts}
}
