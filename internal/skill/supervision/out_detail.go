package supervision

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// Detail is a run with its plan, its steps and the beginning of its log.
type Detail struct {
	run.View
	Log     []log.Line `json:"log"`
	LogNext int64      `json:"log_next"`
	// How many lines the whole log has, and that it is gone if it is.
	LogTotal   int64        `json:"log_total"`
	LogRemoved *log.Removed `json:"log_removed,omitempty"`
	LogTrouble string       `json:"log_trouble,omitempty"` // why a part cannot be read now
}

// ExitCode implements op.Ender: 9 when the run did not end well.
func (d Detail) ExitCode() int { return ending(d.State) }

func ending(s prentice.State) int {
	if s.Ended() && s != prentice.Verified && s != prentice.Unverified {
		return op.NotWell
	}
	return 0
}

// Outcome implements op.Outcomer: the last moment has said how the run ended, but
// not on which hosts.
func (d Detail) Outcome() string {
	var b strings.Builder
	d.writeTargets(&b)
	fmt.Fprintf(&b, "\nAll of it: prentice run show run/%d\n", d.Number)
	return b.String()
}

// Text implements op.Texter.
func (d Detail) Text() string {
	var b strings.Builder
	b.WriteString(paragraph(d.Run) + d.next())
	on := refList(d.Targets)
	if len(d.Targets) > few {
		on = prentice.CountTargets(len(d.Targets), d.Targets[0])
	}
	fmt.Fprintf(&b, "\nRisk      %s, on %s\n", d.Risk, on)
	fmt.Fprintf(&b, "Requester %s at %s", d.Requester, op.At(d.Created))
	if d.Reason != "" {
		fmt.Fprintf(&b, ": %s", d.Reason)
	}
	writeCauses(&b, d)
	if prentice.Ref(d.Event).Kind() == "event" {
		fmt.Fprintf(&b, "\nAnswers   %s", d.Event)
	}
	fmt.Fprintf(&b, "\nPlan      %s\nPolicy    %s: %s\n", d.Plan, d.Decision.Verdict, strings.ReplaceAll(strings.Join(d.Decision.Reasons, "; "), ".; ", ". "))
	for _, a := range d.Approvals {
		word := "refused"
		if a.Yes {
			word = "approved"
		}
		who := string(a.Actor)
		if a.For != "" {
			who += " for " + string(a.For)
		}
		fmt.Fprintf(&b, "          %s by %s at %s: %s%s\n", word, who, op.At(a.Time), a.Reason, came(a))
	}
	writeContact(&b, d.Contact)
	writeYours(&b, d.Yours)
	d.writeDifference(&b)
	fmt.Fprintf(&b, "Record    %d verified of %d runs before this one\n", d.Record.Verified, d.Record.Runs)
	if says := d.Rollout(); says != "" {
		fmt.Fprintf(&b, "Rollout   %s\n", says)
	}
	d.writeTargets(&b)
	d.writeBatches(&b)
	d.writeSteps(&b)
	fmt.Fprintf(&b, "\nWhat it printed: prentice run log run/%d. What was recorded: prentice evidence thread run/%d\n", d.Number, d.Number)
	return b.String()
}

// writeCauses names the people by whose doing a run is asked for, beside its
// requester: none of them approves it.
func writeCauses(b *strings.Builder, d Detail) {
	for _, c := range d.Causes {
		if c.Person != d.Requester {
			fmt.Fprintf(b, "\nCaused by %s, who %s it", c.Person, c.How)
		}
	}
}

// came says by which token an answer came, and who else is behind it.
func came(a run.Approval) string {
	var parts []string
	if a.Token != 0 {
		parts = append(parts, fmt.Sprintf("token %d", a.Token))
	}
	var others []string
	for _, p := range a.People {
		if p != a.Actor {
			others = append(others, string(p))
		}
	}
	if len(others) > 0 {
		parts = append(parts, "with "+strings.Join(others, ", ")+" behind it")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// writeTargets says how the hosts stand, when there are several.
func (d Detail) writeTargets(b *strings.Builder) {
	if len(d.Targets) < 2 {
		return
	}
	head := "Hosts"
	if d.Targets[0].Kind() != "host" {
		head = "Targets"
	}
	b.WriteString("\n" + head + "\n")
	for _, g := range d.ByState() {
		names := "  " + refList(g.Refs)
		if (g.State == run.Done || g.State == run.NotBegun && !d.Started.IsZero()) && len(g.Refs) > few {
			names = "" // what is as it should be is counted
		}
		fmt.Fprintf(b, "  %-10s %4d%s\n", g.State, len(g.Refs), names)
	}
}

// writeBatches says how far a run is that verifies batch by batch.
func (d Detail) writeBatches(b *strings.Builder) {
	batches := d.Batches()
	if len(batches) == 0 || d.Started.IsZero() {
		return
	}
	b.WriteString("\nBatches\n")
	for _, batch := range batches {
		if batch.Barred || batch.State == run.NotBegun && d.State.Ended() {
			fmt.Fprintf(b, "  %-3s %-12s %s\n", "", "not begun", prentice.CountTargets(len(batch.Targets), batch.Targets[0]))
			if d.State.Ended() {
				return // those after it were not begun either
			}
			continue
		}
		fmt.Fprintf(b, "  %-3d %-12s %s\n", batch.Number, batch.Word(), ofGroup(batch)+prentice.CountTargets(len(batch.Targets), batch.Targets[0])+namesOf(batch))
	}
}

// ofGroup is the group that a batch is, when it has a name.
func ofGroup(batch run.Batch) string {
	if batch.Name == "" {
		return ""
	}
	return batch.Name + ", "
}

// namesOf are the hosts of a batch that failed, or of one that is small.
func namesOf(batch run.Batch) string {
	switch {
	case len(batch.Failed) > 0:
		return ", failed on " + refList(batch.Failed)
	case len(batch.Targets) <= few:
		return ": " + refList(batch.Targets)
	}
	return ""
}

func (d Detail) writeSteps(b *strings.Builder) {
	if len(d.ThePlan.NotChosen) > 0 {
		b.WriteString("\nNot chosen\n")
		for _, n := range d.ThePlan.NotChosen {
			fmt.Fprintf(b, "  %s: %s\n", n.Target.Ref, clip.To(n.Why, mostShown))
		}
	}
	if len(d.ThePlan.Captured) > 0 {
		b.WriteString("\nCaptured\n")
		for _, c := range d.ThePlan.Captured {
			fmt.Fprintf(b, "  %s = %s\n", c.What(), clip.To(c.Value, mostShown))
		}
	}
	for _, section := range prentice.Sections() {
		steps := d.ThePlan.In(section)
		if len(steps) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(string(section[:1]))+string(section[1:]))
		for _, s := range steps {
			fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("  %-18s %s", s.ID, beyondID(s)), " "))
			if d.State == prentice.Waiting {
				writeWhole(b, s)
				writeFound(b, d.ThePlan.FoundBy(s.ID))
			}
			d.writeRecords(b, s.ID)
		}
	}
}

