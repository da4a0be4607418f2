package flag

import (
	"fmt"
	"slices"
)

// rule is a rule with the evaluators that it refers to in their place. What no operator
// is, is said.
func (r *reader) rule(from any, path []string, depth int) any {
	if r.parts++; r.parts >= mostParts {
		if r.parts == mostParts {
			r.say("let rules refer to fewer evaluators", path, "the rules, with what they refer to, have more than %d parts", mostParts)
		}
		return nil
	}
	switch v := from.(type) {
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = r.rule(one, append(path[:len(path):len(path)], fmt.Sprint(i)), depth)
		}
		return list
	case map[string]any:
		return r.operation(v, path, depth)
	}
	return from
}

func (r *reader) operation(v map[string]any, path []string, depth int) any {
	if len(v) != 1 {
		r.say(`write {"OPERATOR": [VALUES]}`, path, "a rule has one operator, and here are %d", len(v))
		return nil
	}
	for operator, values := range v {
		if operator == "$ref" {
			return r.referred(values, path, depth)
		}
		if !slices.Contains(operators, operator) {
			r.say(nearestOr(operator, operators, "use an operator of JsonLogic, fractional, starts_with, ends_with or sem_ver"), path, "there is no operator %q", operator)
		}
		return map[string]any{operator: r.rule(values, append(path[:len(path):len(path)], operator), depth)}
	}
	return nil
}

// referred is an evaluator that rules share.
func (r *reader) referred(to any, path []string, depth int) any {
	name, _ := to.(string)
	shared, ok := r.evaluators[name]
	switch {
	case !ok:
		names := make([]string, 0, len(r.evaluators))
		for n := range r.evaluators {
			names = append(names, n)
		}
		r.say(nearestOr(name, names, `write it below "$evaluators"`), path, "there is no evaluator %q", name)
		return nil
	case depth >= 10:
		r.say("let evaluators refer to others, and not to themselves", path, "the evaluator %q leads to more than 10 others", name)
		return nil
	}
	return r.rule(shared, append([]string{"$evaluators"}, name), depth+1)
}
