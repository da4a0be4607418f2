package procedure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/rollout"
	"prentice/internal/kit/stencil"
	"prentice/internal/team"
)

// Render makes the plan of one procedure for one case: inputs checked, targets
// found, every value filled in. It is a calculation: the same library,
// catalog and request give the same bytes on every machine. It refuses a plan
// without targets, or with more than the procedure's limit.
func Render(l *Library, cat *team.Catalog, req prentice.RunRequest) (prentice.Plan, error) {
	return RenderWith(l, cat, req, Answers{})
}

// RenderWith is Render with what the sources of choices said: see Library.Sources.
func RenderWith(l *Library, cat *team.Catalog, req prentice.RunRequest, answers Answers) (prentice.Plan, error) {
	p, err := asked(l, req)
	if err != nil {
		return prentice.Plan{}, err
	}
	if cat == nil {
		cat = &team.Catalog{}
	}
	c := &rendering{library: l, catalog: cat, answers: answers, event: req.Event, files: map[string]string{}, pending: map[string]string{}, captured: captures(req.Captured), waits: prentice.Look, only: req.Only, calls: &callees{by: map[string]int{}, times: map[string]time.Duration{}}, stencils: map[string]*stencil.Stencil{}}
	if c.eventValue, err = eventValue(req.Event); err != nil {
		return prentice.Plan{}, err
	}
	s, err := c.scene(p, req.Inputs)
	if err != nil {
		return prentice.Plan{}, err
	}
	targets, err := s.candidates()
	if err != nil {
		return prentice.Plan{}, err
	}
	own, err := s.reach(targets)
	if err != nil {
		return prentice.Plan{}, err
	}
	c.targets, c.looked, c.calls.parts = own.targets, s.lookedAt(own.targets), []reach{own}
	if err := c.add(s, ""); err != nil {
		return prentice.Plan{}, err
	}
	c.timed(s.proc.Limits.Timeout)
	all, err := c.join(s.proc)
	if err != nil {
		return prentice.Plan{}, err
	}
	plan := c.plan(s, all)
	if err := elevated(plan); err != nil {
		return prentice.Plan{}, err
	}
	return plan, nil
}

// elevated refuses steps that want sudo on the machine that prentice is on.
func elevated(p prentice.Plan) error {
	for _, step := range p.Steps {
		if step.Attrs["sudo"] != "true" {
			continue
		}
		for _, t := range p.TargetsOf(step) {
			if t.Local && step.For(t.Ref) {
				return prentice.Errorf(prentice.Refused, "step %s wants sudo, which is for hosts over SSH, and %s is the machine that prentice is on", step.ID, t.Ref.Name()).
					Try("write sudo -n into the script, or leave this target out")
			}
		}
	}
	return nil
}

// asked is the procedure that a request is for: one of the library, or the
// command that it brings.
func asked(l *Library, req prentice.RunRequest) (prentice.Procedure, error) {
	if req.Adhoc != nil && req.Procedure == prentice.AdhocName {
		return adhoc(*req.Adhoc, l.kinds)
	}
	return l.Find(req.Procedure)
}

// rendering is one plan being made.
type rendering struct {
	library    *Library
	catalog    *team.Catalog
	answers    Answers
	event      *prentice.Event
	eventValue map[string]any
	files      map[string]string // digest of every procedure used, by name
	secrets    []string
	steps      []prentice.PlannedStep
	leftOut    []prentice.LeftOut
	targets    []prentice.Target
	looked     []prentice.Target // those that the checks look at
	notChosen  []prentice.NotChosen
	only       []prentice.Ref // of the targets that are wanted; none is all
	calls      *callees
	made       []prentice.Call             // of procedures, in the order of the plan
	pending    map[string]string           // of steps that are not decided, by their ids: the check that decides
	captured   map[string]seen             // by the id of a check
	waits      prentice.Risk               // the worst of the steps that are not decided
	stencils   map[string]*stencil.Stencil // that were read, by their text
}

