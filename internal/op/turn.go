package op

import (
	"reflect"
	"slices"

	"prentice"
)

// Turn is another operation that a face performs in the place of one, with a part of
// its input. The zero Turn is none.
type Turn struct {
	Op     string
	Fields []string // that both have
	Yes    []string // fields of the other that are true with it
	Not    []string // fields that make no sense with it
}

// DryRunBy names the operation that shows what this one would do, and the fields that
// it takes over.
func (o Op) DryRunBy(t Turn) Op { o.DryRun = t; return o }

// FollowedBy names the operation that goes on telling what this one tells.
func (o Op) FollowedBy(t Turn) Op { o.Follow = t; return o }

// AtTerminal names the operation that is attended instead by a person at a terminal.
func (o Op) AtTerminal(t Turn) Op { o.Lend = t; return o }

// Input is what the other operation is given, of the input of the one.
func (t Turn) Input(one, other Op, in any) (any, error) {
	from, to := reflect.ValueOf(in), reflect.New(other.In).Elem()
	for _, f := range one.Fields() {
		value := from.FieldByIndex(f.Index)
		if value.IsZero() {
			continue
		}
		if slices.Contains(t.Not, f.Name) {
			return nil, prentice.Errorf(prentice.Invalid, "%s makes no sense here", f.Name).Try("leave it out, or use: prentice %s", command(t.Op))
		}
		if !slices.Contains(t.Fields, f.Name) {
			continue
		}
		if err := other.put(to, f.Name, value); err != nil {
			return nil, err
		}
	}
	for _, name := range t.Yes {
		if err := other.put(to, name, reflect.ValueOf(true)); err != nil {
			return nil, err
		}
	}
	return to.Interface(), nil
}

func (o Op) put(to reflect.Value, name string, value reflect.Value) error {
	f, ok := o.promised().field(name)
	if !ok || !value.Type().AssignableTo(f.Type) {
		return prentice.Errorf(prentice.Internal, "%s takes no %s of type %s", o.Name, name, value.Type())
	}
	to.FieldByIndex(f.Index).Set(value)
	return nil
}
