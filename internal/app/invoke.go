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
	inv := invocation{app: a, op: o, actor: actor, in: in, came: r.Key}
	if err := inv.begin(ctx); err != nil {
		return nil, a.explain(o.Name, err)
	}
	defer inv.end()
	if inv.replayed != nil {
		return inv.replay()
	}
	out, err := inv.perform(ctx)
	if err != nil {
		return nil, inv.failed(ctx, err)
	}
	if err := inv.done(ctx, out); err != nil {
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
	inv := invocation{app: a, op: o, actor: actor, in: in, terminal: r.Terminal}
	err = inv.watch(ctx, func(item any) error {
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
	return inv.failed(ctx, err)
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

// invocation is one request on its way. Its key is "" when none came with it, and when
// the door keeps no answers to it, because it only reads.
type invocation struct {
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
	terminal *op.Terminal // that is lent; nil is none
}

func (inv *invocation) call() op.Call {
	return op.Call{Actor: inv.actor, Now: inv.app.Clock(), Key: inv.came, Terminal: inv.terminal}
}

// perform does the operation. A panic is an error of ours and stops no one else.
func (inv *invocation) perform(ctx context.Context) (out any, err error) {
	defer inv.catch(&err)
	return inv.op.Do(ctx, inv.call(), inv.in)
}

func (inv *invocation) watch(ctx context.Context, emit func(any) error) (err error) {
	defer inv.catch(&err)
	return inv.op.Watch(ctx, inv.call(), inv.in, emit)
}

// unwritten says whether the door keeps neither key nor evidence of it.
func (inv *invocation) unwritten() bool {
	return inv.op.Risk == prentice.Look || inv.op.Urgent || inv.app.DB == nil
}

// begin works out the input's digest and takes the key, if there is one to take.
func (inv *invocation) begin(ctx context.Context) error {
	if inv.unwritten() {
		return nil
	}
	inv.key = inv.came
	if !inv.op.Secret {
		raw, err := json.Marshal(inv.in)
		if err != nil {
			return err
		}
		inv.digest = prentice.Digest(raw)
	}
	if inv.key == "" {
		return nil
	}
	found, err := inv.app.takeKey(ctx, inv)
	inv.replayed = found
	return err
}

// replay gives the answer that the same key got before.
func (inv *invocation) replay() (any, error) {
	if inv.op.Secret {
		return nil, prentice.Errorf(prentice.Conflict, "%s was done with this key already, and its output is shown only once", inv.op.Name).
			Try("use a new key to do it again")
	}
	out := reflect.New(inv.op.Out)
	if err := json.Unmarshal([]byte(inv.replayed.text), out.Interface()); err != nil {
		return nil, inv.app.explain(inv.op.Name, err)
	}
	return out.Elem().Interface(), nil
}
