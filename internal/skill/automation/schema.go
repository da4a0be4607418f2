package automation

import (
	"context"
	"encoding/json"

	"prentice"
	"prentice/internal/op"
)

// SchemaIn is nothing: there is one schema.
type SchemaIn struct{}

// Schema is the JSON Schema of a procedure's front matter.
type Schema struct {
	Schema json.RawMessage `json:"schema"`
}

// Text is the schema itself.
func (s Schema) Text() string { return string(s.Schema) }

// Canonical is the schema itself, for anyone who asks for JSON.
func (s Schema) Canonical() []byte { return s.Schema }

func schemaOp(d Deps) op.Op {
	return op.New("procedure.schema", prentice.Look, prentice.Viewer, "Print the JSON Schema of a procedure's front matter, for editors", func(context.Context, op.Call, SchemaIn) (Schema, error) {
		if d.Schema == nil {
			return Schema{}, unavailable("the schema")
		}
		return Schema{d.Schema()}, nil
	}).WithExample("prentice procedure schema > procedure.schema.json").WithoutState()
}

var (
	_ op.Texter = Schema{}
	_ op.Exact  = Schema{}
)
