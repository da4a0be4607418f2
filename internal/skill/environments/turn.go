package environments

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice/internal/engine/environment"
)

// inTurn are those of the live ones that wait to be made, in their order.
func inTurn(live []environment.Environment) []environment.Environment {
	var waiting, making []environment.Environment
	for _, e := range live {
		switch e.Stage {
		case environment.Queued:
			waiting = append(waiting, e)
		case environment.Making:
			making = append(making, e)
		}
	}
	return environment.Turns(waiting, making)
}

// turns says of those that wait at which place. It is counted when it is shown: each that is
// made moves all behind it.
func (k *Desk) turns(ctx context.Context, list []EnvOut) error {
	if !slices.ContainsFunc(list, func(e EnvOut) bool { return e.State == environment.Queued }) {
		return nil
	}
	live, err := k.Live(ctx)
	at := map[string]int{}
	for i, e := range inTurn(live) {
		at[e.ID] = i + 1
	}
	for i := range list {
		e := &list[i]
		if e.Turn = at[e.ID]; e.Turn > 0 && e.State == environment.Queued {
			e.Says = strings.TrimSuffix(fmt.Sprintf("waits at place %d: %s", e.Turn, strings.TrimPrefix(e.Says, "waits: ")), ": ")
		}
	}
	return err
}
