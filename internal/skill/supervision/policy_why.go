package supervision

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// whyIn is a run, or a call that no one has made.
type whyIn struct {
	Run         string            `json:"run,omitempty" arg:"1" doc:"The run, such as run/7; or the name of a procedure that would be asked for." maxLength:"100"`
	Procedure   string            `json:"procedure,omitempty" of:"procedure" doc:"A procedure that would be asked for." maxLength:"100"`
	Input       map[string]string `json:"input,omitempty" arg:"2" doc:"A value for one of its inputs, as NAME=VALUE."`
	Op          string            `json:"op,omitempty" doc:"An operation without a plan that would be asked for, such as policy.adopt." maxLength:"100"`
	Kind        string            `json:"kind,omitempty" enum:"person,agent,self" doc:"Who would ask: a person, an agent, or prentice itself."`
	Name        string            `json:"name,omitempty" doc:"Their name." maxLength:"100"`
	Role        string            `json:"role,omitempty" enum:"viewer,operator,approver,owner" doc:"Their role."`
	Door        string            `json:"door,omitempty" doc:"The channel they would use: cli, web, api, event, schedule …" maxLength:"40"`
	Hour        *int              `json:"hour,omitempty" minimum:"0" maximum:"23" doc:"The hour, in the zone of the policy."`
	Weekday     string            `json:"weekday,omitempty" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday" doc:"The day of the week."`
	Date        string            `json:"date,omitempty" doc:"The day, such as 2026-12-24." maxLength:"10"`
	Risk        string            `json:"risk,omitempty" enum:"look,change,danger" doc:"The risk of the plan, when it were another, or when no procedure is named."`
	Environment string            `json:"environment,omitempty" doc:"The environment, when it were another." maxLength:"100"`
	System      string            `json:"system,omitempty" doc:"The system, when it were another." maxLength:"200"`
	Targets     int               `json:"targets,omitempty" minimum:"1" maximum:"10000" doc:"How many hosts, when there were others."`
	Verified    *int              `json:"verified,omitempty" minimum:"0" doc:"How many verified runs the procedure had, when it had others."`
	Harmful     *int              `json:"harmful,omitempty" minimum:"0" doc:"How many harmful ones."`
}

func (d Deps) why(ctx context.Context, c op.Call, in whyIn) (Why, error) {
	desk, err := d.desk()
	if err != nil {
		return Why{}, err
	}
	if in.Run != "" && in.Procedure == "" && !strings.HasPrefix(in.Run, "run/") && strings.Trim(in.Run, "0123456789") != "" {
		in.Run, in.Procedure = "", strings.TrimPrefix(in.Run, "procedure/")
	}
	if in.Run != "" {
		n, err := which{Number: in.Run}.number()
		if err != nil {
			return Why{}, err
		}
		w, err := desk.WhyRun(ctx, n)
		return Why{w}, err
	}
	m, err := in.moment(ctx, desk, c)
	if err != nil {
		return Why{}, err
	}
	return Why{desk.Why(ctx, m)}, nil
}

// moment is the call that no one has made.
func (in whyIn) moment(ctx context.Context, desk PolicyDesk, c op.Call) (prentice.Moment, error) {
	m := prentice.Moment{Now: c.Now, Op: prentice.OpStart, Actor: in.actor(c.Actor)}
	var err error
	if m.Now, err = in.when(ctx, desk, c); err != nil {
		return m, err
	}
	switch in.Op {
	case "", prentice.OpStart:
	case prentice.OpAdhoc:
		in.Procedure = prentice.AdhocName
	default:
		m.Op = in.Op
		return m, nil
	}
	if err := in.plan(ctx, desk, &m); err != nil {
		return m, err
	}
	if in.Verified != nil {
		m.Record.Verified = *in.Verified
	}
	if in.Harmful != nil {
		m.Record.Harmful = *in.Harmful
	}
	m.Record.Runs = max(m.Record.Runs, m.Record.Verified+m.Record.Harmful)
	return m, nil
}

