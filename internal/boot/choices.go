package boot

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/adapter/choice"
	"prentice/internal/engine/choices"
	"prentice/internal/engine/procedure"
)

// openChoices makes what asks the sources of choices.
func (s *System) openChoices() {
	s.choices = &choices.Keeper{
		DB: s.db, Ask: choice.Asker{Secret: s.secrets.Value, Box: inBox(s.Team.dir)}.Ask, Record: s.ledger.Append, Clock: time.Now,
		Sources: func() []prentice.ChoiceSource { return s.Team.Library().AllSources() },
		Stopped: s.stop.Stopped, Writes: !s.reads, Log: s.log,
	}
	s.Team.choices = s.choices.All
}

// chooser gives the values that inputs are chosen from.
type chooser struct{ s *System }

// Kept implements automation.Choices.
func (c chooser) Kept(ctx context.Context, in prentice.Input) (list prentice.ChoiceList, err error) {
	if in.Source == nil {
		list.Values, err = c.s.Team.Library().Choices(c.s.Team.Catalog(), in)
		return list, err
	}
	list, err = c.s.choices.Kept(ctx, *in.Source)
	list.Values = procedure.Offered(in, list.Values)
	return list, err
}

// Now implements automation.Choices. Of a source that does not answer the list stays.
func (c chooser) Now(ctx context.Context, in prentice.Input) (prentice.ChoiceList, error) {
	if in.Source == nil {
		return c.Kept(ctx, in)
	}
	now := c.s.choices.Again(ctx, *in.Source)
	if now.Failed == "" {
		now.Values = procedure.Offered(in, now.Values)
		return now, nil
	}
	kept, err := c.Kept(ctx, in)
	kept.Failed, kept.Tried = now.Failed, now.Tried
	return kept, err
}
