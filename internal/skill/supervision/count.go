package supervision

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// Count is how much there is of what people look for first.
type Count struct {
	Broken  int `json:"broken"`  // open incidents
	Waiting int `json:"waiting"` // runs that wait for people
	Running int `json:"running"` // runs on their way
}

// Text implements op.Texter.
func (c Count) Text() string {
	return fmt.Sprintf("%s open, %s for people, %s on the way\n",
		op.Count(c.Broken, "incident", "incidents"), op.Count(c.Waiting, "run waits", "runs wait"), op.Count(c.Running, "run", "runs"))
}

func (d Deps) count(ctx context.Context, _ op.Call, _ nothing) (c Count, err error) {
	if c.Broken, err = d.Open(ctx); err != nil {
		return c, err
	}
	if c.Waiting, err = d.Runner.Count(ctx, run.Filter{State: prentice.Waiting}); err != nil {
		return c, err
	}
	c.Running, err = d.Runner.Count(ctx, run.Filter{Moving: true})
	return c, err
}

var _ op.Texter = Count{}
