package web

import (
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// fill makes an operation's input from what a path, a query or a form gives. A
// key that begins with an underscore is the face's own; any other key that the
// input lacks is an error, because what is silently ignored misleads.
func fill(d op.Op, given url.Values, now time.Time) (any, error) {
	to := reflect.New(d.In).Elem()
	fields := d.Fields()
	var wrong []string
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name, inside := keyed(key)
		if strings.HasPrefix(name, "_") {
			continue
		}
		i := slices.IndexFunc(fields, func(f op.Field) bool { return f.Name == name })
		if i < 0 || inside != "" && !(fields[i].Many() && fields[i].Type.Kind() == reflect.Map) {
			wrong = append(wrong, unknownKey(key, fields))
			continue
		}
		if err := set(fields[i], to.FieldByIndex(fields[i].Index), inside, given[key], now); err != nil {
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
		return strconv.Quote(clip.Text(key)) + " is not known here; the nearest word is " + near
	}
	return strconv.Quote(clip.Text(key)) + " is not known here"
}

// set puts the given texts into a value of the input. Nothing given leaves the zero
// value. A list and a map stand line by line in one text, as a form gives them.
func set(f op.Field, to reflect.Value, inside string, given []string, now time.Time) error {
	switch {
	case f.Many():
		for _, one := range itemsOf(f, inside, given) {
			if err := f.Set(to, one, now); err != nil {
				return err
			}
		}
		return nil
	case len(given) > 1:
		return prentice.Errorf(prentice.Invalid, "given %d times, wanted once", len(given))
	case len(given) == 0 || given[0] == "":
		return nil
	}
	return f.Set(to, asTyped(given[0]), now)
}

// itemsOf is the items of a list, or name=value for each of a map. Of name[key] the last
// value counts, as a box that is ticked follows its "false"; one left blank is left out.
func itemsOf(f op.Field, inside string, given []string) (items []string) {
	if inside != "" {
		if strings.Join(given, "") == "" {
			return nil
		}
		return []string{inside + "=" + asTyped(given[len(given)-1])}
	}
	for _, text := range given {
		for line := range strings.Lines(asTyped(text)) {
			if line = strings.TrimSuffix(line, "\n"); strings.TrimSpace(line) == "" {
				continue
			}
			if f.Type.Kind() == reflect.Slice {
				line = strings.TrimSpace(line)
			}
			items = append(items, line)
		}
	}
	return items
}

// asTyped is a text as it was typed: a form sends its lines with the ends of HTTP.
func asTyped(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
