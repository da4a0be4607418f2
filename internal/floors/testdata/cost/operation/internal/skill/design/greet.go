package design

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

type greetIn struct {
	Name string `json:"name" arg:"1" doc:"Who is greeted." example:"ann" maxLength:"60"`
}

// Greeted is a greeting.
type Greeted struct {
	Says string `json:"says"`
}

func greetOp() op.Op {
	return op.New("catalog.greet", prentice.Look, prentice.Viewer, "Greet someone.", func(_ context.Context, _ op.Call, in greetIn) (Greeted, error) {
		return Greeted{"hello " + in.Name}, nil
	}).WithExample("prentice catalog greet ann")
}
