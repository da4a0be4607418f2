package prototyping

import (
	"context"
	"encoding/json"

	"prentice"
	"prentice/internal/op"
)

// Through asks the chapter's operations through the door, for faces that speak as other
// programs do.
type Through struct{ Door op.Door }

// Evaluate asks what a flag answers.
func (t Through) Evaluate(ctx context.Context, by prentice.Actor, key string, about json.RawMessage) (Evaluated, error) {
	return op.Ask[Evaluated](ctx, t.Door, op.Request{Actor: by, Op: "flag.evaluate", In: evaluateIn{flagIn{key}, about}})
}

// EvaluateAll asks what all flags answer.
func (t Through) EvaluateAll(ctx context.Context, by prentice.Actor, about json.RawMessage) (EvaluatedAll, error) {
	return op.Ask[EvaluatedAll](ctx, t.Door, op.Request{Actor: by, Op: "flag.evaluate-all", In: evaluateAllIn{about}})
}
