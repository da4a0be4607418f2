package web

import (
	"encoding"
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// fill makes an operation's input from what a path, a query or a form gives. A
// key that begins with an underscore is the face's own; any other key that the
// input lacks is an error, because what is silently ignored misleads.
func fill(d op.Op, given url.Values) (any, error) {
	to := reflect.New(d.In).Elem()
	fields := d.Fields()
	var wrong []string
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name, inside := keyed(key)
		if strings.HasPrefix(name, "_") {
			continue
		}
		i := slices.IndexFunc(fields, func(f op.Field) bool { return f.Name == name })
		if i < 0 || inside != "" && fields[i].Type.Kind() != reflect.Map {
			wrong = append(wrong, unknownKey(key, fields))
			continue
		}
		if err := set(to.FieldByIndex(fields[i].Index), inside, given[key]); err != nil {
			wrong = append(wrong, name+": "+err.Error())
		}
	}
	if len(wrong) > 0 {
		return nil, prentice.Errorf(prentice.Invalid, "%s", strings.Join(wrong, "; ")).Try("correct it and try again")
	}
	return to.Interface(), nil
}

// keyed reads name[key], the way a form gives one entry of a map.
func keyed(key string) (name, inside string) {
	name, rest, found := strings.Cut(key, "[")
	if !found || !strings.HasSuffix(rest, "]") || len(rest) < 2 {
		return key, ""
	}
	return name, strings.TrimSuffix(rest, "]")
}

func unknownKey(key string, fields []op.Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	if near := nearest.Of(key, names); near != "" {
		return strconv.Quote(clip(key)) + " is not known here; the nearest word is " + near
	}
	return strconv.Quote(clip(key)) + " is not known here"
}

// set puts the given texts into a value of the input. Nothing given, or only
// blanks for anything but a string, leaves the zero value.
func set(to reflect.Value, inside string, given []string) error {
	if to.Kind() == reflect.Map {
		return setPairs(to, inside, given)
	}
	if to.Kind() == reflect.Slice && to.Type() != rawType {
		return setMany(to, given)
	}
	if len(given) > 1 {
		return prentice.Errorf(prentice.Invalid, "given %d times, wanted once", len(given))
	}
	if len(given) == 0 || given[0] == "" {
		return nil
	}
	return setOne(to, given[0])
}

func setMany(to reflect.Value, given []string) error {
	for _, text := range given {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			item := reflect.New(to.Type().Elem()).Elem()
			if err := setOne(item, line); err != nil {
				return err
			}
			to.Set(reflect.Append(to, item))
		}
	}
	return nil
}

// setPairs takes name[key]=value, or lines of key=value.
func setPairs(to reflect.Value, inside string, given []string) error {
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	if inside != "" && strings.Join(given, "") == "" {
		return nil // a field of a form that was left blank is left out
	}
	if inside != "" { // a box that is ticked follows its "false"
		given = []string{inside + "=" + given[len(given)-1]}
	}
	for _, text := range given {
		lines := strings.Split(text, "\n")
		if inside != "" {
			lines = []string{text}
		}
		for _, line := range lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			k, v, found := strings.Cut(line, "=")
			if !found {
				return prentice.Errorf(prentice.Invalid, "%q is not name=value", clip(line))
			}
			item := reflect.New(to.Type().Elem()).Elem()
			if err := setOne(item, strings.TrimRight(v, "\r")); err != nil {
				return err
			}
			to.SetMapIndex(reflect.ValueOf(strings.TrimSpace(k)).Convert(to.Type().Key()), item)
		}
	}
	return nil
}

func setOne(to reflect.Value, text string) error {
	switch {
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return setOne(to.Elem(), text)
	case to.Type() == timeType:
		return setTime(to, text)
	case reflect.PointerTo(to.Type()).Implements(textType):
		return to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case to.Type() == rawType:
		if !json.Valid([]byte(text)) {
			return prentice.Errorf(prentice.Invalid, "%q is not JSON", clip(text))
		}
		to.SetBytes([]byte(text))
		return nil
	case to.Type() == durationType:
		return setDuration(to, text)
	default:
		return setPlain(to, text)
	}
}

func setTime(to reflect.Value, text string) error {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			to.Set(reflect.ValueOf(t))
			return nil
		}
	}
	return prentice.Errorf(prentice.Invalid, "%q is not a time such as 2006-01-02T15:04:05Z", clip(text))
}

func setDuration(to reflect.Value, text string) error {
	d, err := span.Parse(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "%q is not a length of time such as 10m, 1h30m or 7d", clip(text))
	}
	to.SetInt(int64(d))
	return nil
}

func setPlain(to reflect.Value, text string) error {
	switch k := to.Kind(); {
	case k == reflect.String:
		to.SetString(strings.ReplaceAll(text, "\r\n", "\n"))
	case k == reflect.Bool:
		return setBool(to, text)
	case to.CanInt():
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, to.Type().Bits())
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q is not a whole number that fits", clip(text))
		}
		to.SetInt(n)
	case to.CanUint():
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, to.Type().Bits())
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q is not a whole number from 0 that fits", clip(text))
		}
		to.SetUint(n)
	case to.CanFloat():
		f, err := strconv.ParseFloat(strings.TrimSpace(text), to.Type().Bits())
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q is not a number", clip(text))
		}
		to.SetFloat(f)
	default:
		return json.Unmarshal([]byte(text), to.Addr().Interface())
	}
	return nil
}

func setBool(to reflect.Value, text string) error {
	switch strings.ToLower(text) {
	case "on", "true", "yes", "1":
		to.SetBool(true)
	case "off", "false", "no", "0":
		to.SetBool(false)
	default:
		return prentice.Errorf(prentice.Invalid, "%q is neither true nor false", clip(text))
	}
	return nil
}
