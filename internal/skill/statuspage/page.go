package statuspage

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
)

// How long things are believed and shown.
const (
	daysFor = 5 * time.Minute
	shown   = 90 * 24 * time.Hour
)

// Page is all that users are told now.
func (k *Desk) Page(ctx context.Context) (statuspage.Page, error) {
	p, _, err := k.page(ctx)
	return p, err
}

// Public is the page as the whole world may see it. One that is not public is not there, and costs
// nothing to ask for.
func (k *Desk) Public(ctx context.Context) (statuspage.Page, error) {
	rules, err := k.rules()
	if err == nil && !rules.Public {
		err = prentice.Errorf(prentice.NotFound, "there is no status page here").Try("write public: true into status.yaml in the team folder")
	}
	if err != nil {
		return statuspage.Page{}, err
	}
	return k.Page(ctx)
}

func (k *Desk) page(ctx context.Context) (p statuspage.Page, names []string, err error) {
	rules, err := k.rules()
	if err != nil {
		return p, nil, err
	}
	now := k.Clock()
	facts := map[string]statuspage.Facts{}
	for _, c := range rules.Components {
		f, err := k.World.Now(ctx, now, c)
		if err != nil {
			return p, nil, err
		}
		if f.Days, err = k.daysOf(ctx, now, rules, c); err != nil {
			return p, nil, err
		}
		facts[c.Name] = f
	}
	posted, names, err := k.kept.posted(ctx, now.Add(-shown))
	if err != nil {
		return p, nil, err
	}
	p = rules.Build(now, facts, posted, k.World.Windows(ctx, now, rules))
	if p.URL == "" && k.URL != nil {
		p.URL = k.URL() + "/status"
	}
	return p, names, nil
}

// rules is what the file says, or why there is no page.
func (k *Desk) rules() (*statuspage.Rules, error) {
	if err := k.there(); err != nil {
		return nil, err
	}
	rules := k.Rules()
	if rules == nil || len(rules.Components) == 0 {
		return nil, prentice.Errorf(prentice.NotFound, "there is no status page: the team folder has no status.yaml, or it has errors").Try("write title and components into status.yaml; see what is wrong with it: prentice doctor")
	}
	return rules, nil
}

// daysOf are those of a component. To count them costs much, so that they are counted anew every
// few minutes.
func (k *Desk) daysOf(ctx context.Context, now time.Time, rules *statuspage.Rules, c statuspage.Rule) ([]statuspage.Day, error) {
	k.mu.Lock()
	have := k.days[c.Name]
	k.mu.Unlock()
	if have.of == rules && !now.Before(have.at) && now.Sub(have.at) < daysFor {
		return have.days, nil
	}
	days, err := k.World.Days(ctx, now, c)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.days[c.Name] = counted{now, rules, days}
	return days, nil
}
