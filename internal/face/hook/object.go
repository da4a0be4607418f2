package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"prentice/internal/kit/exact"
)

// member is one key of a JSON object with its value as it was written.
type member struct {
	key   string
	value json.RawMessage
}

// membersOf reads a JSON object and keeps the order of its keys. A key that is
// there twice, at any depth, is refused: which of the two was meant cannot be known.
func membersOf(raw []byte) ([]member, error) {
	if err := exact.Check(raw, nil); err != nil {
		return nil, twice(err)
	}
	return shallow(raw)
}

func twice(err error) error {
	return invalid("write each key once", "%s", strings.TrimPrefix(err.Error(), "json: "))
}

// shallow is membersOf that refuses only a key of the object itself that is there
// twice, and leaves what is in its values to anyone who reads those.
func shallow(raw []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	first, err := d.Token()
	if err != nil {
		return nil, invalid("send one JSON object", "this is not JSON: %v", err)
	}
	if first != json.Delim('{') {
		return nil, invalid("send one JSON object", "this is not a JSON object")
	}
	var members []member
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, invalid("send one JSON object", "this is not JSON: %v", err)
		}
		m := member{key: key.(string)} // the decoder allows nothing else there
		if seen[m.key] {
			return nil, twice(fmt.Errorf("the key %q is there twice", clip(m.key)))
		}
		seen[m.key] = true
		if err := d.Decode(&m.value); err != nil {
			return nil, invalid("send one JSON object", "this is not JSON: %v", err)
		}
		members = append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, invalid("send one JSON object", "this is not JSON: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, invalid("send one JSON value", "something comes after the object")
	}
	return members, nil
}
