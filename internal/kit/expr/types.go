package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Type is the type of a variable, an argument or a result. The zero Type is
// Any.
type Type struct {
	cel    *cel.Type
	fields map[string]Type // of a record
	of     *Type           // of a list or a map
}

// The plain types. Any is known only when the expression runs.
var (
	Any      = Type{cel: cel.DynType}
	String   = Type{cel: cel.StringType}
	Int      = Type{cel: cel.IntType}
	Float    = Type{cel: cel.DoubleType}
	Bool     = Type{cel: cel.BoolType}
	Time     = Type{cel: cel.TimestampType}
	Duration = Type{cel: cel.DurationType}
)

// ListOf is a list whose elements are of a type.
func ListOf(t Type) Type { return Type{cel: cel.ListType(t.known()), of: &t} }

// MapOf is a map from strings to values of a type.
func MapOf(t Type) Type { return Type{cel: cel.MapType(cel.StringType, t.known()), of: &t} }

// Record is a value with these fields and no others, so that a misspelt field
// is found when the expression is compiled. Its value is a map[string]any. Two
// records of one name in one Env must be the same.
func Record(name string, fields map[string]Type) Type {
	return Type{cel: cel.ObjectType(name), fields: fields}
}

// Fields are the names of a record's fields, sorted.
func (t Type) Fields() []string { return slices.Sorted(maps.Keys(t.fields)) }

// String is the type as CEL writes it.
func (t Type) String() string {
	switch c := t.known(); c.Kind() {
	case types.DynKind, types.AnyKind:
		return "anything"
	default:
		return strings.ReplaceAll(cel.FormatCELType(c), "dyn", "anything")
	}
}

func (t Type) known() *cel.Type {
	if t.cel == nil {
		return cel.DynType
	}
	return t.cel
}

func (t Type) oneOf(want []Type) bool {
	return len(want) == 0 || slices.ContainsFunc(want, func(w Type) bool { return fits(t.known(), w.known()) })
}

// fits says whether a value of type have may turn out to be one of type want.
func fits(have, want *cel.Type) bool {
	if may(have) || may(want) {
		return true
	}
	if have.Kind() != want.Kind() || len(have.Parameters()) != len(want.Parameters()) {
		return false
	}
	for i, p := range have.Parameters() {
		if !fits(p, want.Parameters()[i]) {
			return false
		}
	}
	return have.Kind() != types.StructKind || have.TypeName() == want.TypeName()
}

func may(t *cel.Type) bool {
	return t.Kind() == types.DynKind || t.Kind() == types.AnyKind || t.Kind() == types.TypeParamKind
}

func names(list []Type) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.String()
	}
	return strings.Join(words, " or ")
}

// provider tells CEL about records, beside what it knows itself.
type provider struct {
	*types.Registry
	records map[string]Type
}

func newProvider() (*provider, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("start the registry of expression types: %w", err)
	}
	return &provider{registry, map[string]Type{}}, nil
}

func (p *provider) learn(t Type) {
	if t.of != nil {
		p.learn(*t.of)
	}
	if t.fields == nil {
		return
	}
	if _, seen := p.records[t.cel.TypeName()]; seen {
		return
	}
	p.records[t.cel.TypeName()] = t
	for _, field := range t.fields {
		p.learn(field)
	}
}

// FindStructType gives the type of a record.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if t, ok := p.records[name]; ok {
		return types.NewTypeTypeWithParam(t.cel), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames gives the fields of a record.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if t, ok := p.records[name]; ok {
		return t.Fields(), true
	}
	return p.Registry.FindStructFieldNames(name)
}

// FindStructFieldType gives the type of a record's field, and how it is read
// from a value.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	record, ok := p.records[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, field)
	}
	t, ok := record.fields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: t.known(), IsSet: isSet(field), GetFrom: from(field)}, true
}

// NewValue refuses: expressions read records and make none.
func (p *provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if _, ok := p.records[name]; ok {
		return types.NewErr("a %s cannot be made in an expression", name)
	}
	return p.Registry.NewValue(name, fields)
}

func isSet(field string) func(any) bool {
	return func(target any) bool {
		m, ok := target.(map[string]any)
		_, set := m[field]
		return ok && set
	}
}

func from(field string) func(any) (any, error) {
	return func(target any) (any, error) {
		m, ok := target.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("field %q of a %T", field, target)
		}
		value, set := m[field]
		if !set {
			return nil, fmt.Errorf("%q is not set", field)
		}
		return value, nil
	}
}

var _ types.Provider = (*provider)(nil)
