package story

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/op"
)

const (
	patience = time.Minute            // for one thing to come true, on a machine that is busy
	checking = 90 * time.Second       // for what is checked in a sandbox, on a machine that is busy
	again    = 100 * time.Millisecond // between two looks; the API lets one actor ask fifty times a second
)

// hold looks at a promise. One that does not hold is a fault of prentice.
func (p *play) hold(is bool, format string, args ...any) error {
	if !is {
		return prentice.Errorf(prentice.Internal, "a promise did not hold: "+format, args...).Try("look into %s/prentice.log, and report it", p.Data)
	}
	p.promises++
	return nil
}

// holdAll looks at promises until one does not hold.
func holdAll(promises ...error) error {
	for _, err := range promises {
		if err != nil {
			return err
		}
	}
	return nil
}

// await looks again and again until what is promised has come true.
func (p *play) await(ctx context.Context, what string, look func(context.Context) (bool, error)) error {
	return p.awaitFor(ctx, patience, what, look)
}

// awaitFor is await of what may take longer.
func (p *play) awaitFor(ctx context.Context, most time.Duration, what string, look func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for {
		is, err := look(ctx)
		switch {
		case is:
			return p.hold(is, "%s", what)
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return p.hold(is, "%s, within %s", what, most)
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("while waiting that %s: %w", what, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// jsonOf is the input of an operation.
func jsonOf(in map[string]any) json.RawMessage {
	if in == nil {
		return json.RawMessage("{}")
	}
	raw, err := json.Marshal(in)
	if err != nil {
		panic("strings and hashes always have a JSON form: " + err.Error())
	}
	return raw
}

// ask asks the API for an operation, and reads the answer as its type.
func ask[Out any](ctx context.Context, as op.Door, name string, in map[string]any) (Out, error) {
	var none Out
	got, err := as.Invoke(ctx, op.Request{Op: name, In: jsonOf(in)})
	if err != nil {
		return none, err
	}
	out, ok := got.(Out)
	if !ok {
		return none, prentice.Errorf(prentice.Internal, "%s answers a %T, wants a %T", name, got, none)
	}
	return out, nil
}
