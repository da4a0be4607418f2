package story

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/op"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
)

// fixes: ann agrees; the run is told as it happens; it helped.
func (p *play) fixes(ctx context.Context) error {
	p.chapter("Ann agrees, and it is fixed")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	moments := p.follow(ctx)
	if err := p.approve(ctx); err != nil {
		return err
	}
	p.says("Time may have passed since the plan was made, so everything is looked at once more before anything is done:")
	if err := p.performs(ctx, moments); err != nil {
		return err
	}
	return holdAll(p.helped(ctx), p.closes(ctx), p.sellsAgain(ctx))
}

// followed is a moment of the run, or the end of the stream.
type followed struct {
	moment supervision.Moment
	err    error
}

// follow listens to the run. The stream ends with ctx.
func (p *play) follow(ctx context.Context) <-chan followed {
	moments := make(chan followed, 256)
	go func() {
		err := p.ann.Watch(ctx, op.Request{Op: "run.watch", In: jsonOf(map[string]any{"number": fmt.Sprint(p.run)})}, func(item any) error {
			m, _ := item.(supervision.Moment)
			select {
			case moments <- followed{moment: m}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		select {
		case moments <- followed{err: err}:
		case <-ctx.Done():
		}
	}()
	return moments
}

// performs tells the run until it has ended.
func (p *play) performs(ctx context.Context, moments <-chan followed) error {
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-enough.C:
			return p.hold(false, "the run ends within %s", patience)
		case f := <-moments:
			if f.err != nil {
				return f.err
			}
			p.moment(f.moment)
			if f.moment.State.Ended() {
				return p.hold(f.moment.State == prentice.Verified, "the run ends verified, not %s: %s", f.moment.State, f.moment.Says)
			}
			if f.moment.Run == 0 {
				return p.hold(false, "the stream of the run tells its end")
			}
		}
	}
}

// moment tells one thing that happened to the run.
func (p *play) moment(m supervision.Moment) {
	switch {
	case m.Log != nil:
		p.output(m.Log.Text)
	case m.Step != "":
		sign, says := "◐", m.Says
		if done, is := strings.CutPrefix(says, m.Step+": "); is {
			sign, says = "●", strings.Replace(done, "done. ", "done: ", 1)
		}
		p.at(m.Time, sign, fmt.Sprintf("%-9s  %s", m.Step, says))
	case m.Says != "" && m.State != prentice.Waiting:
		p.at(m.Time, m.State.Sign(), fmt.Sprintf("run/%d is %s: %s", m.Run, m.State, m.Says))
	}
}

// helped looks with the story's own eyes whether the fault is gone.
func (p *play) helped(ctx context.Context) error {
	pid, alive := demo.Alive(p.where.State, demo.Orders)
	d, err := p.runNow(ctx, prentice.NewRef("run", fmt.Sprint(p.run)))
	if err != nil {
		return err
	}
	return holdAll(
		p.hold(d.State == prentice.Verified && d.Plan == p.hash, "the run of %s is kept as verified", p.hash),
		p.hold(alive && pid != p.killed, "orders lives again, as another process than %d", p.killed),
	)
}

// closes waits for the end of the incident, and for those who only suffered.
func (p *play) closes(ctx context.Context) error {
	var in support.Detail
	if err := p.await(ctx, "the incident is closed", func(ctx context.Context) (is bool, err error) {
		in, err = p.incidentNow(ctx, p.incident)
		return in.State == support.Closed, err
	}); err != nil {
		return err
	}
	p.at(in.Closed, "●", fmt.Sprintf("%s is closed, %.1f s after its first symptom: %s.", in.Ref, in.Lasted().Seconds(), in.Says))
	if err := p.hold(in.How == "verified", "it ended verified, not %s", in.How); err != nil {
		return err
	}
	for _, name := range demo.Names() {
		if err := p.await(ctx, name+" is healthy again", func(ctx context.Context) (bool, error) {
			s, err := p.service(ctx, name)
			return s.State == availability.Well, err
		}); err != nil {
			return err
		}
	}
	p.also("●", "checkout is healthy again too, and no one touched it.")
	return nil
}

// sellsAgain: nothing that was confirmed is lost.
func (p *play) sellsAgain(ctx context.Context) error {
	got, sorry, err := p.customers.buy(ctx, "a teapot")
	if err != nil {
		return err
	}
	orders, err := p.customers.count(ctx)
	if err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("The customer comes back and buys the teapot: payment %d, order %d. The kettle's order is still there.", got.Payment, got.Order))
	return p.hold(sorry == "" && got.Order == 2 && orders == 2, "the shop sells again and has both orders; it says %q, and has %d", sorry, orders)
}
