package supervision

import (
	"cmp"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
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

// Asked is a run that someone asked for just now.
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

	Filtered bool `json:"filtered,omitempty"` // not every run was asked for
}

// Table implements op.Tabler.
func (r Runs) Table() (head []string, rows [][]string) {
	head = []string{"RUN", "STATE", "PROCEDURE", "SUBJECT", "REQUESTER", "CREATED (UTC)", "WHY"}
	for _, run := range r.Runs {
		rows = append(rows, []string{string(run.Ref()), run.State.Sign() + " " + string(run.State), run.Procedure, run.About(), string(run.Requester),
			op.Cell(run.Created), run.Says})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (r Runs) Empty() string {
	switch {
	case r.Down > 0 && r.Next_ != "":
		return fmt.Sprintf("No run is like that down to run %d. Look in older ones with: --before %s", r.Down, r.Next_)
	case r.Filtered:
		return "No run is like that. See all with: prentice run list"
	}
	return "No run yet. Ask for one with: prentice run start PROCEDURE"
}

// Next implements op.Pager.
func (r Runs) Next() string { return r.Next_ }

// Moment is something that happened to a run.
type Moment struct{ run.Moment }

// ExitCode implements op.Ender: anyone who has watched a run to its end ends as it
// does.
func (m Moment) ExitCode() int { return ending(m.State) }

// Text implements op.Texter.
func (m Moment) Text() string {
	if m.Missed > 0 {
		return fmt.Sprintf("%s (%d moments before it were missed: prentice run show run/%d)", m.text(), m.Missed, m.Run)
	}
	return m.text()
}

func (m Moment) text() string {
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
	if m.Stands == run.Intended && m.Tally.Of > few {
		return ""
	}
	return fmt.Sprintf("%s%s %s %s (%d done, %d failed of %d)", at, cmp.Or(m.stands(), "●"), m.Target.Name(), m.Says, m.Tally.Done, m.Tally.Failed, m.Tally.Of)
}

// stands is the sign of how the step does on its target, or "" of no step.
func (m Moment) stands() string {
	switch m.Stands {
	case "":
		return ""
	case run.NotDone:
		return "■"
	case run.Unsure:
		return "◇"
	case run.Intended:
		return "◐"
	case run.Held:
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
