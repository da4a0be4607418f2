package automation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/rollout"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
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

// Text is the plan for people: risk and targets first, then each step with
// exactly what it does.
func (p Planned) Text() string {
	var b strings.Builder
	plan := p.Plan
	fmt.Fprintf(&b, "%s on %s\n%s\n\n", plan.Procedure, plan.Subject, plan.Summary)
	pair(&b, "Risk", riskOf(plan))
	pair(&b, "Targets", touches(plan.Targets))
	pair(&b, "Plan", p.Hash)
	for _, name := range sortedKeys(plan.Inputs) {
		pair(&b, "Input", name+" = "+plan.Inputs[name])
	}
	facts := serviceFacts(plan)
	for _, name := range sortedKeys(facts) {
		pair(&b, "Service", name+" = "+facts[name])
	}
	for _, said := range ownEnviron(plan) {
		pair(&b, "Sets", said)
	}
	for _, name := range sortedKeys(plan.Event) {
		pair(&b, "Event", name+" = "+plan.Event[name])
	}
	if len(plan.Secrets) > 0 {
		pair(&b, "Secrets", strings.Join(plan.Secrets, ", ")+" (names only; the values reach the steps alone)")
	}
	l := plan.Limits
	pair(&b, "Limits", fmt.Sprintf("%s, %d at a time, %s, stops above %d %% unhealthy, cooldown %s, %s a step, approval expires after %s",
		op.Count(l.MaxTargets, "host", "hosts"), l.Parallel, mayFail(strconv.Itoa(l.MaxFailures)), l.MaxUnhealthy, span(l.Cooldown), span(l.Timeout), span(l.ApprovalExpires)))
	if says := p.Rollout(); says != "" {
		pair(&b, "Rollout", says)
	}
	if plan.Choosing() {
		pair(&b, "Acts on", "those for which its checks find "+clip.To(plan.TargetsIf, 200))
	}
	for i, n := range plan.NotChosen {
		label := ""
		if i == 0 {
			label = "Not chosen"
		}
		pair(&b, label, string(n.Target.Ref)+": "+clip.To(n.Why, 200))
	}
	for i, c := range plan.Captured {
		label := ""
		if i == 0 {
			label = "Captured"
		}
		pair(&b, label, c.What()+" = "+clip.To(c.Value, 200))
	}
	if plan.Open {
		pair(&b, "Open", "its checks decide the rest: they are made when it is requested, before anyone is asked")
	}
	for _, section := range prentice.Sections() {
		writeSection(&b, plan, section)
	}
	writeAhead(&b, p.Ahead)
	b.WriteString("\nNothing was done. Request it with: prentice run start " + plan.Procedure + inputFlags(plan) + "\n")
	return b.String()
}

// writeAhead tells what would become of the plan if it were asked for now.
func writeAhead(b *strings.Builder, o *run.Outlook) {
	if o == nil {
		return
	}
	b.WriteString("\nIf you requested it now\n")
	switch o.Decision.Verdict {
	case prentice.Allow:
		b.WriteString("  policy allows it: no one is asked\n")
	case prentice.Refuse:
		fmt.Fprintf(b, "  policy refuses it: %s\n", strings.Join(o.Decision.Reasons, "; "))
	case prentice.Ask:
		fmt.Fprintf(b, "  approval required from %s: %s\n", required(o.Decision), strings.Join(o.Decision.Reasons, "; "))
		if o.Answerers != nil {
			fmt.Fprintf(b, "  %s\n", o.Answerers)
		}
	}
	if o.Already != "" {
		fmt.Fprintf(b, "  %s\n", o.Already)
	}
	writeContact(b, o.Contact)
	if h := o.Hold; h != nil {
		fmt.Fprintf(b, "  blocked by %s: %s", h.Code, h.Says)
		if !h.Until.IsZero() {
			fmt.Fprintf(b, ", until %s", op.At(h.Until))
		}
		b.WriteByte('\n')
	}
}

