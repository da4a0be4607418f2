package boot

import (
	"context"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
)

// probeSecretFor is how long a secret for probes is kept in memory: a probe asks every few
// seconds, and where a secret comes from may be a program.
const probeSecretFor = time.Minute

// secretForProbes gives a secret to a look at a machine, where secrets.yaml says that probes
// may send it there: who writes a probe chooses its target, and shall not choose for whom a
// secret is. The first time that it is given for a machine is evidence.
func (s *System) secretForProbes() probe.Secret {
	type use struct{ machine, name string }
	type kept struct {
		value string
		until time.Time
	}
	var mu sync.Mutex // guards all
	all := map[use]kept{}
	return func(ctx context.Context, machine, name string) (string, error) {
		if !slices.Contains(s.Team.Secrets()[name].Probes, machine) {
			return "", prentice.Errorf(prentice.Refused, "secrets.yaml of the team folder does not let probes send secret %s to %s", name, machine).
				Try("declare it there: {name: %s, from: store, probes: [%s]}", name, machine)
		}
		mu.Lock()
		one, used := all[use{machine, name}]
		mu.Unlock()
		if time.Now().Before(one.until) {
			return one.value, nil
		}
		value, err := s.secrets.Value(ctx, name)
		if err != nil {
			return "", err
		}
		if !used {
			note := prentice.Note{Kind: "secret.used", Actor: "self/probes", Refs: []prentice.Ref{prentice.NewRef("secret", name)}, Data: map[string]any{"probes": machine}}
			if err := s.record(ctx, note); err != nil {
				return "", err
			}
		}
		mu.Lock()
		defer mu.Unlock()
		all[use{machine, name}] = kept{value, time.Now().Add(probeSecretFor)}
		return value, nil
	}
}
