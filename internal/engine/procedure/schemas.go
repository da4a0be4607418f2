package procedure

import (
	"encoding/json"

	"gopkg.in/yaml.v3"

	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
)

// readSchemas reads schemas: what JSON that steps hand on is like, by name.
func (r *reading) readSchemas(n *yaml.Node) {
	if n == nil {
		return
	}
	r.schemas = map[string]string{}
	r.pairs(n, "schemas", func(key, value *yaml.Node) {
		var v any
		if !isWord(key.Value) {
			r.fail(r.place(key), "use small letters, digits, dashes and underscores, and begin with a letter", "%q is not the name of a schema", clip.Text(key.Value))
			return
		}
		if err := value.Decode(&v); err != nil {
			r.fail(r.place(value), "write a JSON Schema, such as {type: object, required: [phase]}", "schema %s cannot be read: %v", key.Value, err)
			return
		}
		raw, err := json.Marshal(v)
		if err != nil {
			r.fail(r.place(value), "write texts as keys", "schema %s has no JSON form: %v", key.Value, err)
			return
		}
		if len(raw) > capture.MaxJSON {
			r.fail(r.place(value), "say only what matters of the value", "schema %s has %d bytes; at most %d are read", key.Value, len(raw), capture.MaxJSON)
			return
		}
		if says := capture.SchemaFault(string(raw)); says != "" {
			r.fail(r.place(value), "known are type, enum, properties, required, additionalProperties, items, minItems, maxItems, minimum, maximum, minLength, maxLength, pattern, title and description", "schema %s: %s", key.Value, says)
			return
		}
		r.schemas[key.Value] = string(raw)
	})
}
