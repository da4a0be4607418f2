package app

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"prentice"
	"prentice/internal/op"
)

// Invoke performs an operation for an actor: it finds out whether they may,
// whether the same key has been answered already, does it, and writes down what
// came of it. What it returns is the operation's own output type, and every
// error is a *prentice.Error.
func (a *App) Invoke(ctx context.Context, r op.Request) (any, error) {
	o, in, actor, err := a.admit(ctx, r)
	if err != nil {
		return nil, err
	}
	if o.Streams() {
		return nil, prentice.Errorf(prentice.Invalid, "%s answers with a stream", o.Name).Try("watch it: GET /v1/watch/%s", o.Name)
	}
	d := deed{app: a, op: o, actor: actor, in: in, came: r.Key}
	if err := d.begin(ctx); err != nil {
		return nil, a.explain(o.Name, err)
	}
	defer d.end()
	if d.replayed != nil {
		return d.replay()
	}
	out, err := d.perform(ctx)
	if err != nil {
		return nil, d.failed(ctx, err)
	}
	if err := d.done(ctx, out); err != nil {
		return nil, a.explain(o.Name, err)
	}
	return out, nil
}

// Watch performs a watch operation for an actor, with the same questions asked
// first. An error that emit returned comes back as it was.
func (a *App) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	o, in, actor, err := a.admit(ctx, r)
	if err != nil {
		return err
	}
	if !o.Streams() {
		return prentice.Errorf(prentice.Invalid, "%s answers once", o.Name).Try("invoke it: POST /v1/op/%s", o.Name)
	}
	var refused error
	d := deed{app: a, op: o, actor: actor, in: in}
	err = d.watch(ctx, func(item any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		refused = emit(item)
		return refused
	})
	switch {
	case refused != nil:
		return refused
	case err == nil:
		return nil
	}
	return d.failed(ctx, err)
}

// admit is the way in: the operation, whether the actor is known and may, and
// the input as the operation wants it. The actor that comes back has the role
// that they hold for what they ask about.
func (a *App) admit(ctx context.Context, r op.Request) (op.Op, any, prentice.Actor, error) {
	o, err := a.find(r.Op)
	if err != nil {
		return op.Op{}, nil, r.Actor, err
	}
	if !r.Actor.Known() {
		return op.Op{}, nil, r.Actor, prentice.Errorf(prentice.Unauthenticated, "you are not signed in, and ask for %s", o.Name).Try("sign in, or send a token")
	}
	if a.DB == nil && !o.Offline {
		return op.Op{}, nil, r.Actor, prentice.Errorf(prentice.Unavailable, "%s needs a data folder or a server", o.Name).Try("start one with: prentice up")
	}
	in, actor, err := a.authorize(ctx, r.Actor, o, func() (any, error) { return a.input(o, r.In) })
	if e, ok := errors.AsType[*prentice.Error](err); ok && (e.Kind == prentice.Denied || e.Kind == prentice.Refused) {
		return op.Op{}, nil, actor, a.denied(ctx, r.Actor, o, e)
	}
	return o, in, actor, err
}

// input is the operation's input as it wants it, or why it cannot be. Only what is
// wrong with the program is hidden from those who ask.
func (a *App) input(o op.Op, from any) (any, error) {
	in, err := o.Input(from, a.Clock())
	if err != nil {
		return nil, a.explain(o.Name, err)
	}
	return in, nil
}

// deed is one request on its way. Its key is "" when none came with it, and when
// the door keeps no answers to it, because it only reads.
type deed struct {
	app      *App
	op       op.Op
	actor    prentice.Actor
	in       any
	came     string // the key as it came, which the operation sees
	key      string
	digest   string // of the input; "" when it must not be kept
	replayed *answer
	holds    bool // the key, within this process
	panicked bool
}

func (d *deed) call() op.Call {
	return op.Call{Actor: d.actor, Now: d.app.Clock(), Key: d.came}
}

// perform does the operation. A panic is an error of ours and stops no one else.
func (d *deed) perform(ctx context.Context) (out any, err error) {
	defer d.catch(&err)
	return d.op.Do(ctx, d.call(), d.in)
}

func (d *deed) watch(ctx context.Context, emit func(any) error) (err error) {
	defer d.catch(&err)
	return d.op.Watch(ctx, d.call(), d.in, emit)
}

// unwritten says whether the door keeps neither key nor evidence of it.
func (d *deed) unwritten() bool {
	return d.op.Risk == prentice.Look || d.op.Urgent || d.app.DB == nil
}

// begin works out the input's digest and takes the key, if there is one to take.
func (d *deed) begin(ctx context.Context) error {
	if d.unwritten() {
		return nil
	}
	d.key = d.came
	if !d.op.Secret {
		raw, err := json.Marshal(d.in)
		if err != nil {
			return err
		}
		d.digest = prentice.Digest(raw)
	}
	if d.key == "" {
		return nil
	}
	found, err := d.app.takeKey(ctx, d)
	d.replayed = found
	return err
}

// replay gives the answer that the same key got before.
func (d *deed) replay() (any, error) {
	if d.op.Secret {
		return nil, prentice.Errorf(prentice.Conflict, "%s was done with this key already, and its output is shown only once", d.op.Name).
			Try("use a new key to do it again")
	}
	out := reflect.New(d.op.Out)
	if err := json.Unmarshal([]byte(d.replayed.text), out.Interface()); err != nil {
		return nil, d.app.explain(d.op.Name, err)
	}
	return out.Elem().Interface(), nil
}
