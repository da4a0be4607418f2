package story

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/skill/support"
)

var subject = prentice.NewRef("service", demo.Orders)

// dies: a service is killed, and prentice notices.
func (p *play) dies(ctx context.Context) (err error) {
	p.chapter("A service dies")
	if p.killed, err = demo.Kill(ctx, p.where.State, demo.Orders); err != nil {
		return err
	}
	p.now("■", fmt.Sprintf("kill -9 %d: orders is gone. It had no chance to tidy up, so its lock file is still there.", p.killed))
	_, alive := demo.Alive(p.where.State, demo.Orders)
	_, sorry, err := p.customers.buy(ctx, "a teapot")
	if err != nil {
		return err
	}
	if err := holdAll(p.hold(!alive, "orders is dead"), p.hold(p.locked(), "its lock file is left over"), p.hold(sorry != "", "the shop cannot sell")); err != nil {
		return err
	}
	p.now("■", "A customer wants a teapot, and is told: "+sorry)
	if err := p.fails(ctx, 1); err != nil {
		return err
	}
	p.says("It may be a flicker, so nothing is proposed yet. But someone should know:")
	var in support.Incident
	if err := p.await(ctx, "an incident is open for "+string(subject), func(ctx context.Context) (is bool, err error) {
		in, err = p.incidentOf(ctx, subject)
		return in.Number > 0, err
	}); err != nil {
		return err
	}
	p.incident = in.Ref
	p.at(in.Opened, "▲", fmt.Sprintf("%s is open for %s.", in.Ref, in.Subject))
	return p.fails(ctx, 2)
}

// fails waits for a probe that has failed some times in a row.
func (p *play) fails(ctx context.Context, times int) error {
	var e prentice.EventRecord
	var data struct {
		Consecutive int
		Probe       string
		Error       string
	}
	what := fmt.Sprintf("the probe of orders has failed %d in a row", times)
	if err := p.await(ctx, what, func(ctx context.Context) (bool, error) {
		all, err := ask[support.Events](ctx, p.owner, "event.list", map[string]any{"subject": subject, "type": "probe.failed"})
		if err != nil || len(all.Events) < times {
			return false, err
		}
		one, err := ask[support.EventOut](ctx, p.owner, "event.show", map[string]any{"number": string(all.Events[len(all.Events)-times].Ref())})
		e = one.EventRecord
		if err == nil {
			err = json.Unmarshal(e.Data, &data)
		}
		return data.Consecutive == times, err
	}); err != nil {
		return err
	}
	p.at(e.Time, "■", fmt.Sprintf("%s: the probe %q of orders has failed, %d in a row: %s", e.Ref(), data.Probe, data.Consecutive, data.Error))
	return nil
}

// incidentOf is the open incident of a service, or none.
func (p *play) incidentOf(ctx context.Context, of prentice.Ref) (support.Incident, error) {
	all, err := ask[support.Incidents](ctx, p.owner, "incident.list", map[string]any{"open": true, "subject": of})
	if err != nil || len(all.Incidents) == 0 {
		return support.Incident{}, err
	}
	return all.Incidents[0], nil
}

func (p *play) locked() bool {
	_, err := os.Stat(demo.LockFile(p.where.State))
	return err == nil
}
