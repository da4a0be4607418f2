package cluster

import (
	"fmt"
	"slices"
	"strings"
)

const applyPatch = "application/apply-patch+yaml"

// apply is a server-side apply: the fields that a manager names are its own, and those
// of another with another value are a conflict unless it is forced. What it has left
// out since its last time, and no one else owns, goes.
func (c *Cluster) apply(q *call, was object, body any) (object, *problem) {
	manager := q.URL.Query().Get("fieldManager")
	patch, ok := body.(object)
	if manager == "" || !ok {
		return nil, &problem{400, "BadRequest", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"}
	}
	if text(patch, "metadata", "name") != q.name || patch["apiVersion"] != q.kind.apiVersion() || patch["kind"] != q.kind.name {
		return nil, &problem{400, "BadRequest", "the object's name, kind or apiVersion is not that of the request"}
	}
	o := object{"metadata": object{"name": q.name}}
	if !q.kind.everywhere {
		set(o, q.namespace, "metadata", "namespace")
	}
	if was != nil {
		o = copyOf(was)
	}
	mine := leaves(q.kind.name, patch, "")
	owners := ownersOf(o)
	force := q.URL.Query().Get("force") == "true"
	for other, theirs := range owners {
		for path, v := range mine {
			if other == manager || theirs[path] == nil || same(theirs[path], v) {
				continue
			}
			if !force {
				return nil, &problem{409, "Conflict", fmt.Sprintf("Apply failed with 1 conflict: conflict with %q: %s", other, path)}
			}
			delete(theirs, path)
		}
	}
	merged, err := strategic(q.kind.name, o, copyOf(patch))
	if q.kind.custom {
		merged, err = mergePatch(o, copyOf(patch)), nil
	}
	if err != nil {
		return nil, &problem{422, "Invalid", err.Error()}
	}
	o = merged.(object)
	for path := range owners[manager] {
		if _, still := mine[path]; !still && !owned(owners, manager, path) && !strings.Contains(path, "[") {
			drop(o, strings.Split(path, "."))
		}
	}
	owners[manager] = mine
	set(o, managed(owners), "metadata", "managedFields")
	return c.keep(q, o, was)
}

// leaves are the single values of a patch by their path.
func leaves(of string, v any, path string) object {
	found := object{}
	m, ok := v.(object)
	if !ok {
		found[path] = v
		return found
	}
	for name, v := range m {
		at := strings.TrimPrefix(path+"."+name, ".")
		if slices.Contains([]string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}, at) {
			continue
		}
		key, item, isList := listOf(fields[of][name])
		list, _ := v.([]any)
		if isList && key != "" {
			for _, v := range list {
				for p, leaf := range leaves(item, v, at+fmt.Sprintf("[%v]", asObject(v)[key])) {
					found[p] = leaf
				}
			}
			continue
		}
		for p, leaf := range leaves(fields[of][name], v, at) {
			found[p] = leaf
		}
	}
	return found
}

func ownersOf(o object) map[string]object {
	owners := map[string]object{}
	list, _ := at(o, "metadata", "managedFields").([]any)
	for _, v := range list {
		owners[text(v, "manager")] = asObject(at(v, "fieldsV1"))
	}
	return owners
}

func managed(owners map[string]object) []any {
	list := []any{}
	for _, name := range sorted(owners) {
		list = append(list, object{"manager": name, "operation": "Apply", "fieldsV1": owners[name]})
	}
	return list
}

func owned(owners map[string]object, but, path string) bool {
	for name, fields := range owners {
		if name != but && fields[path] != nil {
			return true
		}
	}
	return false
}

func drop(o any, path []string) {
	m, ok := o.(object)
	switch {
	case !ok:
	case len(path) == 1:
		delete(m, path[0])
	default:
		drop(m[path[0]], path[1:])
	}
}
