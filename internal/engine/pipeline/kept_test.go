package pipeline_test

import (
	"context"
	"maps"
	"slices"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

type claimsBasis = claims.Basis

// Kept implements check.Keeper.
func (m memory) Kept(_ context.Context, of []claims.Basis) (map[claims.Basis]check.Outcome, error) {
	found := map[claims.Basis]check.Outcome{}
	for _, b := range of {
		if o, there := m[b]; there {
			found[b] = o
		}
	}
	return found, nil
}

// Keep implements check.Keeper.
func (m memory) Keep(_ context.Context, _ time.Time, list map[claims.Basis]check.Outcome) error {
	maps.Copy(m, list)
	return nil
}

func sortedOf(list []string) []string { return slices.Sorted(slices.Values(list)) }
