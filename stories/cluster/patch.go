package cluster

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// object is the fields of an object, or a part of it.
type object = map[string]any

// mergePatch is RFC 7386: null takes a field out, and a list is replaced.
func mergePatch(to, patch any) any {
	p, ok := patch.(object)
	if !ok {
		return patch
	}
	m, ok := to.(object)
	if !ok {
		m = object{}
	}
	for name, v := range p {
		if v == nil {
			delete(m, name)
			continue
		}
		m[name] = mergePatch(m[name], v)
	}
	return m
}

// strategic merges as the types say: the items of a list that has a key are merged with
// those of the same key, and {"$patch": "delete"} takes one out.
func strategic(of string, to, patch any) (any, error) {
	p, ok := patch.(object)
	if !ok {
		return patch, nil
	}
	if p["$patch"] == "replace" {
		delete(p, "$patch")
		return p, nil
	}
	m, ok := to.(object)
	if !ok {
		m = object{}
	}
	for _, name := range sorted(p) {
		v, of := p[name], fields[of][name]
		if strings.HasPrefix(name, "$setElementOrder/") || name == "$retainKeys" {
			continue
		}
		if strings.HasPrefix(name, "$") {
			return nil, fmt.Errorf("unknown directive %s", name)
		}
		key, item, isList := listOf(of)
		var err error
		switch {
		case v == nil:
			delete(m, name)
		case isList && key != "":
			m[name], err = mergeItems(key, item, m[name], v)
		case of == "any" || of == "":
			m[name] = mergePatch(m[name], v)
		default:
			m[name], err = strategic(of, m[name], v)
		}
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

func mergeItems(key, item string, to, patch any) (any, error) {
	list, _ := to.([]any)
	more, ok := patch.([]any)
	if !ok {
		return nil, fmt.Errorf("expected a list, got %T", patch)
	}
	for _, v := range more {
		p, ok := v.(object)
		if !ok || p["$patch"] != "replace" && p[key] == nil {
			return nil, fmt.Errorf("map: %v does not contain declared merge key: %s", v, key)
		}
		i := slices.IndexFunc(list, func(have any) bool { m, _ := have.(object); return m[key] == p[key] })
		switch {
		case p["$patch"] == "delete":
			if i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
		case p["$patch"] == "replace":
			list = nil
		case i < 0:
			list = append(list, v)
		default:
			merged, err := strategic(item, list[i], p)
			if err != nil {
				return nil, err
			}
			list[i] = merged
		}
	}
	return list, nil
}

// jsonPatch is RFC 6902, as much of it as kubectl rollout undo and kubectl patch send.
func jsonPatch(to object, ops []any) error {
	for _, v := range ops {
		op, _ := v.(object)
		path, ok := op["path"].(string)
		if !ok || !strings.HasPrefix(path, "/") {
			return fmt.Errorf("invalid path %v", op["path"])
		}
		steps := strings.Split(path[1:], "/")
		for i, s := range steps {
			steps[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
		}
		if err := edit(to, steps, op); err != nil {
			return fmt.Errorf("%v operation does not apply: doc is missing path: %s: %w", op["op"], path, err)
		}
	}
	return nil
}

func edit(at any, steps []string, op object) error {
	if list, ok := at.([]any); ok {
		i, err := strconv.Atoi(steps[0])
		if err != nil || i < 0 || i >= len(list) {
			return fmt.Errorf("no item %s", steps[0])
		}
		if len(steps) > 1 {
			return edit(list[i], steps[1:], op)
		}
		if op["op"] != "replace" {
			return fmt.Errorf("an item of a list is only replaced here")
		}
		list[i] = op["value"]
		return nil
	}
	m, ok := at.(object)
	if !ok {
		return fmt.Errorf("%s is below a single value", steps[0])
	}
	have, there := m[steps[0]]
	if len(steps) > 1 {
		return edit(have, steps[1:], op)
	}
	switch {
	case op["op"] == "add":
		m[steps[0]] = op["value"]
	case !there:
		return fmt.Errorf("no field %s", steps[0])
	case op["op"] == "replace":
		m[steps[0]] = op["value"]
	case op["op"] == "remove":
		delete(m, steps[0])
	case op["op"] == "test":
		if fmt.Sprint(have) != fmt.Sprint(op["value"]) {
			return fmt.Errorf("testing value failed")
		}
	default:
		return fmt.Errorf("unknown operation %v", op["op"])
	}
	return nil
}
