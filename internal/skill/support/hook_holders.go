package support

import (
	"context"
	"time"

	"prentice/internal/engine/webhook"
)

// noticedEvery is how soon a hooks.yaml that was edited is noticed.
const noticedEvery = 10 * time.Second

// noteHolders notes whom each hooks.yaml in force names as holders, until its context ends:
// an edit that takes someone out is judged by what the file said before.
func (s *Support) noteHolders(ctx context.Context) error {
	if s.ready() != nil {
		<-ctx.Done()
		return nil
	}
	var noted *webhook.Rules
	tick := time.NewTicker(noticedEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if rules := s.Hooks.rules(); rules != noted {
			noted = rules
			s.holdersOf(ctx, rules)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return nil
}

// holdersOf notes the holders of all hooks. A secret that cannot be read proves no message,
// and who holds it is noted with the first that it does prove.
func (s *Support) holdersOf(ctx context.Context, rules *webhook.Rules) {
	if rules == nil || s.Hooks.Secret == nil {
		return
	}
	store := webhook.Store{DB: s.DB}
	for _, h := range rules.Hooks {
		if len(h.HeldBy) == 0 {
			continue
		}
		value, err := s.secrets.value(ctx, h.Secret, s.Clock(), s.Hooks.Secret)
		if err != nil || value == "" {
			continue
		}
		if _, err := store.Held(ctx, h, value, s.Clock()); err != nil && ctx.Err() == nil {
			s.Log.Error("it is not noted who holds the secret of a hook", "hook", h.Name, "err", err)
		}
	}
}
