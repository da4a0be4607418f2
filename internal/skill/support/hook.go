package support

import (
	"context"
	"net/http"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/webhook"
	"prentice/internal/op"
)

// HookDeps is what messages of other programs need.
type HookDeps struct {
	Rules   func() *webhook.Rules                                            // in force; nil: there are no hooks
	File    func() (*webhook.Rules, error)                                   // as they stand in the team folder
	Secret  func(ctx context.Context, name string) (string, error)           // its value
	Set     func(name string) bool                                           // whether it has one
	SetBy   func(ctx context.Context, secret string) ([]prentice.Ref, error) // the people who gave a secret of the store its value
	Trusted func(agent string) bool                                          // no one is behind what it tells
	Address func() string                                                    // of this server, as senders reach it
}

// rules are the hooks in force.
func (d HookDeps) rules() *webhook.Rules {
	if d.Rules == nil {
		return nil
	}
	return d.Rules()
}

// hookAgent is the name under which the sender of a signed hook acts.
func hookAgent(hook string) string { return prentice.HookAgent + hook }

// heldSecrets remembers secrets for a moment, so that a flood of forged messages does not run
// the command that prints one for each of them.
type heldSecrets struct {
	mu     sync.Mutex // held while a secret is asked for
	values map[string]heldSecret
}

type heldSecret struct {
	value string
	err   error
	at    time.Time
}

// How long a secret is remembered, and that there was none.
const (
	holdFor = 5 * time.Second
	lackFor = time.Second
)

func (h *heldSecrets) value(ctx context.Context, name string, now time.Time, ask func(context.Context, string) (string, error)) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept, found := h.values[name]
	good := holdFor
	if kept.err != nil {
		good = lackFor
	}
	if found && now.Sub(kept.at).Abs() < good {
		return kept.value, kept.err
	}
	if h.values == nil {
		h.values = map[string]heldSecret{}
	}
	value, err := ask(ctx, name)
	if ctx.Err() == nil {
		h.values[name] = heldSecret{value, err, now}
	}
	return value, err
}

// Posted is a message as it came in over HTTP. By is who its bearer token is of, if it
// brings one.
type Posted struct {
	Hook   string
	Header http.Header
	Body   []byte
	By     prentice.Actor
}

// HookLargest is how many bytes a message to a hook may have.
func (s *Support) HookLargest(hook string) (int64, error) {
	h, err := s.Hooks.rules().Hook(hook)
	return int64(h.Largest), err
}

// HookTooLarge counts a message that was too large to read.
func (s *Support) HookTooLarge(ctx context.Context, hook string, why error) {
	s.refuse(ctx, hook, "too large", why)
}

// TakeHook finds out who sends a message, and asks the door in their name.
func (s *Support) TakeHook(ctx context.Context, door op.Door, p Posted) (Taken, error) {
	h, err := s.Hooks.rules().Hook(p.Hook)
	if err != nil {
		return Taken{}, err
	}
	message := webhook.MessageOf(p.Header, p.Body)
	actor, proof, err := s.senderOf(ctx, h, message, p.By)
	if err != nil {
		return Taken{}, err
	}
	in := hookDeliverIn{Hook: h.Name, Body: string(p.Body), message: &message, proof: &proof}
	taken, err := op.Ask[Taken](ctx, door, op.Request{Actor: actor, Op: "hook.deliver", In: in})
	if prentice.KindOf(err) == prentice.Denied || prentice.KindOf(err) == prentice.Refused {
		s.refuse(ctx, h.Name, "not allowed", err)
	}
	return taken, err
}

// within refuses a message that is more than a hook takes, no matter who delivers it and how.
func (s *Support) within(ctx context.Context, h webhook.Hook, body string) error {
	var why string
	var err error
	switch {
	case len(body) > h.Largest:
		why, err = "too large", prentice.Errorf(prentice.Limited, "the message has %d bytes; hook %s takes %d", len(body), h.Name, h.Largest).Try("send less, or have largest raised in hooks.yaml")
	case !s.rates.Take(h, s.Clock()):
		why, err = "too many", webhook.TooMany(h)
	default:
		return nil
	}
	s.refuse(ctx, h.Name, why, err)
	return err
}

