package objectives

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
)

// Spent says of each objective of a service what of its budget went in a span: of the budget of the whole
// period that ends now. Of nothing seen, nothing is said.
func (k *Desk) Spent(ctx context.Context, now time.Time, service prentice.Ref, from, until time.Time) ([]string, error) {
	says := []string{}
	if k.there() != nil || service.Kind() != "service" {
		return says, nil
	}
	list, _, err := k.read()
	if err != nil {
		return says, err
	}
	for _, o := range list {
		if o.Service != service {
			continue
		}
		during, _, err := k.kept.sum(ctx, o, objective.MinuteOf(from), objective.MinuteOf(until)+1)
		if err != nil {
			return says, err
		}
		l, err := k.line(ctx, now, o, state{})
		if err != nil {
			return says, err
		}
		if during.Seen() == 0 {
			continue
		}
		whole := objective.BudgetOf(o.Target, objective.Counts{Good: max(0, l.Budget.All()-during.Bad), Bad: during.Bad}, 0, l.Budget.ToCome)
		if whole.Left() == nil {
			continue
		}
		gone := new(big.Rat).Sub(big.NewRat(1, 1), whole.Left())
		says = append(says, fmt.Sprintf("%s: %d of %d looks were bad, %s of the budget of its period; %s of it is left now", o.Name, during.Bad, during.Seen(), objective.Percent(gone, 1), l.Left))
	}
	return says, nil
}
