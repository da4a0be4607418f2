package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	begun := begunBy(out)
	if len(begun) == 0 || !wait || p.code != 0 {
		return p.whole(p.settled(ctx, door, request.Actor, out), o)
	}
	if p.tells() { // a program reads one document: the end
		if err := p.whole(out, o); err != nil {
			return err
		}
	}
	worst := 0
	for _, b := range begun {
		if err := p.await(ctx, door, request.Actor, b); err != nil {
			return err
		}
		worst = max(worst, p.code)
	}
	p.code = worst
	return nil
}

// begunBy is what goes on behind an output.
func begunBy(out any) []op.Begun {
	switch out := out.(type) {
	case op.Beginners:
		return out.BegunAll()
	case op.Beginner:
		return []op.Begun{out.Begun()}
	}
	return nil
}

// How long, and how often, a command looks whether what it began is decided. It is
// far longer than checks take, so that the exit code of a refusal is the same on a
// busy machine; a command that outlasts patience says what it waits for.
const (
	settleTime  = 10 * time.Second
	patience    = time.Second
	settlePause = 50 * time.Millisecond
)

// settled is an output as it is once the first moment has decided: what is refused
// right behind the answer is told as refused. Where nothing goes on by itself there
// is nothing to look for, and a look that fails changes nothing.
func (p *printer) settled(ctx context.Context, door op.Door, by prentice.Actor, out any) any {
	begun := begunBy(out)
	s, ok := out.(op.Settler)
	if _, rests := door.(op.Rester); !ok || rests || len(begun) != 1 {
		return out
	}
	show := begun[0].Show
	show.Actor = by
	told := false
	for begin := time.Now(); s.Settling() && time.Since(begin) < settleTime; {
		if !told && p.tells() && time.Since(begin) > patience {
			told = true
			fmt.Fprintf(p.hints, "%s: its checks decide; Ctrl-C stops the waiting, not the run\n", begun[0].Ref) //nolint:errcheck // a message to the side
		}
		select {
		case <-ctx.Done():
			return out
		case <-time.After(settlePause):
		}
		shown, err := door.Invoke(ctx, show)
		if err != nil {
			return out
		}
		next, ok := s.Settled(shown).(op.Settler)
		if !ok {
			return out
		}
		out, s = next, next
	}
	return out
}

// await tells what happens until it is over, and then how it ended.
func (p *printer) await(ctx context.Context, door op.Door, by prentice.Actor, b op.Begun) error {
	b.Watch.Actor, b.Show.Actor = by, by
	err := door.Watch(ctx, b.Watch, func(item any) error {
		if !p.tells() {
			return nil
		}
		return p.item(item)
	})
	if err == nil && ctx.Err() == nil {
		return p.outcome(ctx, door, b)
	}
	return wentOn(ctx, b, err)
}

// wentOn is why there is no one waiting any more for what was begun. Asking again
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
	if o, ok := out.(op.Outcomer); ok && p.tells() {
		p.note(out)
		return p.text(o.Outcome())
	}
	return p.whole(out, op.Op{})
}
