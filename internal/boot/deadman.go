package boot

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/deadman"
	"prentice/internal/kit/span"
	"prentice/internal/skill/availability"
)

// DeadmanSettings are those of a monitor outside, in the way of healthchecks. Its address is a
// secret: anyone who has it can say that all is well.
type DeadmanSettings struct {
	Secret string `toml:"secret"` // the name of the secret that holds the address
	Every  string `toml:"every"`  // how often it is told; "" is every minute
}

// everyPing is how often the monitor is told when no setting says otherwise.
const everyPing = time.Minute

func (d *DeadmanSettings) check() error {
	if d == nil {
		return nil
	}
	if !prentice.ValidName(d.Secret) || strings.ContainsAny(d.Secret, "./\\") {
		return prentice.Errorf(prentice.Invalid, "the secret of deadman is not the name of one").Try("keep the address with prentice secret set NAME, and write that NAME")
	}
	if every, err := d.every(); err != nil || every < time.Second || every > 24*time.Hour {
		return prentice.Errorf(prentice.Invalid, "every %q of deadman is not a time from 1s to 24h", d.Every).Try("write it like 1m")
	}
	return nil
}

func (d *DeadmanSettings) every() (time.Duration, error) {
	if d.Every == "" {
		return everyPing, nil
	}
	return span.Parse(d.Every)
}

// alive is what tells the monitor outside; nil where there is none.
func (s *System) alive() *availability.Alive {
	d := s.Settings.Deadman
	if d == nil {
		return nil
	}
	every, err := d.every()
	if err != nil {
		return nil // it was checked
	}
	ping := deadman.Switch{Address: func(ctx context.Context) (string, error) { return s.secrets.Value(ctx, d.Secret) }}
	return &availability.Alive{Every: every, Ping: ping.Ping, Ready: func(ctx context.Context) error { return s.readiness().ask(ctx) }}
}
