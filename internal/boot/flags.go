package boot

import (
	"context"
	"encoding/json"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/face/ofrep"
	"prentice/internal/skill/prototyping"
)

// flagsOf asks for flags through the door.
type flagsOf struct{ door *app.App }

func (f flagsOf) Evaluate(ctx context.Context, by prentice.Actor, key string, about json.RawMessage) (any, string, error) {
	answer, err := prototyping.Through{Door: f.door}.Evaluate(ctx, by, key, about)
	return answer, answer.Code, err
}

func (f flagsOf) EvaluateAll(ctx context.Context, by prentice.Actor, about json.RawMessage) (any, error) {
	return prototyping.Through{Door: f.door}.EvaluateAll(ctx, by, about)
}

var _ ofrep.Flags = flagsOf{}