// beyondID is what a step says, unless that is only its id.
func beyondID(s prentice.PlannedStep) string {
	if s.Says == s.ID {
		return ""
	}
	return s.Says
}

// writeWhole shows all of a text of which Says shows the beginning: no one should
// agree to what they were not shown.
func writeWhole(b *strings.Builder, s prentice.PlannedStep) {
	if unsaid := s.Unsaid(); len(unsaid) > 0 {
		fmt.Fprintf(b, "  %-18s %s\n", "", strings.Join(unsaid, "  "))
	}
	if body := strings.TrimRight(s.Shown(), "\n"); !strings.HasSuffix(s.Says, body) {
		writeText(b, body)
	}
	for _, l := range s.Libs {
		fmt.Fprintf(b, "  %-18s beside it: %s\n", "", l)
		writeText(b, strings.TrimRight(l.Shown(), "\n"))
	}
}

func writeText(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "  %-18s │ %s\n", "", strings.TrimSuffix(line, "\n"))
	}
}

// writeFound says what a step would change, as it found the targets.
func writeFound(b *strings.Builder, found []prentice.Found) {
	for _, f := range found {
		fmt.Fprintf(b, "  %-18s %s: %s\n", "", f.On(), f)
		for line := range strings.Lines(f.Diff) {
			fmt.Fprintf(b, "  %-18s   %s\n", "", strings.TrimRight(line, "\n"))
		}
	}
}

// writeRecords says how a step came out. On many hosts those where it is done are
// counted, and the others named.
func (d Detail) writeRecords(b *strings.Builder, step string) {
	many, done := len(d.Targets) > few, 0
	records := d.Steps
	if many {
		records = run.LastRounds(records)
	}
	for _, rec := range records {
		if rec.Step != step {
			continue
		}
		if many && rec.State == run.Done && rec.Target != "" {
			done++
			continue
		}
		fmt.Fprintf(b, "  %-18s %s %s: %s%s\n", "", at(rec), rec.State, rec.Says, attempts(rec))
		writeValues(b, rec.Out)
	}
	if done > 0 {
		fmt.Fprintf(b, "  %-18s done on %s\n", "", op.Count(done, "host", "hosts"))
	}
}

// writeValues tells what a step handed on.
func writeValues(b *strings.Builder, values prentice.Values) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(b, "  %-18s   %s = %s\n", "", name, clip.To(values[name], mostShown))
	}
}

// mostShown is how much of a value a line shows; JSON has the rest.
const mostShown = 200

// writeDifference tells what is not as it was: since leave was given, or since
// people last agreed to a plan like this.
func (d Detail) writeDifference(b *strings.Builder) {
	if d.BreakGlassBy != "" {
		fmt.Fprintf(b, "Override  %s used break-glass; read the review with: prentice review show run/%d\n", d.BreakGlassBy, d.Number)
	}
	if d.Void == nil {
		if d.Decision.Verdict == prentice.Ask {
			fmt.Fprintf(b, "Compared  %s\n", sameAs(d.Last))
		}
		return
	}
	for i, c := range d.Void.Changes {
		word := ""
		if i == 0 {
			word = "Changed"
		}
		fmt.Fprintf(b, "%-9s %s\n", word, c)
	}
}

func at(rec run.StepRecord) string {
	if rec.Target == "" {
		return op.Clock(rec.Started)
	}
	return op.Clock(rec.Started) + " " + string(rec.Target)
}

func refList(refs []prentice.Ref) string {
	if len(refs) == 0 {
		return "nothing"
	}
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// attempts says how often a step was made, when it was more than once.
func attempts(rec run.StepRecord) string {
	if rec.Attempts < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d attempts)", rec.Attempts)
}
