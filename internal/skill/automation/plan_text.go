package automation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

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
