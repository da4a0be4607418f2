package support

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/webhook"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

type hookIn struct {
	Name string `json:"name" arg:"1" doc:"The hook, as hooks.yaml names it." example:"github" minLength:"1" maxLength:"100"`
}

type hookDeliverIn struct {
	Hook   string   `json:"hook" arg:"1" doc:"The hook, as hooks.yaml names it." example:"github" minLength:"1" maxLength:"100"`
	Body   string   `json:"body" arg:"2" file:"true" maxLength:"1048576" doc:"The body; on the command line the file that holds it, or - for standard input."`
	Header []string `json:"header,omitempty" doc:"A header that goes with it, such as X-GitHub-Event: push." maxLength:"2000"`

	message *webhook.Message // as it came over HTTP
	proof   *webhook.Proof
}

// About implements op.Abouter: a token can be for one hook.
func (in hookDeliverIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{hookRef(strings.TrimPrefix(in.Hook, "hook/"))}, nil
}

type hookDeliveryIn struct {
	Number string `json:"number" arg:"1" doc:"The delivery, as hook show lists it." example:"12" maxLength:"30"`
}

type hookTestIn struct {
	File   string   `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"A recorded body, or what hook delivery N --output json prints."`
	Hook   string   `json:"hook,omitempty" doc:"The hook, as hooks.yaml names it; it may be left out if there is only one." maxLength:"100"`
	Header []string `json:"header,omitempty" doc:"A header that goes with the body, such as X-GitHub-Event: push." maxLength:"2000"`
	Rules  string   `json:"rules,omitempty" file:"true" doc:"Try this hooks.yaml; without it, that of the team folder." maxLength:"1048576"`
}

type hooksFileIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The hooks.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func hookRef(name string) prentice.Ref { return prentice.NewRef("hook", name) }

func (s *Support) hookOps() []op.Op {
	const look, viewer = prentice.Look, prentice.Viewer
	return []op.Op{
		op.New("hook.list", look, viewer, "List the webhooks: what may be posted, and what came last.", s.hookList).Naming("hook").
			WithExample("prentice hook list").
			WithHelp("They stand in hooks.yaml in the team folder. Each is an address, /v1/hook/NAME, at which one program posts what it has to tell in a shape of its own."),
		op.New("hook.show", look, viewer, "Show a webhook: its address, how to set it up, and what was delivered.", s.hookShow).
			WithExample("prentice hook show github"),
		op.New("hook.delivery", look, prentice.Operator, "Show a message as it was delivered to a webhook, with what is secret left out.", s.hookDelivery).
			WithExample("prentice hook delivery 12").
			WithHelp("Of each hook the last 50 messages that became events are kept, and the last 50 others. With --output json it is a recording, which hook test reads."),
		op.New("hook.deliver", look, prentice.Operator, "Deliver a message to a webhook, as its sender would.", s.hookDeliver).ThatKeeps().
			WithExample("prentice hook deliver ci build.json").
			WithHelp("It counts as yours, not as the sender's: no signature is asked for, and you cannot approve what it causes."),
		op.New("hook.test", look, viewer, "Say which event a recorded message would become. Nothing is kept of it.", s.hookTest).
			WithExample("prentice hook test build.json --hook ci").WithoutState().
			WithHelp("Reads hooks.yaml as it stands in the team folder and needs neither server nor secret. Ends with exit code 9 when no mapping fits."),
		op.New("hook.check", look, viewer, "Check a hooks.yaml for mistakes.", s.hookCheck).
			WithExample("prentice hook check hooks.yaml").WithoutState(),
	}
}

func (s *Support) hookCheck(_ context.Context, _ op.Call, in hooksFileIn) (AlertsChecked, error) {
	return AlertsChecked{op.Found(webhook.File.Check(cmp.Or(in.Name, webhook.File.Name), []byte(in.File)))}, nil
}

func (s *Support) hookDeliver(ctx context.Context, c op.Call, in hookDeliverIn) (Taken, error) {
	if err := s.ready(); err != nil {
		return Taken{}, err
	}
	h, err := s.Hooks.rules().Hook(strings.TrimPrefix(in.Hook, "hook/"))
	if err != nil {
		return Taken{}, err
	}
	if err := s.within(ctx, h, in.Body); err != nil {
		return Taken{}, err
	}
	if in.message == nil {
		message, err := handed(in.Body, in.Header)
		if err != nil {
			return Taken{}, err
		}
		proof := webhook.Sent(message)
		in.message, in.proof = &message, &proof
	}
	d := webhook.Delivery{Hook: h.Name, At: c.Now.UTC(), Verdict: webhook.Became, Sender: c.Actor.Ref()}
	mapped, err := h.Map(ctx, *in.message)
	switch d.Says = mapped.Says; {
	case err != nil:
		d.Verdict, d.Says = webhook.Unmapped, saidBy(err)
	case mapped.Ignored:
		d.Verdict = webhook.Ignored
	case !mapped.Fits:
		d.Verdict = webhook.Unmapped
	}
	shown := in.message.Show(h, s.hiddenIn(ctx, h))
	d.Message = &shown
	return s.keepDelivery(ctx, c.Actor, h, d, mapped.Event, *in.proof)
}

