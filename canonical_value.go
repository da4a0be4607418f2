package prentice

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
)

// CanonicalOf is the canonical form of the JSON of a value. Maps, lists, texts, whole
// numbers and booleans are written at once; what has a JSON form of its own, and all
// else, goes by json.Marshal.
func CanonicalOf(v any) ([]byte, error) { return appendValue(nil, reflect.ValueOf(v)) }

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	if !v.IsValid() {
		return append(b, "null"...), nil
	}
	if t := v.Type(); formed(t) || formed(reflect.PointerTo(t)) || t == reflect.TypeFor[json.Number]() {
		return appendMarshalled(b, v)
	}
	switch v.Kind() {
	case reflect.String:
		return appendString(b, v.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendWhole(b, json.Number(itoa(v.Int())))
	case reflect.Interface:
		return appendValue(b, v.Elem())
	case reflect.Slice:
		return appendList(b, v)
	case reflect.Map:
		return appendMap(b, v)
	default:
		return appendMarshalled(b, v)
	}
}

// formed says whether values of a type say themselves what their JSON is.
func formed(t reflect.Type) bool {
	return t.Kind() != reflect.Interface && (t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()))
}

func appendMarshalled(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr() // it may have a form only there
	}
	raw, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, Errorf(Internal, "%w", err)
	}
	canonical, err := CanonicalJSON(raw)
	return append(b, canonical...), err
}

func appendList(b []byte, v reflect.Value) (_ []byte, err error) {
	switch {
	case v.IsNil():
		return append(b, "null"...), nil
	case v.Type().Elem().Kind() == reflect.Uint8: // bytes are a text in base64
		return appendMarshalled(b, v)
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendMap(b []byte, v reflect.Value) ([]byte, error) {
	key := v.Type().Key()
	switch {
	case v.IsNil():
		return append(b, "null"...), nil
	case key.Kind() != reflect.String || formed(key) || formed(reflect.PointerTo(key)):
		return appendMarshalled(b, v)
	}
	object := make(map[string]reflect.Value, v.Len())
	for each := v.MapRange(); each.Next(); {
		object[each.Key().String()] = each.Value()
	}
	return appendMembers(b, object, appendValue)
}
