package supervision

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
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
