package op

import (
	"encoding/json"
	"slices"

	"prentice"
)

// Turn is another operation that a face performs in the place of one, with a part of
// its input. The zero Turn is none.
type Turn struct {
	Op     string
	Fields []string       // that both have
	Set    map[string]any // and what is said beside them
	Not    []string       // fields that make no sense with it
}

// DryRunBy names the operation that shows what this one would do, and the fields that
// it takes over.
func (o Op) DryRunBy(t Turn) Op { o.DryRun = t; return o }

// FollowedBy names the operation that goes on telling what this one tells.
func (o Op) FollowedBy(t Turn) Op { o.Follow = t; return o }

// Input is what the other operation is given.
func (t Turn) Input(other Op, in any) (any, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	given := map[string]any{}
	for name, value := range all {
		if slices.Contains(t.Not, name) {
			return nil, prentice.Errorf(prentice.Invalid, "%s makes no sense here", name).Try("leave it out, or use: prentice %s", command(t.Op))
		}
		if slices.Contains(t.Fields, name) {
			given[name] = value
		}
	}
	for name, value := range t.Set {
		given[name] = value
	}
	if raw, err = json.Marshal(given); err != nil {
		return nil, err
	}
	return other.Input(json.RawMessage(raw))
}
