package flag

import (
	"encoding/json"
	"time"
)

// TeamFile is the file of the team folder.
const TeamFile = "flags.json"

// The kinds of flags, by what they are for.
const (
	Release    = "release"    // hides what is not finished; goes when everyone has it
	Experiment = "experiment" // finds out which variant is better; goes with the answer
	Ops        = "ops"        // turns off what burdens a system
	Permission = "permission" // who may use something
)

// Kinds are all of them.
var Kinds = []string{Release, Experiment, Ops, Permission}

// Set is what a file of flags says. It does not change, and may be asked from many
// goroutines. The zero Set has no flags.
type Set struct {
	Flags    []*Flag // by key
	Metadata map[string]any
	Digest   string // of the file
	byKey    map[string]*Flag
}

// Flag is one of them.
type Flag struct {
	Key      string
	Disabled bool
	Variants map[string]any // a name and its value: bool, float64, string, or JSON
	Default  string         // the variant where the targeting chooses none; "" is the value in the program's code
	Metadata map[string]any // that of the file as well
	// Owner is who answers for it, Kind what it is for, and Expires the day by which it is
	// to be gone.
	Owner, Kind, Says string
	Expires           time.Time
	Line              int
	Targeting         json.RawMessage // as it stands in the file, without references; nil is none
	rule              any             // the same, to be evaluated; nil is none
	shares            []any           // of the rule, where it is a plain rollout
	// asksOfItself says whether the rule may look at $flagd, which is made only then, and
	// asksForTime whether at the time in it.
	asksOfItself, asksForTime bool
	named                     map[string]any // $flagd without the time
}

// Find is the flag of a key.
func (s *Set) Find(key string) (*Flag, bool) {
	if s == nil {
		return nil, false
	}
	f, ok := s.byKey[key]
	return f, ok
}

// Keys are the keys of all flags, sorted.
func (s *Set) Keys() []string {
	if s == nil {
		return nil
	}
	keys := make([]string, len(s.Flags))
	for i, f := range s.Flags {
		keys[i] = f.Key
	}
	return keys
}

// Due says whether the day has passed by which the flag is to be gone.
func (f *Flag) Due(now time.Time) bool { return !now.Before(f.Expires.AddDate(0, 0, 1)) }

// Type is the type of its values: boolean, number, string or object.
func (f *Flag) Type() string {
	for _, v := range f.Variants {
		return typeOf(v)
	}
	return ""
}

func typeOf(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case map[string]any, []any:
		return "object"
	}
	return "null"
}
