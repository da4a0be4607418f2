package flag

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/diegoholiveira/jsonlogic/v3"
	"github.com/twmb/murmur3"
	"golang.org/x/mod/semver"
)

// operators are those of JsonLogic (https://jsonlogic.com/operations.html), and four of
// flagd's own (https://flagd.dev/reference/custom-operations/).
var operators = []string{
	"var", "missing", "missing_some", "if", "?:", "==", "===", "!=", "!==", "!", "!!", "or", "and", ">", ">=", "<", "<=", "max", "min",
	"+", "-", "*", "/", "%", "map", "filter", "reduce", "all", "none", "some", "merge", "in", "cat", "substr",
	"fractional", "starts_with", "ends_with", "sem_ver",
}

// own makes flagd's operators known to the library, which has one list for the whole
// program.
var own = sync.OnceFunc(func() {
	jsonlogic.AddOperator("fractional", fractional)
	jsonlogic.AddOperator("starts_with", func(values, _ any) any { return compared(values, strings.HasPrefix) })
	jsonlogic.AddOperator("ends_with", func(values, _ any) any { return compared(values, strings.HasSuffix) })
	jsonlogic.AddOperator("sem_ver", func(values, _ any) any { return versions(values) })
})

// compared is nil where the rule does not compare two texts.
func compared(values any, how func(text, part string) bool) any {
	list, _ := values.([]any)
	if len(list) != 2 {
		return nil
	}
	text, ok := list[0].(string)
	part, ok2 := list[1].(string)
	if !ok || !ok2 {
		return nil
	}
	return how(text, part)
}

// versions compares two semantic versions. It is nil where one of them is none.
func versions(values any) any {
	list, _ := values.([]any)
	if len(list) != 3 {
		return nil
	}
	a, b := version(list[0]), version(list[2])
	if !semver.IsValid(a) || !semver.IsValid(b) {
		return nil
	}
	order := semver.Compare(a, b)
	switch list[1] {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "^":
		return semver.Major(a) == semver.Major(b)
	case "~":
		return semver.MajorMinor(a) == semver.MajorMinor(b)
	}
	return nil
}

// version is written with or without a v, and may be a number.
func version(v any) string {
	return "v" + strings.TrimPrefix(strings.TrimPrefix(fmt.Sprint(v), "v"), "V")
}

// fractional chooses by a hash of what is bucketed, so that the same one is always in the
// same bucket: the second version of flagd's algorithm, in which the weights are whole
// numbers and (hash × their sum) >> 32 is the bucket.
func fractional(values, data any) any {
	list, _ := values.([]any)
	about, _ := data.(map[string]any)
	if len(list) == 0 || about == nil {
		return nil
	}
	by, given := list[0].(string)
	if given || list[0] == nil {
		list = list[1:]
	}
	if !given {
		key, _ := about["targetingKey"].(string)
		if key == "" {
			return nil
		}
		by = fmt.Sprint(about["$flagd"].(map[string]any)["flagKey"], key)
	}
	return bucket(by, list)
}

// bucket chooses one of some variants with their weights.
func bucket(by string, list []any) any {
	weights, sum, ok := weigh(list)
	if !ok || sum == 0 {
		return nil
	}
	at := (uint64(murmur3.StringSum32(by)) * sum) >> 32
	for i, weight := range weights {
		if at < weight {
			return list[i].([]any)[0]
		}
		at -= weight
	}
	return nil
}

// weigh is the weight of each variant and their sum; what has none weighs 1, and what has
// a negative one, as a rollout may work out, nothing.
func weigh(list []any) (weights []uint64, sum uint64, ok bool) {
	for _, one := range list {
		pair, _ := one.([]any)
		if len(pair) == 0 {
			return nil, 0, false
		}
		weight := 1.0
		if len(pair) > 1 && pair[1] != nil {
			if weight, ok = pair[1].(float64); !ok || weight != math.Trunc(weight) || weight > math.MaxInt32 {
				return nil, 0, false
			}
		}
		weights = append(weights, uint64(max(0, weight)))
		sum += weights[len(weights)-1]
	}
	return weights, sum, sum <= math.MaxInt32
}

// shares are the variants and weights of a rule that is nothing but fractional over names
// and numbers: the usual rollout, which needs no library.
func shares(rule any) []any {
	operation, _ := rule.(map[string]any)
	list, _ := operation["fractional"].([]any)
	for _, one := range list {
		pair, _ := one.([]any)
		if len(pair) == 0 || len(pair) > 2 {
			return nil
		}
		if _, ok := pair[0].(string); !ok {
			return nil
		}
		if len(pair) == 2 {
			if _, ok := pair[1].(float64); !ok {
				return nil
			}
		}
	}
	return list
}
