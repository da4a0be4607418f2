package prentice

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"sort"
	"strconv"
	"unicode/utf16"
)

// CanonicalJSON rewrites JSON in the canonical form of RFC 8785 (JCS), for the
// values that prentice hashes: objects, arrays, strings, booleans, null and
// whole numbers within ±2^53. Any other number is refused, because its text
// would depend on who printed it. Of a repeated key the last value stays.
func CanonicalJSON(raw []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, Errorf(Invalid, "not JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, Errorf(Invalid, "more than one JSON value")
	}
	return appendCanonical(nil, v)
}

func appendCanonical(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v), nil
	case json.Number:
		return appendWhole(b, v)
	case []any:
		return appendArray(b, v)
	case map[string]any:
		return appendMembers(b, v, appendCanonical)
	default:
		return nil, Errorf(Internal, "canonical JSON of %T", v)
	}
}

func appendWhole(b []byte, n json.Number) ([]byte, error) {
	const most = 1 << 53 // beyond it, a number's text depends on who reads it
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err == nil && i <= most && i >= -most && n.String() != "-0" {
		return strconv.AppendInt(b, i, 10), nil
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= most {
		return nil, Errorf(Invalid, "number %s has no canonical form here", clip(n.String())).Try("use a whole number or a string")
	}
	return strconv.AppendInt(b, int64(f), 10), nil
}

func appendArray(b []byte, list []any) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendCanonical(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// AppendRefs is a list of refs in canonical JSON.
func AppendRefs(b []byte, list []Ref) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, ref := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, string(ref))
	}
	return append(b, ']')
}

// appendMembers is an object, each of whose values is written by value.
func appendMembers[V any](b []byte, object map[string]V, value func([]byte, V) ([]byte, error)) (_ []byte, err error) {
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return lessUTF16(keys[i], keys[j]) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, k), ':')
		if b, err = value(b, object[k]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// lessUTF16 is the order of keys that RFC 8785 asks for, section 3.2.3.
func lessUTF16(a, b string) bool {
	ua, ub := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(ua) && i < len(ub); i++ {
		if ua[i] != ub[i] {
			return ua[i] < ub[i]
		}
	}
	return len(ua) < len(ub)
}

// appendString escapes what RFC 8785, section 3.2.2.2, says and nothing more.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
