package cluster

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

func groups() []string {
	var list []string
	for _, k := range kinds {
		if !slices.Contains(list, k.group) && k.group != "" {
			list = append(list, k.group)
		}
	}
	return list
}

func apiGroups() object {
	list := []any{}
	for _, g := range groups() {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.group == g })
		v := object{"groupVersion": g + "/" + kinds[i].version, "version": kinds[i].version}
		list = append(list, object{"name": g, "versions": []any{v}, "preferredVersion": v})
	}
	return object{"kind": "APIGroupList", "apiVersion": "v1", "groups": list}
}

// resources is what a group and version has, or nil.
func resources(prefix string) object {
	list, groupVersion := []any{}, ""
	for _, k := range kinds {
		if k.prefix() != prefix {
			continue
		}
		groupVersion = k.apiVersion()
		all := object{"name": k.plural, "singularName": "", "namespaced": !k.everywhere, "kind": k.name, "verbs": []any{"create", "delete", "get", "list", "patch", "update", "watch"}}
		list = append(list, all)
		switch k.name {
		case "Deployment":
			list = append(list, object{"name": "deployments/scale", "singularName": "", "namespaced": true, "group": "autoscaling", "version": "v1", "kind": "Scale", "verbs": []any{"get", "patch", "update"}})
		case "Pod":
			list = append(list, object{"name": "pods/eviction", "singularName": "", "namespaced": true, "group": "policy", "version": "v1", "kind": "Eviction", "verbs": []any{"create"}},
				object{"name": "pods/log", "singularName": "", "namespaced": true, "kind": "Pod", "verbs": []any{"get"}})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return object{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": groupVersion, "resources": list}
}

// openAPI is the document of version 2 in protobuf, as much of it as kubectl reads: that
// each kind may be patched and created in a dry run and with strict fields, and a
// definition without fields, so that it is the server who looks at them.
func openAPI() []byte {
	var paths, definitions []byte
	for _, k := range kinds {
		is := "group: \"" + k.group + "\"\nkind: " + k.name + "\nversion: " + k.version + "\n"
		operation := message(nil, 13, extension(is))
		for _, name := range []string{"dryRun", "fieldValidation", "fieldManager"} {
			query := field(field(field(nil, 2, "query"), 4, name), 6, "string")
			operation = message(operation, 8, message(nil, 1, message(nil, 2, message(nil, 3, query))))
		}
		item := message(message(nil, 4, operation), 8, operation) // POST and PATCH
		paths = message(paths, 2, message(field(nil, 1, k.prefix()+"/"+k.plural+"/{name}"), 2, item))
		schema := message(nil, 31, extension("- "+strings.ReplaceAll(strings.TrimSuffix(is, "\n"), "\n", "\n  ")+"\n"))
		definitions = message(definitions, 1, message(field(nil, 1, k.apiVersion()+"."+k.name), 2, schema))
	}
	doc := message(field(nil, 1, "2.0"), 2, field(field(nil, 1, "Kubernetes"), 2, "v1.30.0"))
	return message(message(doc, 8, paths), 9, definitions)
}

func extension(yaml string) []byte {
	return message(field(nil, 1, "x-kubernetes-group-version-kind"), 2, field(nil, 2, yaml))
}

func field(b []byte, n protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
}

func message(b []byte, n protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), m)
}
