package boot

import (
	"context"
	"encoding/json"
	"slices"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/webhook"
	"prentice/internal/face/hook"
	"prentice/internal/skill/support"
	"prentice/internal/team"
)

// named gives the messages to webhooks to the desk that knows them.
type named struct{ s *System }

// Largest implements hook.Named.
func (n named) Largest(name string) (int64, error) { return n.s.desk.HookLargest(name) }

// TooLarge implements hook.Named.
func (n named) TooLarge(ctx context.Context, name string, why error) {
	n.s.desk.HookTooLarge(ctx, name, why)
}

// Take implements hook.Named.
func (n named) Take(ctx context.Context, m hook.Message) (any, error) {
	return n.s.desk.TakeHook(ctx, n.s.App, support.Posted{Hook: m.Hook, Header: m.Header, Body: m.Body, By: m.By})
}

// hooks is what the team's hooks.yaml in force says.
func (t *teamNow) hooks() *webhook.Rules { return team.Of(t.said, webhook.File) }

// hookDeps is what the desk needs for webhooks.
func (s *System) hookDeps() support.HookDeps {
	return support.HookDeps{
		Rules:   func() *webhook.Rules { return s.Team.now.Load().hooks() },
		File:    func() (*webhook.Rules, error) { return webhook.File.Read(s.Team.dir()) },
		Secret:  s.secrets.Value,
		Set:     func(name string) bool { return s.secrets.Missing([]string{name}) == "" },
		SetBy:   s.whoSet,
		Trusted: func(agent string) bool { return slices.Contains(s.inbox.Monitors, agent) },
		Address: s.url,
	}
}

// whoSet are the people who gave a secret the value that it has now, as the evidence
// tells. Of what lies in a file or comes from a command no one knows.
func (s *System) whoSet(ctx context.Context, secret string) ([]prentice.Ref, error) {
	var last prentice.Evidence
	for _, kind := range []string{"secret.set", "secret.rotated"} {
		lines, err := s.ledger.List(ctx, ledger.Filter{Ref: prentice.NewRef("secret", secret), Kind: kind, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 && lines[0].Seq > last.Seq {
			last = lines[0]
		}
	}
	if last.Seq == 0 {
		return nil, nil
	}
	var data struct {
		Behind []prentice.Ref `json:"behind"`
	}
	_ = json.Unmarshal(last.Data, &data) // evidence of another shape names its actor all the same
	return prentice.JoinPeople([]prentice.Ref{last.Actor}, data.Behind), nil
}
