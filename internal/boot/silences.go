package boot

import (
	"context"

	"prentice"
	"prentice/internal/face/alertmanager"
	"prentice/internal/skill/support"
)

// silencesOf are the silences as Alertmanager's clients ask for them.
type silencesOf struct{ support.Through }

func (s silencesOf) List(ctx context.Context, by prentice.Actor, over bool, limit int) ([]alertmanager.Silence, error) {
	found, err := s.Silences(ctx, by, over, limit)
	list := make([]alertmanager.Silence, len(found))
	for i, one := range found {
		list[i] = alertmanager.Silence{Silence: one.Silence, State: one.State}
	}
	return list, err
}

func (s silencesOf) Show(ctx context.Context, by prentice.Actor, id string) (alertmanager.Silence, error) {
	one, err := s.Silence(ctx, by, id)
	return alertmanager.Silence{Silence: one.Silence, State: one.State}, err
}

func (s silencesOf) Add(ctx context.Context, by prentice.Actor, w alertmanager.Wish) (alertmanager.Silence, error) {
	one, err := s.AddSilence(ctx, by, w.Silence, w.Replaces)
	return alertmanager.Silence{Silence: one.Silence, State: one.State}, err
}

func (s silencesOf) End(ctx context.Context, by prentice.Actor, id string) error {
	return s.EndSilence(ctx, by, id)
}

var _ alertmanager.Silences = silencesOf{}
