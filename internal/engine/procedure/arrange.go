package procedure

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// arranged is a target with what the procedure's rollout says of it.
type arranged struct {
	prentice.Target
	canary    bool
	order, by any
}

// arrange sorts the targets as the procedure says, and puts them into groups: the canary, and
// then what is of one value, or as many as a size says. some says that they are only some
// of the procedure's targets, among which there need be no canary.
func (s *scene) arrange(targets []prentice.Target, some bool) ([]prentice.Target, []prentice.Group, error) {
	how := s.proc.Rollout
	list := make([]arranged, len(targets))
	for i, t := range targets {
		var err error
		if list[i], err = s.ranked(t); err != nil {
			return nil, nil, err
		}
	}
	if err := sortable(list, how); err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(list, func(a, b arranged) int { return inOrder(how, a, b) })
	list = alike(list)
	if how.Canary != "" && len(list) > 1 {
		slices.SortStableFunc(list, func(a, b arranged) int { return cmp.Compare(later(a.canary), later(b.canary)) })
		switch n := canaries(list); {
		case n == 0 && !some:
			return nil, nil, prentice.Errorf(prentice.Refused, "the canary is none of %s: %s", prentice.CountTargets(len(list), list[0].Ref), clip.Text(how.Canary)).
				Try("look at the facts of the hosts with: prentice catalog list --kind host")
		case n == len(list) && !some:
			return nil, nil, prentice.Errorf(prentice.Refused, "the canary is all of %s: %s", prentice.CountTargets(len(list), list[0].Ref), clip.Text(how.Canary)).
				Try("write canary: so that it holds for the first batch alone")
		}
	}
	sorted := make([]prentice.Target, len(list))
	for i, a := range list {
		sorted[i] = a.Target
	}
	return sorted, groupsOf(list, s.proc), nil
}

// inOrder compares two targets by what the procedure sorts them by; those that are equal in it stay
// sorted by name.
func inOrder(how prentice.Rollout, a, b arranged) int {
	by := ordered(a.order, b.order)
	if how.Order == "" {
		by = ordered(a.by, b.by)
	}
	if how.Descending {
		return -by
	}
	return by
}

func later(canary bool) int {
	if canary {
		return 0
	}
	return 1
}

func canaries(list []arranged) int {
	n := 0
	for _, a := range list {
		if a.canary {
			n++
		}
	}
	return n
}

// ranked works out what the rollout says of one target.
func (s *scene) ranked(t prentice.Target) (a arranged, err error) {
	a.Target = t
	how := s.proc.Rollout
	if how.Order == "" && how.Canary == "" && how.By == "" {
		return a, nil
	}
	of := *s
	of.values = maps.Clone(s.values)
	of.values["target"] = s.aimValue(t)
	if a.order, err = of.about(t, "order", how.Order); err != nil {
		return a, err
	}
	if a.by, err = of.about(t, "by", how.By); err != nil {
		return a, err
	}
	if how.Canary == "" {
		return a, nil
	}
	program, err := of.compile(how.Canary, ruleTypes)
	if err == nil {
		a.canary, err = program.Is(context.Background(), of.values)
	}
	if err != nil {
		return a, s.unsaid(t, "canary", err)
	}
	return a, nil
}

// about is the value of one of the rollout's expressions for a target; nil when the procedure
// has none.
func (s *scene) about(t prentice.Target, what, source string) (any, error) {
	if source == "" {
		return nil, nil
	}
	value, err := s.eval(source, orderTypes)
	if err != nil {
		return nil, s.unsaid(t, what, err)
	}
	return value, nil
}

// unsaid refuses a target of which it cannot be said where it comes: a label that
// it does not have is never taken for an empty one.
func (s *scene) unsaid(t prentice.Target, what string, err error) error {
	hint := "look at the target with: prentice catalog show " + string(t.Ref)
	if m := missingKey.FindStringSubmatch(err.Error()); m != nil {
		return prentice.Errorf(prentice.Refused, "rollout: %s of %s cannot be worked out: it has no fact %s", what, t.Ref, clip.Text(m[1])).Try("add it to the host, or write has(target.facts.%s) ? target.facts.%s : \"\"", clip.Text(m[1]), clip.Text(m[1]))
	}
	return prentice.Errorf(prentice.Refused, "rollout: %s of %s cannot be worked out: %w", what, t.Ref, err).Try("%s", hint)
}

// aimValue is a target as the rollout's expressions see it.
func (s *scene) aimValue(t prentice.Target) map[string]any {
	value := map[string]any{"ref": string(t.Ref), "name": t.Ref.Name(), "address": t.Address, "local": t.Local, "facts": map[string]string{},
		"type": "", "owner": "", "system": "", "via": t.Via.Ref.Name()}
	if t.Facts != nil {
		value["facts"] = t.Facts
	}
	if r, err := s.catalog.Resource(string(t.Ref)); err == nil && t.Ref.Kind() == "resource" {
		value["type"], value["owner"], value["system"] = r.Type, string(r.Owner), string(r.System)
	}
	return value
}

// sortable refuses values of several types, of which no one can say which comes first.
func sortable(list []arranged, how prentice.Rollout) error {
	for _, a := range list {
		for _, pair := range []struct {
			what   string
			is, as any
		}{{how.Order, a.order, list[0].order}, {how.By, a.by, list[0].by}} {
			if fmt.Sprintf("%T", pair.is) != fmt.Sprintf("%T", pair.as) {
				return prentice.Errorf(prentice.Refused, "rollout: %s is a %T for %s and a %T for %s", clip.Text(pair.what), pair.is, a.Ref, pair.as, list[0].Ref).Try("make it one type, such as with string(…) or int(…)")
			}
		}
	}
	return nil
}

// ordered compares two values of one type.
func ordered(a, b any) int {
	switch x := a.(type) {
	case string:
		return strings.Compare(x, b.(string))
	case int64:
		return cmp.Compare(x, b.(int64))
	case uint64:
		return cmp.Compare(x, b.(uint64))
	case float64:
		return cmp.Compare(x, b.(float64))
	case time.Duration:
		return cmp.Compare(x, b.(time.Duration))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		return cmp.Compare(later(!x), later(!b.(bool))) // false comes first
	}
	return 0
}

// alike puts targets of one value of by beside each other, the values in the order in
// which they first come.
func alike(list []arranged) []arranged {
	place := map[any]int{}
	for _, a := range list {
		if _, known := place[a.by]; !known {
			place[a.by] = len(place)
		}
	}
	slices.SortStableFunc(list, func(a, b arranged) int { return cmp.Compare(place[a.by], place[b.by]) })
	return list
}
