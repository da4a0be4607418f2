package expr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// deepest is how far lists and maps may lie within each other.
const deepest = 100

// JSON reads JSON into values that expressions can look at: whole numbers are
// int64, so that 3 is 3 and not 3.0. No bytes at all are an empty map, so that
// an event without data has no fields rather than no data.
func JSON(raw []byte) (any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return map[string]any{}, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, &Error{Text: "not JSON: " + err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, &Error{Text: "more than one JSON value"}
	}
	return numbers(value), nil
}

func numbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		if whole, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return whole
		}
		f, _ := v.Float64() // too large is infinite, which no limit is above
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return value
}

func native(v ref.Val) (any, error) { return unwrap(v, 0) }

func unwrap(v ref.Val, depth int) (any, error) {
	if depth > deepest {
		return nil, &Error{Text: fmt.Sprintf("value is more than %d levels deep", deepest)}
	}
	switch v := v.(type) {
	case types.Null:
		return nil, nil
	case types.Timestamp:
		return v.Time, nil
	case types.Duration:
		return v.Duration, nil
	case traits.Mapper:
		return unwrapMap(v, depth)
	case traits.Lister:
		return unwrapList(v, depth)
	case *types.Err:
		return nil, &Error{Text: plain(v)}
	case *types.Type:
		return nil, &Error{Text: "a type is of no use here"}
	}
	switch plain := v.Value().(type) {
	case string, int64, uint64, float64, bool, []byte, time.Time, time.Duration:
		return plain, nil
	}
	return nil, &Error{Text: fmt.Sprintf("a value of type %s is of no use here", v.Type().TypeName())}
}

func unwrapList(list traits.Lister, depth int) (any, error) {
	values := []any{}
	for it := list.Iterator(); it.HasNext() == types.True; {
		value, err := unwrap(it.Next(), depth+1)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func unwrapMap(m traits.Mapper, depth int) (any, error) {
	values := map[string]any{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.(types.String)
		if !ok {
			return nil, &Error{Text: fmt.Sprintf("a map's key is %s, wanted string", key.Type().TypeName())}
		}
		value, err := unwrap(m.Get(key), depth+1)
		if err != nil {
			return nil, err
		}
		values[string(name)] = value
	}
	return values, nil
}
