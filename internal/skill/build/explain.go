package build

import (
	"context"

	"prentice/internal/engine/release"
	"prentice/internal/op"
)

// Facts is what explain.md is drawn from.
type Facts struct {
	Places   []string
	Releases []ReleaseOut
	Standing []release.Standing
	Going    []DeploymentOut
	Delivery Delivery
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	now := op.Call{Now: k.Clock()}
	list, err := k.list(ctx, now, releasesIn{Limit: 20})
	if err != nil {
		return Facts{}, err
	}
	standing, err := k.Deployed(ctx, now.Now)
	if err != nil {
		return Facts{}, err
	}
	going, err := k.Releases.Going(ctx)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Places: k.places(nil), Releases: list.Releases, Standing: standing}
	for _, d := range going {
		f.Going = append(f.Going, deploymentOut(d))
	}
	f.Delivery, err = k.delivery(ctx, now, deliveryIn{})
	return f, err
}

// Figures are the five in words, for the text.
func (f Facts) Figures() (lines []string) {
	for _, one := range f.Delivery.All() {
		if one.Known && one.Of > 0 {
			lines = append(lines, one.Name+": "+Says(one))
		}
	}
	return lines
}
