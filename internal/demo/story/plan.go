package story

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
)

// thePlan: what exactly would be done is there before anyone is asked.
func (p *play) thePlan(ctx context.Context) error {
	p.chapter("The plan")
	var d supervision.Detail
	if err := p.await(ctx, "a run waits for an approval", func(ctx context.Context) (bool, error) {
		in, err := p.incidentNow(ctx, p.incident)
		if err != nil || len(in.Runs) == 0 {
			return false, err
		}
		d, err = p.runNow(ctx, in.Runs[0].Run)
		return d.State == prentice.Waiting, err
	}); err != nil {
		return err
	}
	p.run, p.hash = d.Number, d.Plan
	p.at(d.Created, "◐", fmt.Sprintf("%s of %s is planned for %s, asked for by %s.", d.Ref(), d.Procedure, p.incident, d.Requester))
	again, err := p.planAgain(ctx, d)
	if err != nil {
		return err
	}
	if err := holdAll(
		p.hold(d.Procedure == remedy, "the run is of %s, not %s", remedy, d.Procedure),
		p.hold(d.Requester == "self/prentice", "prentice asked, not %s", d.Requester),
		p.hold(d.ThePlan.Hash() == d.Plan, "the plan's bytes have the hash %s", d.Plan),
		p.hold(again == d.Plan, "the plan has the same hash when it is made again, not %s", again),
		p.hold(d.Decision.Verdict == prentice.Ask && d.Decision.Approvers == 1, "policy asks one approver, not %s", d.Decision.Verdict),
	); err != nil {
		return err
	}
	p.showPlan(d)
	if err := p.breathe(ctx, long); err != nil {
		return err
	}
	p.says("The hash is of every byte of the plan; made again from the same event, it is the same. An approver agrees to this and to nothing else.")
	p.at(d.Created, "▲", fmt.Sprintf("%s %s. It holds no lock while it waits, and nothing has been touched.", d.Ref(), d.Says))
	return p.untouched(ctx)
}

func (p *play) runNow(ctx context.Context, ref prentice.Ref) (supervision.Detail, error) {
	return ask[supervision.Detail](ctx, p.owner, "run.show", map[string]any{"number": string(ref)})
}

// planAgain makes the plan once more, from the event that moved it.
func (p *play) planAgain(ctx context.Context, d supervision.Detail) (string, error) {
	event, err := p.eventOf(ctx, d.Event)
	if err != nil {
		return "", err
	}
	planned, err := ask[automation.Planned](ctx, p.owner, "procedure.plan", map[string]any{"procedure": d.Procedure, "event": event})
	if err != nil {
		return "", err
	}
	return planned.Hash, p.hold(prentice.Digest([]byte(planned.Bytes)) == planned.Hash, "the hash is the SHA-256 of the plan's bytes")
}

// eventOf is the event that moved the run, as the inbox keeps it.
func (p *play) eventOf(ctx context.Context, ref string) (prentice.Event, error) {
	one, err := ask[support.EventOut](ctx, p.owner, "event.show", map[string]any{"number": ref})
	return one.Event, err
}

// showPlan shows risk and targets first, then each step with what it saw or
// will do.
func (p *play) showPlan(d supervision.Detail) {
	p.fact("Risk", d.Risk.String()+": "+d.ThePlan.UndoSays())
	p.fact("Targets", fmt.Sprintf("%s, and no more than %d", join(d.Targets), d.ThePlan.Limits.MaxTargets))
	p.fact("Hash", d.Plan)
	saw := map[string]string{}
	for _, s := range d.Steps {
		saw[s.Step] = s.Says
	}
	for _, line := range d.Log { // a script's last words say more than its exit code
		if step := d.ThePlan.In(prentice.Check); slices.ContainsFunc(step, func(s prentice.PlannedStep) bool { return s.ID == line.Step && s.Kind == "sh" }) {
			saw[line.Step] = line.Text
		}
	}
	for _, section := range prentice.Sections() {
		name := strings.ToUpper(string(section[:1])) + string(section[1:])
		for _, step := range d.ThePlan.In(section) {
			what := step.Says
			switch {
			case section == prentice.Check:
				what = "looked again: " + saw[step.ID]
			case step.Kind == "sh":
				what, _, _ = strings.Cut(strings.TrimSpace(step.Body), "\n")
			}
			p.fact(name, fmt.Sprintf("%-9s  %s", step.ID, what))
			if lines := strings.Split(strings.TrimSpace(step.Body), "\n"); section != prentice.Check && step.Kind == "sh" {
				for _, line := range lines[1:] {
					p.fact("", strings.Repeat(" ", 11)+line)
				}
			}
			name = ""
		}
	}
	p.fact("Policy", fmt.Sprintf("%s: %s", d.Decision.Verdict, strings.Join(d.Decision.Reasons, " ")))
	p.fact("", fmt.Sprintf("by rule %s: %d with the role %s, within %.0f minutes", strings.Join(d.Decision.Rules, ", "), d.Decision.Approvers, d.Decision.Role, d.Expires.Sub(d.Created).Minutes()))
}

// untouched looks whether the world is as the fault left it.
func (p *play) untouched(ctx context.Context) error {
	d, err := p.runNow(ctx, prentice.NewRef("run", fmt.Sprint(p.run)))
	if err != nil {
		return err
	}
	_, alive := demo.Alive(p.where.State, demo.Orders)
	return holdAll(
		p.hold(d.State == prentice.Waiting, "the run waits, and is not %s", d.State),
		p.hold(d.Started.IsZero(), "the run has not acted"),
		p.hold(!alive && p.locked(), "orders and its lock are as they were"),
	)
}

func join(list []prentice.Ref) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}
