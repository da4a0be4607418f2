package op

import (
	"context"

	"prentice"
)

// Ask asks a door for an operation and takes the answer as what it is. It is for those
// in this process who know the operation's types; both are given as they are, not by
// their JSON.
func Ask[Out any](ctx context.Context, d Door, r Request) (Out, error) {
	var none Out
	answer, err := d.Invoke(ctx, r)
	if err != nil {
		return none, err
	}
	out, ok := answer.(Out)
	if !ok {
		return none, prentice.Errorf(prentice.Internal, "%s answers with a %T, not with a %T", r.Op, answer, none)
	}
	return out, nil
}
