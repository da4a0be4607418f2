package supervision

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/op"
)

// mostCounted is where counting stops: more than that is many.
const mostCounted = 100

// Count is how much there is of what people look for first, each up to a
// hundred.
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
	broken, err := d.Broken(ctx)
	if err != nil {
		return c, err
	}
	waiting, err := d.Runner.List(ctx, prentice.RunFilter{State: prentice.Waiting, Limit: mostCounted})
	if err != nil {
		return c, err
	}
	moving, err := d.Runner.List(ctx, prentice.RunFilter{Moving: true, Limit: mostCounted})
	return Count{Broken: min(len(broken), mostCounted), Waiting: len(waiting), Running: len(moving)}, err
}

var _ op.Texter = Count{}