// actor is the caller, or who they say would ask.
func (in whyIn) actor(a prentice.Actor) prentice.Actor {
	if in.Kind != "" && prentice.ActorKind(in.Kind) != a.Kind {
		switch a = (prentice.Actor{Kind: prentice.ActorKind(in.Kind), Name: "somebody", Role: prentice.Operator, Door: "cli"}); a.Kind {
		case prentice.Self:
			a = prentice.Prentice("event")
		case prentice.Agent:
			a.Door, a.Given = "api", true
		}
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&a.Name, in.Name}, {(*string)(&a.Role), in.Role}, {&a.Door, in.Door}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	a.Given = a.Given || in.Name != "" // a name that is said is taken to be an owner's to give
	return a
}

// when is now, or the day and hour that are said, in the zone of the policy.
func (in whyIn) when(ctx context.Context, desk PolicyDesk, c op.Call) (time.Time, error) {
	if in.Hour == nil && in.Weekday == "" && in.Date == "" {
		return c.Now, nil
	}
	state, err := desk.State(ctx, c.Actor)
	if err != nil {
		return c.Now, err
	}
	zone, err := time.LoadLocation(state.InForce.Zone)
	if err != nil {
		return c.Now, err
	}
	now := c.Now.In(zone)
	if in.Date != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.Date, zone)
		if err != nil {
			return now, prentice.Errorf(prentice.Invalid, "%q is not a day", in.Date).Try("write 2026-12-24")
		}
		now = time.Date(day.Year(), day.Month(), day.Day(), now.Hour(), now.Minute(), 0, 0, zone)
	}
	if days := slices.Index(weekdays, in.Weekday); days >= 0 {
		now = now.AddDate(0, 0, (days-int(now.Weekday())+7)%7)
	}
	if in.Hour != nil {
		now = time.Date(now.Year(), now.Month(), now.Day(), *in.Hour, now.Minute(), 0, 0, zone)
	}
	return now, nil
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// plan renders the procedure, or makes one up of what is said.
func (in whyIn) plan(ctx context.Context, desk PolicyDesk, m *prentice.Moment) error {
	plan := prentice.Plan{Format: prentice.PlanFormat, Procedure: "any", Risk: prentice.Danger, Inputs: in.Input, Targets: []prentice.Target{{Ref: "host/one"}},
		Limits: prentice.PlanLimits{MaxTargets: 1, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"}}
	if in.Procedure == prentice.AdhocName { // its text and its hosts are not known: it is as risky as it claims
		plan.Procedure, plan.Risk, m.Op = prentice.AdhocName, prentice.Change, prentice.OpAdhoc
	} else if in.Procedure != "" {
		var err error
		if plan, err = desk.Render(ctx, prentice.RunRequest{Procedure: in.Procedure, Inputs: in.Input, Actor: m.Actor}); err != nil {
			return err
		}
		if m.Record, err = desk.Record(ctx, plan.Procedure, plan.Subject); err != nil {
			return err
		}
	} else if in.Risk == "" {
		return prentice.Errorf(prentice.Invalid, "nothing is said that could be asked for").Try("name a run, a procedure, a risk for any procedure, or an operation")
	}
	if in.Risk != "" {
		risk, err := prentice.ParseRisk(in.Risk)
		if err != nil {
			return err
		}
		plan.Risk = risk
	}
	if in.Environment != "" {
		plan.Environment = in.Environment
	}
	if in.System != "" {
		plan.System = prentice.Ref(in.System)
		if !strings.Contains(in.System, "/") {
			plan.System = prentice.NewRef("system", in.System)
		}
	}
	if in.Targets > 0 {
		targets := slices.Clone(plan.Targets[:min(in.Targets, len(plan.Targets))])
		for len(targets) < in.Targets {
			targets = append(targets, prentice.Target{Ref: "host/another"})
		}
		plan.Targets = targets
	}
	m.Plan = &plan
	return nil
}