// required is who has to agree, in words.
func required(d prentice.Decision) string {
	if len(d.Owners) > 1 {
		return d.Asks().String()
	}
	return op.Count(d.Approvers, "person", "people")
}

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

func riskOf(plan prentice.Plan) string { return plan.Risk.String() + ": " + plan.UndoSays() }

func touches(targets []prentice.Target) string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.String()
	}
	between := ", "
	if strings.Contains(strings.Join(names, ""), between) { // from where one is reached
		between = "; "
	}
	return prentice.CountTargets(len(targets), targets[0].Ref) + ": " + strings.Join(names, between)
}

func writeSection(b *strings.Builder, plan prentice.Plan, section prentice.Section) {
	steps := plan.In(section)
	left := plan.LeftOutOf(section)
	if len(steps)+len(left) == 0 {
		if section == prentice.Verify && plan.Risk != prentice.Look {
			b.WriteString("\nVerify\n  nothing checks whether it helped: the run can only end unverified\n")
		}
		return
	}
	fmt.Fprintf(b, "\n%s\n", capital(string(section)))
	for _, s := range steps {
		writePlanned(b, "  ", "", s)
		writeFound(b, plan.FoundBy(s.ID))
	}
	for _, s := range left {
		fmt.Fprintf(b, "  – %s: left out%s, %s\n", s, onSome(s.On), s.Why)
	}
}

// writeFound says what a step would change, as it found the targets.
func writeFound(b *strings.Builder, found []prentice.Found) {
	for _, f := range found {
		fmt.Fprintf(b, "    %s: %s\n", f.On(), f)
		for line := range strings.Lines(f.Diff) {
			b.WriteString("      " + strings.TrimRight(line, "\n") + "\n")
		}
	}
}

// onSome names the targets that something is for, when it is not for all.
func onSome(refs []prentice.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Name()
	}
	switch {
	case len(refs) == 0:
		return ""
	case len(refs) > 8:
		return " on " + op.Count(len(refs), "target", "targets")
	}
	return " on " + strings.Join(names, " ")
}

func writePlanned(b *strings.Builder, before, label string, s prentice.PlannedStep) {
	words := []string{s.Risk.String(), s.Where + onSome(s.On)}
	if s.Each != "" {
		words = append([]string{"for " + s.Each}, words...)
	}
	if s.Expect != "" {
		words = append(words, "expects "+s.Expect)
	}
	if s.Idempotent {
		words = append(words, "may be repeated")
	}
	if s.Timeout != "" {
		words = append(words, "at most "+span(s.Timeout))
	}
	if s.Retry.Times > 0 {
		words = append(words, s.Retry.String())
	}
	for _, c := range s.Out {
		words = append(words, "hands on "+c.String())
	}
	name := s.ID
	if s.Says != s.ID {
		name += "  " + s.Says
	}
	fmt.Fprintf(b, "%s%s%s (%s)\n", before, label, name, strings.Join(words, ", "))
	if unsaid := s.Unsaid(); len(unsaid) > 0 {
		b.WriteString(before + "    " + strings.Join(unsaid, "  ") + "\n")
	}
	if body := strings.TrimSpace(s.Body); body != s.Says {
		for line := range strings.Lines(s.Shown()) {
			b.WriteString(before + "  │ " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	for _, l := range s.Libs {
		fmt.Fprintf(b, "%s  beside it: %s\n", before, l)
		for line := range strings.Lines(l.Shown()) {
			b.WriteString(before + "  │ " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	if s.Done != nil {
		writePlanned(b, before+"  ", "done? ", *s.Done)
	}
}

// span is a limit without the parts that are nothing: 10m, not 10m0s.
func span(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// inputFlags are the plan's inputs as they are typed, if they can be typed
// without a thought.
func inputFlags(plan prentice.Plan) string {
	var b strings.Builder
	for _, name := range sortedKeys(plan.Inputs) {
		value := plan.Inputs[name]
		if value == "" || strings.ContainsFunc(value, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:", r)
		}) {
			return " --input NAME=VALUE"
		}
		b.WriteString(" --input " + name + "=" + value)
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
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
