package procedure

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the front matter, for editors. It
// knows the shape; what an expression or a reference means, only Parse does.
func Schema() []byte { return slices.Clone(schema) }