// add plans the steps of a procedure, and in their place those of the
// procedures that it uses. prefix goes before the ids.
func (c *rendering) add(s *scene, prefix string) error {
	c.files[s.proc.Name] = s.proc.Digest
	c.secrets = append(c.secrets, s.proc.Secrets...)
	s.values["steps"] = c.stepsSeen(s.proc, prefix, "")
	for _, checks := range []bool{true, false} { // what is captured is known before it is asked for
		var of prentice.Pos // the heading whose rounds are being planned
		from := 0
		for _, spec := range s.proc.Steps {
			if spec.Of != "" || checks != (spec.Section == prentice.Check) {
				continue
			}
			if h := rounded(spec); h != of {
				byRounds(c.steps[from:], prefix, of)
				of, from = h, len(c.steps)
			}
			if err := c.unroll(s, spec, prefix); err != nil {
				return err
			}
			if spec.Kind == uses { // it may have brought targets, over which what it returns is folded
				s.values["steps"] = c.stepsSeen(s.proc, prefix, "")
			}
		}
		byRounds(c.steps[from:], prefix, of)
		if checks && s.proc.TargetsIf != "" {
			if err := c.choose(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// one plans a step, or those of the procedure that it uses.
func (c *rendering) one(s *scene, spec prentice.StepSpec, prefix string) error {
	if spec.Kind == uses {
		return c.call(s, spec, prefix)
	}
	step, err := s.step(spec, prefix)
	if err != nil {
		return err
	}
	c.steps = append(c.steps, step)
	if len(c.steps) > MaxSteps {
		return prentice.Errorf(prentice.Refused, "the plan has more than %d steps", MaxSteps).In(spec.At).Try("divide procedure %s", s.proc.Name)
	}
	return nil
}

// call plans the steps of a procedure that another uses.
func (c *rendering) call(s *scene, spec prentice.StepSpec, prefix string) error {
	if s.depth >= deepest {
		return prentice.Errorf(prentice.Refused, "procedures call each other more than %d deep", deepest).In(spec.At).Try("take one of the calls out")
	}
	called, err := c.library.Find(spec.Attrs["procedure"])
	if err != nil {
		return err
	}
	given := map[string]string{}
	for name, text := range spec.Attrs {
		input, ok := strings.CutPrefix(name, "input.")
		if !ok {
			continue
		}
		if given[input], err = s.fill(text); err != nil {
			return s.wrong(spec, name, err)
		}
	}
	inner, err := c.scene(called, given)
	if err != nil {
		return fmt.Errorf("step %s uses %s: %w", prefix+spec.ID+s.suffix(), called.Name, err)
	}
	inner.depth = s.depth + 1
	if err := c.calling(inner, prefix+spec.ID+s.suffix()+"."); err != nil {
		return fmt.Errorf("step %s uses %s: %w", prefix+spec.ID+s.suffix(), called.Name, err)
	}
	c.made = append(c.made, prentice.Call{Step: prefix + spec.ID + s.suffix(), Procedure: called.Name})
	return c.add(inner, prefix+spec.ID+s.suffix()+".")
}

// plan puts together what was worked out.
func (c *rendering) plan(s *scene, all reach) prentice.Plan {
	c.putBack()
	slices.SortStableFunc(c.steps, func(a, b prentice.PlannedStep) int {
		return slices.Index(prentice.Sections(), a.Section) - slices.Index(prentice.Sections(), b.Section)
	})
	slices.SortStableFunc(c.leftOut, func(a, b prentice.LeftOut) int {
		return slices.Index(prentice.Sections(), a.Section) - slices.Index(prentice.Sections(), b.Section)
	})
	slices.Sort(c.secrets)
	p := prentice.Plan{
		Format: prentice.PlanFormat, Procedure: s.proc.Name, Digest: together(s.proc.Digest, c.files), Summary: s.proc.Summary, Owner: s.proc.Owner,
		Subject: c.subject(s, all.targets), Risk: prentice.Look, Inputs: s.inputs, Event: eventEnviron(c.event),
		Targets: all.targets, Limits: plannedLimits(all.limits, len(all.targets)), Secrets: slices.Compact(c.secrets), Steps: c.steps, LeftOut: c.leftOut, Calls: c.called(),
		TargetsIf: s.proc.TargetsIf, NotChosen: c.notChosen,
	}
	if p.Secrets == nil {
		p.Secrets = []string{}
	}
	for _, step := range p.Steps {
		p.Risk = p.Risk.Worse(step.Risk)
	}
	if p.Captured, p.Open = c.facts(); p.Open {
		p.Risk = p.Risk.Worse(c.waits)
	}
	p.Undoable = undoable(p)
	batches(&p, all)
	p.System, p.Environment = place(c.catalog, p)
	sayFactsOnce(&p)
	return p
}

// undoable says whether the plan can be put back: nothing in it is past
// undoing, and it says how, unless it changes nothing.
func undoable(p prentice.Plan) bool {
	return p.Risk == prentice.Look || p.Risk == prentice.Change && len(p.In(prentice.Undo)) > 0
}

// subject is what the plan is about: the service that it is given, what the
// event is about, or its first target.
func (c *rendering) subject(s *scene, targets []prentice.Target) prentice.Ref {
	switch {
	case s.service != nil:
		return s.service.Ref
	case c.event != nil && c.event.Subject != "":
		return c.event.Subject
	default:
		return targets[0].Ref
	}
}

// environmentLabel is the label of an entity that says which environment it is
// of: production, staging …
const environmentLabel = "environment"

// mixed is the environment of a plan whose hosts are of several.
const mixed = "mixed"

// place is the system and the environment that a plan is about: those of its
// subject, or else of its hosts, if they agree. A host that it is about is only the first
// of them.
func place(cat *team.Catalog, p prentice.Plan) (system prentice.Ref, environment string) {
	subject, _ := cat.Entity(p.Subject) // what is not declared has neither
	system, environment = subject.System, subject.Labels[environmentLabel]
	if kind := p.Subject.Kind(); environment != "" && kind != "host" && kind != "resource" {
		return system, environment
	}
	for i, t := range p.Targets {
		switch of := t.Facts[environmentLabel]; {
		case i == 0:
			environment = of
		case of != environment:
			return system, mixed
		}
	}
	return system, environment
}

func plannedLimits(l prentice.Limits, targets int) prentice.PlanLimits {
	return prentice.PlanLimits{
		MaxTargets: l.MaxTargets, Parallel: l.Parallel, MaxFailures: failures(l.MaxFailures, targets), MaxUnhealthy: l.MaxUnhealthy,
		Cooldown: l.Cooldown.String(), Timeout: l.Timeout.String(), ApprovalExpires: l.ApprovalExpires.String(),
	}
}

// batches says when a plan is verified, where it makes a difference: several
// targets are acted on, and something verifies them.
func batches(p *prentice.Plan, all reach) {
	l := all.limits
	if steps, _ := rollout.Of(*p).Rolling(); len(p.Targets) < 2 || len(steps) == 0 {
		return
	}
	p.Limits.Verify = prentice.VerifyPerBatch
	switch {
	case len(rollout.Of(*p).Verify()) == 0 && !all.joined:
		p.Limits.Verify = ""
	case l.Verify == prentice.VerifyAtEnd:
		p.Limits.Verify = prentice.VerifyAtEnd
	case l.Rollback == prentice.RollbackAll:
		p.Limits.Rollback = prentice.RollbackAll
	}
	if p.Limits.Verify == prentice.VerifyPerBatch {
		p.Groups = all.groups
	}
}

// failures is how many of so many targets may fail. A part of a target is none,
// but one may always fail, since no one knows it beforehand.
func failures(limit string, targets int) int {
	if limit == "" {
		return 0
	}
	return sizeOf(limit, targets)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
