package boot

import (
	"context"
	"path/filepath"
	"slices"

	"prentice"
	"prentice/internal/adapter/secret"
)

// secretsHere are the secrets that the data folder and the team folder of the one who types
// have, without a server.
func secretsHere(team, data func() string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, name string) (string, error) {
		declared, err := secret.TeamFile.Read(team())
		if err != nil {
			return "", err
		}
		kept := &secret.Secrets{Folder: filepath.Join(data(), secretsFolder), Key: filepath.Join(data(), secretsKey), Declared: func() secret.Declarations { return declared }}
		return kept.Value(ctx, name)
	}
}

// secretForChecks gives a secret to a check of a repository's branch, where secrets.yaml
// gives it to the checks of that repository. That it did is evidence.
func (s *System) secretForChecks(ctx context.Context, repository prentice.Ref, name string) (string, error) {
	if !slices.Contains(s.Team.Secrets()[name].Checks, repository.Name()) {
		return "", prentice.Errorf(prentice.Refused, "secrets.yaml of the team folder does not give it to checks of %s", repository.Name()).
			Try("declare it there: {name: %s, from: store, checks: [%s]}", name, repository.Name())
	}
	value, err := s.secrets.Value(ctx, name)
	if err != nil {
		return "", err
	}
	return value, s.record(ctx, prentice.Note{Kind: "secret.used", Actor: "self/checks", Refs: []prentice.Ref{repository, prentice.NewRef("secret", name)}, Data: map[string]any{"checks": repository.Name()}})
}
