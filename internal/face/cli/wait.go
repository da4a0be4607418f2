package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/op"
)

// offerWait adds --wait to what begins something.
func offerWait(cmd *cobra.Command, o op.Op) {
	if o.Begins() {
		cmd.Flags().Bool("wait", false, "Wait until it is over, tell what happens, and end as it does")
	}
}

// toWait says whether a command goes on until something else is over, and refuses
// it where that will never be: before anything is begun.
func toWait(cmd *cobra.Command, door op.Door, o op.Op) (bool, error) {
	wait, _ := cmd.Flags().GetBool("wait")
	if at, ok := door.(op.Rester); ok && (wait || o.Streams()) {
		return wait, at.Rests()
	}
	return wait, nil
}

// answer prints what an operation answers, and waits for what it began if that is
// wanted. What was refused at once does not go on.
func (p *printer) answer(ctx context.Context, door op.Door, o op.Op, request op.Request, wait bool) error {
	out, err := door.Invoke(ctx, request)
	if err != nil {
		return err
	}
	p.note(out)
	begins, ok := out.(op.Beginner)
	if !ok || !wait || p.code != 0 {
		return p.whole(out, o)
	}
	if p.as == "table" { // a program reads one document: the end
		if err := p.whole(out, o); err != nil {
			return err
		}
	}
	return p.await(ctx, door, request.Actor, begins.Begun())
}

// await tells what happens until it is over, and then how it ended.
func (p *printer) await(ctx context.Context, door op.Door, by prentice.Actor, b op.Begun) error {
	b.Watch.Actor, b.Show.Actor = by, by
	err := door.Watch(ctx, b.Watch, func(item any) error {
		if p.as != "table" {
			return nil
		}
		return p.item(item)
	})
	if err == nil && ctx.Err() == nil {
		return p.outcome(ctx, door, b)
	}
	return wentOn(ctx, b, err)
}

// wentOn is why there is nobody waiting any more for what was begun. Asking again
// would begin another.
func wentOn(ctx context.Context, b op.Begun, err error) error {
	hint := "it may go on; follow it with: " + path(b.Watch.Op) + " " + b.Ref
	if ctx.Err() != nil {
		return prentice.Errorf(prentice.Canceled, "%s was begun and is not waited for any more", b.Ref).Try("%s", hint)
	}
	if e, ok := errors.AsType[*prentice.Error](err); ok {
		return prentice.Errorf(e.Kind, "%s was begun: %s", b.Ref, e.Text).Try("%s", hint)
	}
	return prentice.Errorf(prentice.KindOf(err), "%s was begun: %w", b.Ref, err).Try("%s", hint)
}

func (p *printer) outcome(ctx context.Context, door op.Door, b op.Begun) error {
	out, err := door.Invoke(ctx, b.Show)
	if err != nil {
		text, _ := sentence(err)
		return prentice.Errorf(prentice.KindOf(err), "%s is over; how cannot be read: %s", b.Ref, text).Try("look again with: %s %s", path(b.Show.Op), b.Ref)
	}
	if o, ok := out.(op.Outcomer); ok && p.as == "table" {
		p.note(out)
		return p.text(o.Outcome())
	}
	return p.whole(out, op.Op{})
}
