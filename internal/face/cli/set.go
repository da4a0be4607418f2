package cli

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/span"
)

// set reads one word into a value; a list or a map gets one more item.
func set(to reflect.Value, text string) error {
	t := to.Type()
	switch {
	case t == reflect.TypeFor[time.Duration]():
		d, err := span.Parse(text)
		if err != nil {
			return wrong(text, "a duration", "write 90s, 1h30m or 7d")
		}
		to.SetInt(int64(d))
		return nil
	case t == reflect.TypeFor[time.Time]():
		return setTime(to, text)
	case reads(t):
		return to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	}
	switch to.Kind() {
	case reflect.String:
		if !utf8.ValidString(text) { // JSON would change it silently
			return wrong(text, "UTF-8 text", "save or type it as UTF-8")
		}
		to.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return wrong(text, "yes or no", "write true or false")
		}
		to.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, t.Bits())
		if err != nil {
			return wrong(text, "a whole number", "write digits, such as 7")
		}
		to.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, t.Bits())
		if err != nil {
			return wrong(text, "a whole number from 0 up", "write digits, such as 7")
		}
		to.SetUint(n)
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(text, t.Bits())
		if err != nil {
			return wrong(text, "a number", "write digits, such as 0.5")
		}
		to.SetFloat(n)
	case reflect.Pointer:
		to.Set(reflect.New(t.Elem()))
		return set(to.Elem(), text)
	case reflect.Slice:
		return setItem(to, text)
	case reflect.Map:
		return setPair(to, text)
	default:
		return fmt.Errorf("a %s cannot be given on the command line", t)
	}
	return nil
}

func setTime(to reflect.Value, text string) error {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			to.Set(reflect.ValueOf(at))
			return nil
		}
	}
	return wrong(text, "a time", "write 2006-01-02T15:04:05Z or 2006-01-02")
}

func setItem(to reflect.Value, text string) error {
	if to.Type().Elem().Kind() == reflect.Uint8 {
		to.SetBytes([]byte(text))
		return nil
	}
	item := reflect.New(to.Type().Elem()).Elem()
	if err := set(item, text); err != nil {
		return err
	}
	to.Set(reflect.Append(to, item))
	return nil
}

func setPair(to reflect.Value, text string) error {
	name, content, found := strings.Cut(text, "=")
	if !found || name == "" {
		return wrong(text, "name=value", "write it as name=value, such as service=checkout")
	}
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	key := reflect.ValueOf(name).Convert(to.Type().Key())
	if to.MapIndex(key).IsValid() {
		return prentice.Errorf(prentice.Invalid, "%s is given twice", name).Try("give each name once")
	}
	to.SetMapIndex(key, reflect.ValueOf(content).Convert(to.Type().Elem()))
	return nil
}

func wrong(text, what, hint string) error {
	if r := []rune(text); len(r) > 60 {
		text = string(r[:60]) + "…"
	}
	return prentice.Errorf(prentice.Invalid, "%q is not %s", text, what).Try("%s", hint)
}
