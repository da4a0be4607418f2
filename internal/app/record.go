package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// patience is how long writing down may take once the caller has gone: what
// happened is written even so.
const patience = 30 * time.Second

// noteOf is what the evidence of an operation holds. It names the input by its
// digest; the operation itself records what matters of the values.
type noteOf struct {
	Op    string `json:"op"`
	Door  string `json:"door"`
	Token int64  `json:"token,omitempty"` // that the actor came by
	Input string `json:"input,omitempty"`
	Error string `json:"error,omitempty"` // the kind
	Says  string `json:"says,omitempty"`

	Behind []prentice.Ref `json:"behind,omitempty"` // the people behind the actor, beside them
}

// done writes down that the operation was done, and the answer beside its key.
// The operation stands even if this fails, and the error says so, unless the evidence
// of it is there already: then the answer is kept for its key until it can be written.
func (inv *invocation) done(ctx context.Context, out any) error {
	if inv.unwritten() {
		return nil
	}
	text, err := json.Marshal(out)
	if err == nil {
		err = inv.app.write(ctx, func(tx *db.Tx) error {
			if inv.key != "" {
				if err := inv.app.answerKey(tx, inv, string(text)); err != nil {
					return err
				}
			}
			return inv.app.note(tx, "op.done", inv, out, nil)
		})
	}
	if err == nil {
		return nil
	}
	if inv.op.Evident && len(text) > 0 {
		if inv.key != "" {
			inv.app.owed.Store(inv.held(), string(text))
		}
		inv.app.Log.Error("the line of evidence of the request could not be written", "op", inv.op.Name, "error", err)
		return nil
	}
	e := inv.app.explain(inv.op.Name, err)
	return &prentice.Error{
		Kind: e.Kind, Text: inv.op.Name + " was done, but that could not be written down (" + e.Text + ")",
		Hint: "look before you ask again; " + e.Hint, Err: err,
	}
}

// failed writes down that the operation was not done, gives its key back, and
// returns the error that the caller sees.
func (inv *invocation) failed(ctx context.Context, err error) error {
	e := inv.app.explain(inv.op.Name, err)
	turnedAway := e.Kind == prentice.Denied || e.Kind == prentice.Refused
	if inv.unwritten() && !(turnedAway && inv.app.DB != nil) {
		return e
	}
	kind := "op.failed"
	if turnedAway {
		kind = "op.denied"
	}
	inv.app.mustWrite(ctx, inv.op, func(tx *db.Tx) error {
		if inv.key != "" && !inv.panicked {
			if err := inv.app.releaseKey(tx, inv); err != nil {
				return err
			}
		}
		return inv.app.note(tx, kind, inv, nil, e)
	})
	return e
}

// denied writes down that someone was turned away at the door.
func (a *App) denied(ctx context.Context, actor prentice.Actor, o op.Op, e *prentice.Error) error {
	if a.DB != nil {
		inv := &invocation{app: a, op: o, actor: actor}
		a.mustWrite(ctx, o, func(tx *db.Tx) error { return a.note(tx, "op.denied", inv, nil, e) })
	}
	return e
}

// Unread writes down that someone asked for an operation with an input that was not
// read, as one that failed.
func (a *App) Unread(ctx context.Context, actor prentice.Actor, name string, why *prentice.Error) {
	o, err := a.find(name)
	inv := &invocation{app: a, op: o, actor: actor}
	if err != nil || !actor.Known() || inv.unwritten() {
		return
	}
	a.mustWrite(ctx, o, func(tx *db.Tx) error { return a.note(tx, "op.failed", inv, nil, why) })
}

// note appends one line of evidence. Of a secret operation it keeps neither
// input nor the words of an error, which may repeat it.
func (a *App) note(tx *db.Tx, kind string, inv *invocation, out any, e *prentice.Error) error {
	data := noteOf{Op: inv.op.Name, Door: inv.actor.Door, Token: inv.actor.Token, Input: inv.digest, Behind: inv.actor.Behind}
	if e != nil {
		data.Error = e.Kind.String()
		if !inv.op.Secret {
			data.Says = clip.Text(e.Text)
		}
	}
	err := a.Recorder.Append(tx, a.Clock(), prentice.Note{Kind: kind, Actor: inv.actor.Ref(), Refs: refsOf(inv, out), Data: data})
	return err
}

// write writes even when the caller has gone.
func (a *App) write(ctx context.Context, do func(*db.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return a.DB.Write(ctx, do)
}

// mustWrite writes what goes with an error that is returned anyway. If the
// writing fails too, the log is the only place left.
func (a *App) mustWrite(ctx context.Context, o op.Op, do func(*db.Tx) error) {
	if err := a.write(ctx, do); err != nil {
		a.Log.Error("evidence could not be written", "op", o.Name, "error", err)
	}
}

// refsOf is what the evidence is about: the operation, the refs in the input's
// fields, and the thing that came of it.
func refsOf(inv *invocation, out any) []prentice.Ref {
	refs := []prentice.Ref{prentice.NewRef("op", inv.op.Name)}
	if inv.op.Secret {
		return refs
	}
	if v := reflect.ValueOf(inv.in); v.IsValid() && v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if ref, ok := reflectRef(v.Field(i)); ok {
				refs = append(refs, ref)
			}
		}
	}
	if named, ok := out.(interface{ Ref() prentice.Ref }); ok {
		refs = append(refs, named.Ref())
	}
	return refs
}

func reflectRef(v reflect.Value) (prentice.Ref, bool) {
	if v.Type() != reflect.TypeFor[prentice.Ref]() {
		return "", false
	}
	ref, err := prentice.ParseRef(v.String())
	return ref, err == nil
}

// errPanic is the cause of an error that was a panic.
var errPanic = errors.New("panic")

func panicError(value any, stack []byte) error {
	return fmt.Errorf("%w: %v\n%s", errPanic, value, stack)
}
