package automation

import (
	"context"
	"encoding/json"
	"strings"

	"prentice"
	"prentice/internal/engine/rollout"
	"prentice/internal/engine/run"
	"prentice/internal/kit/variable"
	"prentice/internal/op"
)

// PlanIn is a procedure and the case to render it for.
type PlanIn struct {
	Procedure string            `json:"procedure" arg:"1" maxLength:"120" example:"restart-service" doc:"The procedure to render."`
	Input     map[string]string `json:"input,omitempty" arg:"2" doc:"A value for one of its inputs, as NAME=VALUE."`
	Event     json.RawMessage   `json:"event,omitempty" doc:"The event to render it for, as JSON."`
	Wait      bool              `json:"check_hosts,omitempty" doc:"Wait until each of its hosts has said whether it can be reached, at most 6 seconds."`
}

// Planned is a plan that nothing has been done with.
type Planned struct {
	Plan  prentice.Plan `json:"plan"`
	Hash  string        `json:"hash"`
	Bytes string        `json:"canonical"` // what the hash is of

	Ahead *run.Outlook `json:"ahead,omitempty"` // what would become of it now; only of a server
}

// Canonical is the plan's one byte form, so that anyone who asks for JSON can hash
// it.
func (p Planned) Canonical() []byte { return []byte(p.Bytes) }

// Rollout tells how the plan goes over its targets; "" when it has nothing to say.
func (p Planned) Rollout() string { return rollout.Says(p.Plan) }

// serviceFacts is what the steps are told of their service. Where procedures
// that use each other differ, the steps' own values are in the JSON form.
func serviceFacts(plan prentice.Plan) map[string]string {
	facts := map[string]string{}
	for _, s := range plan.Steps {
		for name, value := range s.Env {
			if _, told := facts[name]; strings.HasPrefix(name, "SERVICE_") && !told {
				facts[name] = value
			}
		}
	}
	return facts
}

// ownEnviron is what the procedures themselves set for their scripts.
func ownEnviron(plan prentice.Plan) []string {
	var list []string
	told := map[string]bool{}
	say := func(text string) {
		if !told[text] {
			told[text], list = true, append(list, text)
		}
	}
	for _, s := range plan.Steps {
		for _, name := range sortedKeys(s.Env) {
			if !variable.Given(name) {
				say(name + " = " + s.Env[name])
			}
		}
	}
	for _, s := range plan.Steps {
		if len(s.Path) > 0 {
			say("PATH = " + strings.Join(s.Path, ":") + ", before the host's own")
		}
	}
	return list
}

func planOp(d Deps) op.Op {
	return op.New("procedure.plan", prentice.Look, prentice.Viewer, "Show what exactly a procedure would do, and do nothing", func(ctx context.Context, c op.Call, in PlanIn) (Planned, error) {
		if d.Render == nil {
			return Planned{}, unavailable("the team folder")
		}
		req := prentice.RunRequest{Procedure: in.Procedure, Inputs: in.Input, Actor: c.Actor}
		var err error
		if req.Event, err = eventOf(in.Event); err != nil {
			return Planned{}, err
		}
		plan, err := d.Render(ctx, req)
		if err != nil {
			return Planned{}, err
		}
		out := Planned{Plan: plan, Hash: plan.Hash(), Bytes: string(plan.Canonical())}
		if d.Foresee == nil && in.Wait {
			return out, prentice.Errorf(prentice.Unavailable, "hosts are checked by the server, and none is asked here").Try("ask it with --server URL, or leave --check-hosts out")
		}
		if d.Foresee == nil || req.Event != nil {
			return out, nil
		}
		ahead, err := d.Foresee(ctx, req, in.patience())
		out.Ahead = &ahead
		if len(ahead.Seen) > 0 {
			plan.Seen = ahead.Seen
			out.Plan, out.Hash, out.Bytes = plan, plan.Hash(), string(plan.Canonical())
		}
		return out, err
	}).WithExample("prentice procedure plan restart-service service=checkout").FromFiles().WithHelp(
		"Renders the procedure for one case: exact targets, commands, inputs, limits, verification and undo. The hash names the plan; it is the same in every process and on every machine, and it is what people approve.\n\n" +
			"If you requested it now tells what policy says, who could approve it, what would block it, and whether the hosts that it acts on over SSH can be reached. Who may request it has those tried of which nothing recent is known; --check-hosts waits for their answers. While none of them can be reached, no one is asked to approve it.\n\n" +
			"With -o json the plan's canonical bytes are written as they are, so that sha256sum gives the hash.")
}

// eventOf reads the event that a plan is rendered for. It need not have an id or
// a time: a plan does not hold them.
func eventOf(raw json.RawMessage) (*prentice.Event, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var e prentice.Event
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "event: %w", err).Try(`write {"type": "probe.failed", "subject": "service/checkout", "data": {}}`)
	}
	full := e
	if full.ID == "" {
		full.ID = "plan"
	}
	if full.Source == "" {
		full.Source = "plan"
	}
	return &e, full.Check()
}

var (
	_ op.Texter = Planned{}
	_ op.Exact  = Planned{}
)
