package procedure

import (
	"slices"

	"prentice"
	"prentice/internal/kit/expr"
)

// lookups are the functions over the catalogue: service(x), host(x), hosts()
// and system(x). What is not in the catalogue is an error, never nothing.
func lookups(cat *prentice.Catalogue) []expr.Func {
	if cat == nil {
		cat = &prentice.Catalogue{}
	}
	one := []expr.Type{expr.String}
	return []expr.Func{
		{Name: "service", Takes: one, Gives: serviceType, Do: func(args ...any) (any, error) {
			s, err := cat.Service(args[0].(string))
			return serviceValue(s), err
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
	}
}

// findHost looks among the hosts of the catalogue and those that only a service
// names.
func findHost(cat *prentice.Catalogue, name string) (prentice.Host, error) {
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
	return prentice.Host{}, err
}

func systemValue(cat *prentice.Catalogue, name string) (any, error) {
	var ref prentice.Ref
	for _, e := range cat.Entities {
		if e.Kind == "System" && (string(e.Ref) == name || e.Ref.Name() == name) {
			ref = e.Ref
		}
	}
	if ref == "" {
		return nil, prentice.Errorf(prentice.NotFound, "no system %q in the catalogue", clip(name)).Try("list them with: prentice catalog list")
	}
	services, hosts := []map[string]any{}, []prentice.Host{}
	for _, s := range cat.Services {
		if s.System != ref {
			continue
		}
		services = append(services, serviceValue(s))
		for _, h := range s.Hosts {
			if !slices.ContainsFunc(hosts, func(o prentice.Host) bool { return o.Ref == h.Ref }) {
				hosts = append(hosts, h)
			}
		}
	}
	return map[string]any{"ref": string(ref), "name": ref.Name(), "services": services, "hosts": hostValues(hosts)}, nil
}

func serviceValue(s prentice.Service) map[string]any {
	needs := make([]string, len(s.DependsOn))
	for i, ref := range s.DependsOn {
		needs[i] = string(ref)
	}
	return map[string]any{
		"ref": string(s.Ref), "name": s.Ref.Name(), "title": s.Title, "owner": string(s.Owner), "system": string(s.System),
		"unit": s.Unit, "url": s.URL, "run": s.Run, "hosts": hostValues(s.Hosts), "depends_on": needs,
	}
}

func hostValues(hosts []prentice.Host) []map[string]any {
	values := make([]map[string]any, len(hosts))
	for i, h := range hosts {
		values[i] = hostValue(h)
	}
	return values
}

func hostValue(h prentice.Host) map[string]any {
	facts := h.Facts
	if facts == nil {
		facts = map[string]string{}
	}
	return map[string]any{"ref": string(h.Ref), "name": h.Ref.Name(), "address": h.Address, "local": h.Local, "facts": facts}
}
