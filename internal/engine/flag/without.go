package flag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"prentice"
)

// Without is a file of flags without one of them; every other byte stays as it is. It
// refuses a file with a mistake, and to give back one that says anything else of the
// flags that stay.
func Without(file string, text []byte, key string) ([]byte, error) {
	set, findings := Load(file, text)
	if set == nil {
		return nil, prentice.Errorf(prentice.Refused, "%s has a mistake, and is changed by a person: %s", file, findings[0].Text).Try("see all of them: prentice flag check %s", file)
	}
	if _, ok := set.Find(key); !ok {
		return nil, prentice.Errorf(prentice.NotFound, "there is no flag %q in %s", key, file)
	}
	from, to, err := member(text, "flags", key)
	if err != nil {
		return nil, prentice.Errorf(prentice.Refused, "where the flag %q stands in %s is not clear: %w", key, file, err).Try("remove it by hand")
	}
	out := slices.Concat(text[:from], text[to:])
	rest, _ := Load(file, out)
	if rest == nil || !rest.saysOf(set, key) {
		return nil, prentice.Errorf(prentice.Refused, "%s says something else without the flag %q", file, key).Try("remove it by hand")
	}
	return out, nil
}

// saysOf says whether a set says of each flag but one what another set says of it.
func (s *Set) saysOf(other *Set, but string) bool {
	if len(s.Flags) != len(other.Flags)-1 || !reflect.DeepEqual(s.Metadata, other.Metadata) {
		return false
	}
	for _, f := range s.Flags {
		was, ok := other.Find(f.Key)
		if !ok || f.Key == but || f.Disabled != was.Disabled || f.Default != was.Default || !bytes.Equal(f.Targeting, was.Targeting) ||
			!reflect.DeepEqual(f.Variants, was.Variants) || !maps.Equal(f.Metadata, was.Metadata) {
			return false
		}
	}
	return true
}

// member is where a member of an object of the text begins and ends, together with the
// comma and the space that go with it.
func member(text []byte, object, key string) (from, to int, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := into(d, object); err != nil {
		return 0, 0, err
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0, 0, fmt.Errorf("%q is no object", object)
	}
	for first := true; ; first = false {
		before := int(d.InputOffset()) // behind the brace, or the value of the member before
		if !d.More() {
			return 0, 0, fmt.Errorf("it is not there")
		}
		name, err := d.Token()
		if err != nil {
			return 0, 0, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return 0, 0, err
		}
		if name != key {
			continue
		}
		end := int(d.InputOffset())
		if !first || !d.More() {
			return before, end, nil // the comma before it goes, or there is none at all
		}
		comma := bytes.IndexByte(text[end:], ',')
		if comma < 0 {
			return 0, 0, fmt.Errorf("no comma follows it")
		}
		return before, end + comma + 1, nil
	}
}

// into reads up to the value of a member of the outermost object.
func into(d *json.Decoder, object string) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil || name == object {
			return err
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return err
		}
	}
	return fmt.Errorf("there is no %q", object)
}