// keepDelivery writes a delivery down with the event that it becomes, in one write.
func (s *Support) keepDelivery(ctx context.Context, by prentice.Actor, h webhook.Hook, d webhook.Delivery, e prentice.Event, proof webhook.Proof) (Taken, error) {
	store := webhook.Store{DB: s.DB}
	var taken Taken
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := store.Pace(tx, h); err != nil {
			return err
		}
		number, before, err := store.Admit(tx, d.Hook, proof, d.At)
		if err != nil {
			return err
		}
		if before != 0 {
			taken = Taken{Hook: d.Hook, Delivery: before, Verdict: "repeated", Says: "it was delivered before, and nothing more becomes of it"}
			return nil
		}
		kept, event := d, int64(0)
		kept.Number = number
		if kept.Verdict == webhook.Became {
			if e.ID == "" {
				e.ID = webhook.EventID(proof, number)
			}
			receipt, err := s.Inbox.ReceiveIn(tx, by, e)
			switch kind := prentice.KindOf(err); {
			case err != nil && (kind == prentice.Invalid || kind == prentice.Limited):
				kept.Verdict, kept.Says = webhook.Unmapped, kept.Says+": "+saidBy(err)
			case err != nil:
				return err
			default:
				event, kept.Event = receipt.Number, receipt.Event
				if receipt.Duplicate != "" {
					kept.Says += "; the event was told before"
				}
			}
		}
		taken = Taken{Hook: d.Hook, Delivery: number, Verdict: string(kept.Verdict), Event: kept.Event, Says: kept.Says}
		return store.Keep(tx, kept, event)
	})
	if prentice.KindOf(err) == prentice.Limited {
		s.refuse(ctx, d.Hook, "too many", err)
	}
	return taken, err
}

// hiddenIn is what must not be seen in what a hook shows.
func (s *Support) hiddenIn(ctx context.Context, h webhook.Hook) []string {
	if h.Secret == "" || s.Hooks.Secret == nil {
		return nil
	}
	value, err := s.secrets.value(ctx, h.Secret, s.Clock(), s.Hooks.Secret)
	if err != nil {
		return nil
	}
	return []string{value}
}

// saidBy is an error with what to do about it.
func saidBy(err error) string {
	own, ok := errors.AsType[*prentice.Error](err)
	if !ok || own.Hint == "" {
		return err.Error()
	}
	return own.Text + " → " + own.Hint
}

// handed is a message that a person hands in. It is JSON unless they say otherwise.
func handed(body string, headers []string) (webhook.Message, error) {
	h := http.Header{"Content-Type": {"application/json"}}
	for _, line := range headers {
		name, value, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || name == "" || strings.ContainsAny(name, " \t\r\n") {
			return webhook.Message{}, prentice.Errorf(prentice.Invalid, "%q is not a header", clip(line, 80)).Try("write it as X-GitHub-Event: push")
		}
		h.Set(name, strings.TrimSpace(value))
	}
	return webhook.MessageOf(h, []byte(body)), nil
}

func (s *Support) hookList(ctx context.Context, c op.Call, _ struct{}) (HookList, error) {
	if err := s.ready(); err != nil {
		return HookList{}, err
	}
	store := webhook.Store{DB: s.DB}
	last, err := store.LastOf(ctx)
	out := HookList{Hooks: []HookOut{}}
	if rules := s.Hooks.rules(); rules != nil {
		for _, h := range rules.Hooks {
			out.Hooks = append(out.Hooks, s.hookOut(ctx, h, last[h.Name]))
		}
	}
	slices.SortFunc(out.Hooks, func(a, b HookOut) int { return cmp.Compare(a.Name, b.Name) })
	return out, err
}

// hookOut is a hook as it stands.
func (s *Support) hookOut(ctx context.Context, h webhook.Hook, last webhook.Delivery) HookOut {
	out := HookOut{Name: h.Name, Sender: h.Sender, Secret: h.Secret, Header: h.Header, Rate: h.Rate, Largest: int64(h.Largest), Tolerance: h.Tolerance, At: h.At, State: "waited for", Maps: h.Mappings()}
	if s.Hooks.Address != nil {
		out.Address = strings.TrimSuffix(s.Hooks.Address(), "/") + "/v1/hook/" + h.Name
	}
	if last.Number != 0 {
		out.State, out.Last, out.Verdict = "received", last.Last, string(last.Verdict)
	}
	if h.Sender == webhook.Token {
		return out
	}
	var err error
	if out.HeldBy, err = s.behindHook(ctx, h, ""); err != nil {
		out.Problem = saidBy(err)
	}
	if s.Hooks.Set != nil && !s.Hooks.Set(h.Secret) {
		out.Problem = "the secret " + h.Secret + " has no value → set it: prentice secret set " + h.Secret + " -"
	}
	if out.Problem != "" {
		out.State = "blocked"
	}
	return out
}

// mostDelivered is how many deliveries are listed.
const mostDelivered = 50

func (s *Support) hookShow(ctx context.Context, c op.Call, in hookIn) (HookShown, error) {
	if err := s.ready(); err != nil {
		return HookShown{}, err
	}
	h, err := s.Hooks.rules().Hook(strings.TrimPrefix(in.Name, "hook/"))
	if err != nil {
		return HookShown{}, err
	}
	store := webhook.Store{DB: s.DB}
	out := HookShown{}
	if out.Deliveries, err = store.List(ctx, h.Name, mostDelivered); err != nil {
		return out, err
	}
	if out.Refused, err = store.Refusals(ctx, h.Name); err != nil {
		return out, err
	}
	var last webhook.Delivery
	if len(out.Deliveries) > 0 {
		last = out.Deliveries[0]
	}
	out.HookOut = s.hookOut(ctx, h, last)
	out.Setup, out.Try = setupOf(out.HookOut), tryOf(out.HookOut)
	return out, nil
}

func (s *Support) hookDelivery(ctx context.Context, _ op.Call, in hookDeliveryIn) (DeliveryOut, error) {
	if err := s.ready(); err != nil {
		return DeliveryOut{}, err
	}
	number, err := numberOf("delivery", in.Number)
	if err != nil {
		return DeliveryOut{}, err
	}
	store := webhook.Store{DB: s.DB}
	d, err := store.Show(ctx, number)
	return DeliveryOut{d}, err
}
