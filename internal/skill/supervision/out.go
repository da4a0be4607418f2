package supervision

import (
	"cmp"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// RunOut is a run in one paragraph.
type RunOut struct{ prentice.Run }

// Text implements op.Texter.
func (r RunOut) Text() string { return paragraph(r.Run) + next(r.Run, "") }

func paragraph(r prentice.Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run/%d  %s %s  %s", r.Number, r.State.Sign(), r.State, r.Procedure)
	b.WriteString(after(" on ", r.About()))
	fmt.Fprintf(&b, "\n%s\n", r.Says)
	if h := r.Hold; h != nil {
		b.WriteString(holdText(*h, r.Says))
	}
	return b.String()
}

// Asked is a run that somebody asked for just now.
type Asked struct{ RunOut }

// ExitCode implements op.Ender: a refusal at once is exit code 5.
func (a Asked) ExitCode() int {
	if a.State == prentice.RunRefused {
		return 5
	}
	return 0
}

// Text implements op.Texter.
func (a Asked) Text() string {
	text := a.RunOut.Text()
	if !a.State.Ended() && a.State != prentice.Waiting {
		text += fmt.Sprintf("It goes on; follow it with: prentice run watch run/%d\n", a.Number)
	}
	return text
}

// Settling implements op.Settler: the checks before a run decide within a moment,
// and may refuse it.
func (a Asked) Settling() bool { return a.State == prentice.Checking }

// Settled implements op.Settler.
func (a Asked) Settled(shown any) any {
	if d, ok := shown.(Detail); ok {
		a.Run = d.Run
	}
	return a
}

// Begun implements op.Beginner.
func (a Asked) Begun() op.Begun { return begun(a.Run) }

func begun(r prentice.Run) op.Begun { return begunRef(string(r.Ref())) }

func begunRef(ref string) op.Begun {
	return op.Begun{Ref: ref, Watch: op.Request{Op: "run.watch", In: watchIn{Number: ref, Printed: true}}, Show: op.Request{Op: "run.show", In: which{ref}}}
}

// Runs is a page of runs.
type Runs struct {
	Runs  []prentice.Run `json:"runs"`
	Next_ string         `json:"next,omitempty"`
	Down  int64          `json:"down,omitempty"` // the page was looked for down to this number
}

// Table implements op.Tabler.
func (r Runs) Table() (head []string, rows [][]string) {
	head = []string{"RUN", "STATE", "PROCEDURE", "SUBJECT", "ASKED BY", "CREATED (UTC)", "WHY"}
	for _, run := range r.Runs {
		rows = append(rows, []string{string(run.Ref()), run.State.Sign() + " " + string(run.State), run.Procedure, run.About(), string(run.Requester),
			op.Cell(run.Created), run.Says})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (r Runs) Empty() string {
	return "No run yet. Ask for one with: prentice run start PROCEDURE"
}

// Next implements op.Pager.
func (r Runs) Next() string { return r.Next_ }

// Detail is a run with its plan, its steps and the beginning of its log.
type Detail struct {
	prentice.RunDetail
	Log     []prentice.LogLine `json:"log"`
	LogNext int64              `json:"log_next"`
	// How many lines the whole log has, and that it is gone if it is.
	LogTotal   int64                `json:"log_total"`
	LogRemoved *prentice.LogRemoved `json:"log_removed,omitempty"`
	LogTrouble string               `json:"log_trouble,omitempty"` // why a part cannot be read now
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
	fmt.Fprintf(&b, "Asked by  %s at %s", d.Requester, op.At(d.Created))
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
	if says := d.ThePlan.Rollout(); says != "" {
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
func came(a prentice.Approval) string {
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
		if (g.State == prentice.Done || g.State == prentice.NotBegun && !d.Started.IsZero()) && len(g.Refs) > few {
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
		if batch.Barred || batch.State == prentice.NotBegun && d.State.Ended() {
			fmt.Fprintf(b, "  %-3s %-12s %s\n", "", "not begun", prentice.CountTargets(len(batch.Targets), batch.Targets[0]))
			if d.State.Ended() {
				return // those after it were not begun either
			}
			continue
		}
		fmt.Fprintf(b, "  %-3d %-12s %s\n", batch.Number, batch.Word(), prentice.CountTargets(len(batch.Targets), batch.Targets[0])+namesOf(batch))
	}
}

// namesOf are the hosts of a batch that failed, or of one that is small.
func namesOf(batch prentice.Batch) string {
	switch {
	case len(batch.Failed) > 0:
		return ", failed on " + refList(batch.Failed)
	case len(batch.Targets) <= few:
		return ": " + refList(batch.Targets)
	}
	return ""
}

func (d Detail) writeSteps(b *strings.Builder) {
	for _, section := range []prentice.Section{prentice.Check, prentice.Act, prentice.Verify, prentice.Undo} {
		steps := d.ThePlan.In(section)
		if len(steps) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(string(section[:1]))+string(section[1:]))
		for _, s := range steps {
			fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("  %-18s %s", s.ID, beyondID(s)), " "))
			if d.State == prentice.Waiting {
				writeWhole(b, s)
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

// writeWhole shows all of a text of which Says shows the beginning: nobody should
// agree to what they were not shown.
func writeWhole(b *strings.Builder, s prentice.PlannedStep) {
	body := strings.TrimRight(s.Body, "\n")
	if body == "" || strings.HasSuffix(s.Says, body) {
		return
	}
	for line := range strings.SplitSeq(body, "\n") {
		fmt.Fprintf(b, "  %-18s │ %s\n", "", line)
	}
}

// writeRecords says how a step came out. On many hosts those where it is done are
// counted, and the others named.
func (d Detail) writeRecords(b *strings.Builder, step string) {
	many, done := len(d.Targets) > few, 0
	records := d.Steps
	if many {
		records = prentice.LastRounds(records)
	}
	for _, rec := range records {
		if rec.Step != step {
			continue
		}
		if many && rec.State == prentice.Done && rec.Target != "" {
			done++
			continue
		}
		fmt.Fprintf(b, "  %-18s %s %s: %s\n", "", at(rec), rec.State, rec.Says)
	}
	if done > 0 {
		fmt.Fprintf(b, "  %-18s done on %s\n", "", op.Count(done, "host", "hosts"))
	}
}

// writeDifference tells what is not as it was: since leave was given, or since
// people last agreed to a plan like this.
func (d Detail) writeDifference(b *strings.Builder) {
	if d.Glass != "" {
		fmt.Fprintf(b, "Glass     broken by %s; read the review with: prentice review show run/%d\n", d.Glass, d.Number)
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

func at(rec prentice.StepRecord) string {
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

// Moment is something that happened to a run.
type Moment struct{ prentice.RunMoment }

// ExitCode implements op.Ender: whoever has watched a run to its end ends as it
// does.
func (m Moment) ExitCode() int { return ending(m.State) }

// Text implements op.Texter.
func (m Moment) Text() string {
	at := fmt.Sprintf("%s run/%d ", op.Clock(m.Time), m.Run)
	if m.Log != nil {
		line := *m.Log
		line.Time = m.Time
		when, rest, _ := strings.Cut(printed(line), " ")
		return fmt.Sprintf("%s run/%d %s", when, m.Run, rest)
	}
	if m.Tally != nil {
		return m.onTarget(at)
	}
	if m.Step != "" {
		where := ""
		if m.Target != "" {
			where = m.Target.Name() + " "
		}
		return at + cmp.Or(m.stands(), m.State.Sign()) + " " + where + m.Step + ": " + strings.TrimPrefix(m.Says, m.Step+": ")
	}
	return at + m.State.Sign() + " " + string(m.State) + ": " + m.Says
}

// onTarget is a line for each of many hosts on which a step ended, and how all of
// them stand. That one begins is told of a few.
func (m Moment) onTarget(at string) string {
	if m.Stands == prentice.Intended && m.Tally.Of > few {
		return ""
	}
	return fmt.Sprintf("%s%s %s %s (%d done, %d failed of %d)", at, cmp.Or(m.stands(), "●"), m.Target.Name(), m.Says, m.Tally.Done, m.Tally.Failed, m.Tally.Of)
}

// stands is the sign of how the step does on its target, or "" of no step.
func (m Moment) stands() string {
	switch m.Stands {
	case "":
		return ""
	case prentice.NotDone:
		return "■"
	case prentice.Unsure:
		return "◇"
	case prentice.Intended:
		return "◐"
	case prentice.Held:
		return "▲"
	default:
		return "●"
	}
}

// few is how many hosts are told one by one.
const few = 8

// Said is one sentence.
type Said struct {
	Says string `json:"says"`
}

// Text implements op.Texter.
func (s Said) Text() string { return s.Says + "\n" }