// senderOf is who sends a message: who the token is of, or the agent of the hook, with
// the people behind it who know its secret.
func (s *Support) senderOf(ctx context.Context, h webhook.Hook, m webhook.Message, by prentice.Actor) (prentice.Actor, webhook.Proof, error) {
	if h.Sender == webhook.Token {
		if !by.Known() {
			err := prentice.Errorf(prentice.Unauthenticated, "the message brings no token").Try("send one: Authorization: Bearer TOKEN")
			s.refuse(ctx, h.Name, "no token", err)
			return by, webhook.Proof{}, err
		}
		return by, webhook.Sent(m), nil
	}
	secret, err := s.secrets.value(ctx, h.Secret, s.Clock(), s.Hooks.Secret)
	if err != nil {
		s.refuse(ctx, h.Name, "no secret", err)
		return by, webhook.Proof{}, prentice.Errorf(prentice.Unavailable, "hook %s cannot take messages now: its secret cannot be read", h.Name).Try("an operator sees why with: prentice hook show %s", h.Name)
	}
	proof, err := webhook.Prove(h, m, secret, s.Clock())
	if err != nil {
		s.refuse(ctx, h.Name, "not proven", err)
		return by, webhook.Proof{}, err
	}
	behind, err := s.behindHook(ctx, h, secret)
	if err != nil {
		s.refuse(ctx, h.Name, "no holder", err)
		return by, webhook.Proof{}, err
	}
	return prentice.Actor{
		Kind: prentice.Agent, Name: hookAgent(h.Name), Role: prentice.Operator, Door: "hook", Given: true, Behind: behind,
		Scope: &prentice.Scope{Ops: []string{"hook.deliver"}, On: []prentice.Ref{prentice.All}},
	}, proof, nil
}

// behindHook are the people who can sign what the sender of a hook signs: those whom the
// file names, or has named while the secret had this value, and who gave it the value. secret is the value,
// or "" where it is only shown who they are. If no one is known, anyone could
// approve what they caused; then the hook takes nothing.
func (s *Support) behindHook(ctx context.Context, h webhook.Hook, secret string) ([]prentice.Ref, error) {
	store := webhook.Store{DB: s.DB}
	h.HeldBy = prentice.JoinPeople(h.HeldBy, s.Hooks.rules().Holders(h.Secret))
	people, err := store.Held(ctx, h, secret, s.Clock())
	if err != nil {
		return nil, err
	}
	if s.Hooks.SetBy != nil {
		set, err := s.Hooks.SetBy(ctx, h.Secret)
		if err != nil {
			return nil, err
		}
		people = prentice.JoinPeople(people, set)
	}
	if len(people) == 0 && (s.Hooks.Trusted == nil || !s.Hooks.Trusted(hookAgent(h.Name))) {
		return nil, prentice.Errorf(prentice.Unavailable, "no one is known who holds the secret %s of hook %s", h.Secret, h.Name).
			Try("write held_by: [person/NAME] into hooks.yaml: those people cannot approve what its messages cause")
	}
	return prentice.JoinPeople(people), nil
}

// refuse counts a message that was not taken; of a flood, once in a second.
func (s *Support) refuse(ctx context.Context, hook, why string, err error) {
	now := s.Clock()
	times := s.rates.Refused(hook, why, now)
	if times == 0 {
		return
	}
	store := webhook.Store{DB: s.DB}
	if err := store.Refuse(context.WithoutCancel(ctx), hook, why, saidBy(err), times, now); err != nil {
		s.Log.Warn("a message to a hook was not taken", "hook", hook, "why", why, "err", err)
	}
}
