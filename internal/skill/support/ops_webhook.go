package support

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/op"
)

type webhookIn struct {
	Name string `json:"name" arg:"1" of:"webhook" doc:"The webhook, as webhooks.yaml names it." example:"deployer" minLength:"1" maxLength:"100"`
}

type webhookShowIn struct {
	webhookIn
	State  string `json:"state,omitempty" enum:"waiting,sent,dead,held" doc:"Only deliveries in this state."`
	Before int64  `json:"before,omitempty" minimum:"0" doc:"Only deliveries with a smaller number, for the next page."`
}

type webhookDisableIn struct {
	webhookIn
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"the receiver is being moved" doc:"Why; it is evidence."`
}

type webhookDeliveryIn struct {
	Number string `json:"number" arg:"1" doc:"The delivery, as webhook show lists it." example:"12" maxLength:"30"`
}

type webhookReplayIn struct {
	What  string    `json:"what" arg:"1" doc:"A delivery, as webhook show lists it, or a webhook with --since." example:"12" minLength:"1" maxLength:"100"`
	Since time.Time `json:"since,omitzero" ago:"true" doc:"Of a webhook: all deliveries made since then, such as 2h." example:"2h"`
}

type webhookFileIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The webhooks.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (in webhookIn) name() string { return strings.TrimPrefix(in.Name, "webhook/") }

func (s *Support) webhookOps() []op.Op {
	const look, change, viewer, operator = prentice.Look, prentice.Change, prentice.Viewer, prentice.Operator
	return []op.Op{
		op.New("webhook.list", look, viewer, "List the programs outside that are told of events, and how each stands.", s.webhookList).Naming("webhook").
			WithExample("prentice webhook list").
			WithHelp("They stand in webhooks.yaml in the team folder: an address, the types of events, and the name of the secret that signs."),
		op.New("webhook.show", look, viewer, "Show a webhook, with what was sent to it and what became of that.", s.webhookShow).
			WithExample("prentice webhook show deployer"),
		op.New("webhook.delivery", look, operator, "Show a delivery to a webhook as it is sent, and what became of it.", s.webhookDelivery).
			WithExample("prentice webhook delivery 12"),
		op.New("webhook.test", change, operator, "Send a test event to a webhook, and say how it came out.", s.webhookTest).
			WithExample("prentice webhook test deployer"),
		op.New("webhook.replay", change, operator, "Send a delivery again, or all of a webhook since a moment.", s.webhookReplay).
			WithExample("prentice webhook replay 12").
			WithHelp("It goes with the id that it had, so that a receiver which has it drops it."),
		op.New("webhook.disable", change, operator, "Send a webhook nothing more; what is for it is held.", s.webhookDisable).
			WithExample("prentice webhook disable deployer --reason 'the receiver is being moved'"),
		op.New("webhook.enable", change, operator, "Send to a webhook again that was disabled, what was held first.", s.webhookEnable).
			WithExample("prentice webhook enable deployer"),
		op.New("webhook.check", look, viewer, "Check a webhooks.yaml for mistakes.", s.webhookCheck).
			WithExample("prentice webhook check webhooks.yaml").WithoutState(),
	}
}

func (s *Support) webhookCheck(_ context.Context, _ op.Call, in webhookFileIn) (AlertsChecked, error) {
	return AlertsChecked{op.Found(outgoing.File.Check(cmp.Or(in.Name, outgoing.File.Name), []byte(in.File)))}, nil
}

// post says whether there is anything that sends.
func (s *Support) post() (*outgoing.Post, error) {
	if s.Outgoing == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "no webhooks are sent here").Try("start the server with: prentice up")
	}
	return s.Outgoing, nil
}

func (s *Support) webhookList(ctx context.Context, _ op.Call, _ struct{}) (WebhookList, error) {
	out := WebhookList{Webhooks: []WebhookOut{}}
	p, err := s.post()
	if err != nil {
		return out, err
	}
	rules := p.Rules()
	if rules == nil {
		return out, nil
	}
	for _, e := range rules.Endpoints {
		one, err := s.webhookOut(ctx, p, e)
		if err != nil {
			return out, err
		}
		out.Webhooks = append(out.Webhooks, one)
	}
	slices.SortFunc(out.Webhooks, func(a, b WebhookOut) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// webhookOut is a webhook as it stands.
func (s *Support) webhookOut(ctx context.Context, p *outgoing.Post, e outgoing.Endpoint) (WebhookOut, error) {
	out := WebhookOut{Name: e.Name, URL: e.URL, URLSecret: e.URLSecret, Secret: e.Secret, Events: e.Events, About: e.About, DisableAfter: e.Disable, At: e.At, State: "listening"}
	standings, err := p.Standings(ctx)
	if err != nil {
		return out, err
	}
	counts, err := p.Counts(ctx)
	if err != nil {
		return out, err
	}
	n, st := counts[e.Name], standings[e.Name]
	out.Sent, out.Waiting, out.Held, out.Dead = n[outgoing.Sent], n[outgoing.Waiting], n[outgoing.Held], n[outgoing.Dead]
	out.Failing, out.Disabled, out.DisabledBy = st.Failing, st.Disabled, st.By
	switch {
	case !st.Disabled.IsZero():
		out.State, out.Problem = "disabled", st.Says
	case !st.Failing.IsZero():
		out.State, out.Problem = "failing", st.Says
	}
	for _, name := range []string{e.Secret, e.URLSecret} {
		if name != "" && s.Hooks.Set != nil && !s.Hooks.Set(name) {
			out.State, out.Problem = "blocked", "the secret "+name+" has no value → set it: prentice secret set "+name+" -"
		}
	}
	return out, nil
}

func (s *Support) webhookShow(ctx context.Context, _ op.Call, in webhookShowIn) (out WebhookShown, err error) {
	p, err := s.post()
	if err != nil {
		return out, err
	}
	e, err := p.Rules().Endpoint(in.name())
	if err != nil {
		return out, err
	}
	if out.WebhookOut, err = s.webhookOut(ctx, p, e); err != nil {
		return out, err
	}
	out.Deliveries, err = p.List(ctx, outgoing.Filter{Endpoint: e.Name, State: outgoing.State(in.State), Before: in.Before, Limit: mostDelivered})
	if n := len(out.Deliveries); n == mostDelivered {
		out.More = out.Deliveries[n-1].Number
	}
	return out, err
}

func (s *Support) webhookDelivery(ctx context.Context, _ op.Call, in webhookDeliveryIn) (OutgoingOut, error) {
	p, err := s.post()
	if err != nil {
		return OutgoingOut{}, err
	}
	number, err := numberOf("delivery", in.Number)
	if err != nil {
		return OutgoingOut{}, err
	}
	d, err := p.Find(ctx, number)
	return OutgoingOut{d}, err
}

func (s *Support) webhookTest(ctx context.Context, c op.Call, in webhookIn) (WebhookDone, error) {
	p, err := s.post()
	if err != nil {
		return WebhookDone{}, err
	}
	return WebhookDone{in.name(), "took it"}, p.Test(ctx, in.name(), c.Actor)
}

func (s *Support) webhookReplay(ctx context.Context, c op.Call, in webhookReplayIn) (WebhookDone, error) {
	p, err := s.post()
	if err != nil {
		return WebhookDone{}, err
	}
	number, err := numberOf("delivery", in.What)
	name := strings.TrimPrefix(in.What, "webhook/")
	switch {
	case err == nil && in.Since.IsZero():
		d, err := p.Find(ctx, number)
		if err != nil {
			return WebhookDone{}, err
		}
		_, err = p.Replay(ctx, number, "", time.Time{}, c.Actor)
		return WebhookDone{d.Endpoint, fmt.Sprintf("is sent delivery %d again", number)}, err
	case in.Since.IsZero():
		return WebhookDone{}, prentice.Errorf(prentice.Invalid, "%q is no delivery, and no moment is given", clip(in.What, 80)).Try("give the number of one, or a webhook with --since 2h")
	}
	n, err := p.Replay(ctx, 0, name, in.Since, c.Actor)
	return WebhookDone{name, "is sent " + op.Count(int(n), "delivery", "deliveries") + " again"}, err
}

func (s *Support) webhookDisable(ctx context.Context, c op.Call, in webhookDisableIn) (WebhookDone, error) {
	p, err := s.post()
	if err != nil {
		return WebhookDone{}, err
	}
	return WebhookDone{in.name(), "is disabled, and is sent nothing; what is for it is held"}, p.Disable(ctx, in.name(), c.Actor, fmt.Sprintf("%s: %s", c.Actor.Ref(), in.Reason))
}

func (s *Support) webhookEnable(ctx context.Context, c op.Call, in webhookIn) (WebhookDone, error) {
	p, err := s.post()
	if err != nil {
		return WebhookDone{}, err
	}
	held, err := p.Enable(ctx, in.name(), c.Actor)
	return WebhookDone{in.name(), "is enabled; " + op.Count(int(held), "delivery that was held is", "deliveries that were held are") + " sent now"}, err
}
