package story

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
)

// whoMaySayYes: those who may not agree try to.
func (p *play) whoMaySayYes(ctx context.Context) error {
	p.chapter("Who may say yes?")
	bob, err := p.person(ctx, "bob", prentice.Operator)
	if err != nil {
		return err
	}
	bot, err := p.token(ctx, map[string]any{"name": "bot", "kind": prentice.Agent, "role": prentice.Operator}, prentice.NewRef("agent", "bot"))
	if err != nil {
		return err
	}
	for _, try := range []struct {
		who  string
		as   op.Door
		in   map[string]any
		kind prentice.Kind
	}{
		{"bot, an AI agent, tries:", bot, nil, prentice.Denied},
		{"bob, an operator, tries:", bob, nil, prentice.Denied},
		{"ann, with the hash of another plan:", p.ann, map[string]any{"plan": prentice.Digest([]byte("another plan"))}, prentice.Conflict},
	} {
		if err := p.mayNot(ctx, try.as, p.run, try.in, try.kind, try.who); err != nil {
			return err
		}
	}
	if err := p.ownerTries(ctx); err != nil {
		return err
	}
	return p.untouched(ctx)
}

// ownerTries: anyone who asked cannot agree, were it the owner.
func (p *play) ownerTries(ctx context.Context) error {
	asked, err := ask[supervision.Asked](ctx, p.owner, "run.start", map[string]any{"procedure": "nightly-backup", "reason": "before anything else happens"})
	if err != nil {
		return err
	}
	p.also("○", fmt.Sprintf("%s, the owner, asks for a backup first, which is %s of %s.", p.Owner, asked.Ref(), asked.Procedure))
	if err := p.await(ctx, "the owner's own run waits", func(ctx context.Context) (bool, error) {
		d, err := p.runNow(ctx, asked.Ref())
		return d.State == prentice.Waiting, err
	}); err != nil {
		return err
	}
	if err := p.mayNot(ctx, p.owner, asked.Number, nil, prentice.Denied, p.Owner+" wants to wave it through herself:"); err != nil {
		return err
	}
	back, err := ask[supervision.Answered](ctx, p.owner, "run.refuse", map[string]any{"number": fmt.Sprint(asked.Number), "reason": "it can wait until tonight"})
	if err != nil {
		return err
	}
	p.also("✕", fmt.Sprintf("%s takes it back: %s is %s.", p.Owner, back.Ref(), back.State))
	return holdAll(p.hold(back.State == prentice.RunRefused, "%s is refused", back.Ref()), p.breathe(ctx, short))
}

// mayNot looks whether someone's approval is refused.
func (p *play) mayNot(ctx context.Context, as op.Door, run int64, in map[string]any, kind prentice.Kind, who string) error {
	if in == nil {
		in = map[string]any{}
	}
	in["number"], in["reason"] = fmt.Sprint(run), "let me through"
	_, err := as.Invoke(ctx, op.Request{Op: "run.approve", In: jsonOf(in)})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := p.hold(err != nil && prentice.KindOf(err) == kind, "%s %v", who, err); err != nil {
		return err
	}
	p.also("✕", who+" "+sentence(err)+".")
	return nil
}

// sentence is an error without the next step, which no one here needs, and with
// hashes as short as people say them.
func sentence(err error) string {
	text := strings.TrimSuffix(strings.TrimSuffix(err.Error(), prentice.HintOf(err)), ": ")
	return hash.ReplaceAllString(text, "${1}…")
}

var hash = regexp.MustCompile(`(sha256:[0-9a-f]{12})[0-9a-f]{52}`)

// approve is ann's leave for the plan that she has read.
func (p *play) approve(ctx context.Context) error {
	const reason = "no one holds the lock; start orders again"
	if _, err := ask[supervision.Approved](ctx, p.ann, "run.approve", map[string]any{"number": fmt.Sprint(p.run), "plan": p.hash, "reason": reason}); err != nil {
		return err
	}
	d, err := p.runNow(ctx, prentice.NewRef("run", fmt.Sprint(p.run)))
	if err != nil {
		return err
	}
	if err := p.hold(len(d.Approvals) == 1, "one approval is kept, not %d", len(d.Approvals)); err != nil {
		return err
	}
	a := d.Approvals[0]
	p.at(a.Time, "●", fmt.Sprintf("%s has read the plan and approves it, by her token over the API: %q", a.Actor, a.Reason))
	return holdAll(
		p.hold(a.Actor == "person/ann" && a.Yes, "it was ann who agreed, not %s", a.Actor),
		p.hold(a.Plan == p.hash, "she agreed to %s, not to %s", p.hash, a.Plan),
		p.hold(a.Reason == reason && a.Door == "api", "her reason and her channel are kept: %q, %s", a.Reason, a.Door),
		p.hold(a.Actor != d.Requester, "who asked and who agreed are two"),
	)
}
