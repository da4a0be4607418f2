package expr

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// NativeToValue turns plain values into CEL's. Maps keep an order: going
// through one must give the same on every machine, each time.
func (p *provider) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case map[string]any:
		return ordered{types.NewStringInterfaceMap(p, v)}
	case map[string]string:
		return ordered{types.NewStringStringMap(p, v)}
	case map[ref.Val]ref.Val:
		return ordered{types.NewRefValMap(p, v)}
	case []any, []map[string]any:
		return types.NewDynamicList(p, v)
	case []ref.Val:
		return types.NewRefValList(p, v)
	}
	return p.Registry.NativeToValue(value)
}

// ordered is a map whose keys come sorted.
type ordered struct{ traits.Mapper }

// Iterator goes through the keys in order.
func (m ordered) Iterator() traits.Iterator {
	keys := []ref.Val{}
	for it := m.Mapper.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	slices.SortFunc(keys, compare)
	return types.NewRefValList(types.DefaultTypeAdapter, keys).Iterator()
}

// Equal compares with another map, whichever way that one is kept.
func (m ordered) Equal(other ref.Val) ref.Val {
	if o, ok := other.(ordered); ok {
		other = o.Mapper
	}
	return m.Mapper.Equal(other)
}

// literal is a map written out in an expression.
type literal struct{ interpreter.InterpretableV2 }

// inOrder makes maps that are written out keep an order too.
func inOrder(node interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	if made, ok := node.(interface{ Type() ref.Type }); ok && made.Type() == types.MapType {
		if _, constant := node.(interpreter.InterpretableConst); !constant {
			return literal{node}, nil
		}
	}
	return node, nil
}

// Exec makes the map.
func (l literal) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return asOrdered(l.InterpretableV2.Exec(frame))
}

// Eval makes the map.
func (l literal) Eval(values interpreter.Activation) ref.Val {
	return asOrdered(l.InterpretableV2.Eval(values))
}

func asOrdered(v ref.Val) ref.Val {
	if m, ok := v.(traits.Mapper); ok {
		return ordered{m}
	}
	return v
}

// compare puts keys of one type in their own order, and the types in that of
// their names.
func compare(a, b ref.Val) int {
	if a.Type().TypeName() != b.Type().TypeName() {
		return strings.Compare(a.Type().TypeName(), b.Type().TypeName())
	}
	if c, ok := a.(traits.Comparer); ok {
		if n, ok := c.Compare(b).(types.Int); ok {
			return int(n)
		}
	}
	return 0
}

var (
	_ types.Adapter = (*provider)(nil)
	_ traits.Mapper = ordered{}
)
