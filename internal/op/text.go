package op

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/exact"
	"prentice/internal/kit/span"
)

// set reads a text into a value; a list or a map gets one more item. This is the one
// place where a text becomes a value.
func (s *Schema) set(to reflect.Value, text string) error {
	switch {
	case s.form == moment:
		return setMoment(to, text)
	case s.form == length:
		d, err := span.Parse(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			return unlike(text, "a duration", "write 90s, 1h30m or 7d")
		}
		to.SetInt(int64(d))
		return nil
	case s.ByJSON():
		return s.setJSON(to, text)
	case s.form == reads:
		return to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	}
	switch s.Type.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(s.Type.Elem()))
		return s.Elem.set(to.Elem(), text)
	case reflect.Slice:
		return s.addItem(to, text)
	case reflect.Map:
		return s.addPair(to, text)
	}
	return setPlain(to, text)
}

// forms are how a moment is written. One without a zone is in UTC, and a day begins at
// midnight.
var forms = []string{time.RFC3339Nano, "2006-01-02T15:04", time.DateOnly}

func setMoment(to reflect.Value, text string) error {
	for _, form := range forms {
		if at, err := time.Parse(form, strings.TrimSpace(text)); err == nil {
			to.Set(reflect.ValueOf(at))
			return nil
		}
	}
	return unlike(text, "a time", "write 2006-01-02T15:04:05Z or 2006-01-02")
}

// ago reads 90s, 2h, 1h30m or 30d.
func ago(text string) (time.Duration, bool) {
	length, err := span.Parse(strings.ReplaceAll(text, " ", ""))
	return length, err == nil && length > 0
}

func setPlain(to reflect.Value, text string) error {
	bare := strings.TrimSpace(text)
	switch k := to.Kind(); {
	case k == reflect.String:
		if !utf8.ValidString(text) { // JSON would change it silently
			return unlike(text, "UTF-8 text", "save or type it as UTF-8")
		}
		to.SetString(text)
	case k == reflect.Bool:
		return setBool(to, text)
	case to.CanInt():
		n, err := strconv.ParseInt(bare, 10, to.Type().Bits())
		if err != nil {
			return noWhole(text, "a whole number", err)
		}
		to.SetInt(n)
	case to.CanUint():
		n, err := strconv.ParseUint(bare, 10, to.Type().Bits())
		if err != nil {
			return noWhole(text, "a whole number from 0 up", err)
		}
		to.SetUint(n)
	default:
		n, err := strconv.ParseFloat(bare, to.Type().Bits())
		if err != nil {
			return unlike(text, "a number", "write digits, such as 0.5")
		}
		to.SetFloat(n)
	}
	return nil
}

func noWhole(text, what string, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return unlike(text, what+" that fits", "write a smaller one")
	}
	return unlike(text, what, "write digits, such as 7")
}

func setBool(to reflect.Value, text string) error {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "1", "t":
		to.SetBool(true)
	case "false", "no", "off", "0", "f":
		to.SetBool(false)
	default:
		return unlike(text, "yes or no", "write true or false")
	}
	return nil
}

func (s *Schema) addItem(to reflect.Value, text string) error {
	if s.Elem.Type.Kind() == reflect.Uint8 {
		to.SetBytes([]byte(text))
		return nil
	}
	item := reflect.New(s.Type.Elem()).Elem()
	if err := s.Elem.set(item, text); err != nil {
		return err
	}
	to.Set(reflect.Append(to, item))
	return nil
}

func (s *Schema) addPair(to reflect.Value, text string) error {
	name, content, found := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return unlike(text, "name=value", "write it as name=value, such as service=checkout")
	}
	if to.IsNil() {
		to.Set(reflect.MakeMap(s.Type))
	}
	key := reflect.ValueOf(name).Convert(s.Type.Key())
	if to.MapIndex(key).IsValid() {
		return prentice.Errorf(prentice.Invalid, "%s is given twice", clip.Text(name)).Try("give each name once")
	}
	item := reflect.New(s.Type.Elem()).Elem()
	if err := s.Elem.set(item, content); err != nil {
		return err
	}
	to.SetMapIndex(key, item)
	return nil
}

func (s *Schema) setJSON(to reflect.Value, text string) error {
	if s.form == raw {
		if !json.Valid([]byte(text)) {
			return prentice.Errorf(prentice.Invalid, "this is not JSON").Try("write JSON")
		}
		to.SetBytes([]byte(text))
		return nil
	}
	if err := exact.Unmarshal([]byte(text), to.Addr().Interface()); err != nil {
		return prentice.Errorf(prentice.Invalid, "%s", strings.TrimPrefix(err.Error(), "json: ")).Try("write JSON")
	}
	return nil
}

// unlike says what a text is not, and what to write.
func unlike(text, what, hint string) error {
	if r := []rune(text); len(r) > 60 {
		text = string(r[:60]) + "…"
	}
	return prentice.Errorf(prentice.Invalid, "%q is not %s", text, what).Try("%s", hint)
}
