package flag

import (
	"fmt"
	"maps"
	"time"

	"github.com/diegoholiveira/jsonlogic/v3"
)

// Why a flag answers as it does; the words are those of OpenFeature.
const (
	Static         = "STATIC"          // it is the same for everyone
	Default        = "DEFAULT"         // the targeting chose none
	TargetingMatch = "TARGETING_MATCH" // the targeting chose it
	Disabled       = "DISABLED"        // the flag is disabled
	Error          = "ERROR"
)

// The codes of errors; the words are those of OpenFeature.
const (
	NotFound       = "FLAG_NOT_FOUND"
	ParseError     = "PARSE_ERROR"
	General        = "GENERAL"
	InvalidContext = "INVALID_CONTEXT"
)

// Answer is what a flag answers in a context. Without a variant it has no value, and the
// program uses the one in its code.
type Answer struct {
	Key      string
	Variant  string
	Value    any
	Reason   string
	Code     string // of the error, or ""
	Details  string // what is wrong, for people
	Metadata map[string]any
}

// Evaluate says what a flag answers in a context at a time. A variant that overrides it
// holds whatever the targeting says; "" is none.
func (s *Set) Evaluate(key string, context map[string]any, override string, now time.Time) Answer {
	f, ok := s.Find(key)
	if !ok {
		return Answer{Key: key, Reason: Error, Code: NotFound, Details: fmt.Sprintf("there is no flag %q", key)}
	}
	return f.evaluate(context, override, now)
}

func (f *Flag) evaluate(context map[string]any, override string, now time.Time) Answer {
	switch _, there := f.Variants[override]; {
	case override != "" && there:
		return f.answer(override, Static)
	case f.Disabled:
		return f.answer("", Disabled)
	case f.rule == nil && f.Default == "":
		return f.answer("", Default)
	case f.rule == nil:
		return f.answer(f.Default, Static)
	}
	chosen, err := f.target(context, now)
	if err != nil {
		return f.failed(ParseError, err.Error())
	}
	switch v := chosen.(type) {
	case nil:
		return f.answer(f.Default, Default)
	case bool:
		return f.chose(fmt.Sprint(v))
	case string:
		return f.chose(v)
	}
	return f.failed(General, fmt.Sprintf("the targeting chose %v, which is not the name of a variant", chosen))
}

func (f *Flag) chose(variant string) Answer {
	if _, ok := f.Variants[variant]; !ok {
		return f.failed(General, fmt.Sprintf("the targeting chose the variant %q, which the flag does not have", variant))
	}
	return f.answer(variant, TargetingMatch)
}

func (f *Flag) answer(variant, reason string) Answer {
	return Answer{Key: f.Key, Variant: variant, Value: f.Variants[variant], Reason: reason, Metadata: f.Metadata}
}

func (f *Flag) failed(code, details string) Answer {
	return Answer{Key: f.Key, Reason: Error, Code: code, Details: details, Metadata: f.Metadata}
}

// target asks the rule. The library takes some values of a context for what they are not
// and panics: that is an error of this evaluation, and of nothing else.
func (f *Flag) target(context map[string]any, now time.Time) (chosen any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			chosen, err = nil, fmt.Errorf("the targeting cannot be asked about this context: %v", fault)
		}
	}()
	if len(f.shares) > 0 {
		if key, _ := context["targetingKey"].(string); key != "" {
			return bucket(f.Key+key, f.shares), nil
		}
		return nil, nil
	}
	about := context
	if f.asksOfItself {
		about = make(map[string]any, len(context)+1)
		maps.Copy(about, context)
		about["$flagd"] = f.itself(now)
	}
	return jsonlogic.ApplyInterface(f.rule, about)
}

// itself is what a rule may ask of its flag and the time, in seconds since 1970.
func (f *Flag) itself(now time.Time) map[string]any {
	if f.asksForTime {
		return map[string]any{"flagKey": f.Key, "timestamp": float64(now.Unix())}
	}
	return f.named
}
