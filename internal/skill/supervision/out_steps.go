package supervision

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

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

// attempts says how often a step was made, when it was more than once.
func attempts(rec run.StepRecord) string {
	if rec.Attempts < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d attempts)", rec.Attempts)
}
