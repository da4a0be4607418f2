package prototyping

import (
	"fmt"
	"math"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/experiment"
	"prentice/internal/op"
)

// ExperimentOut is an experiment, and how it stands.
type ExperimentOut struct {
	Name      string            `json:"name"`
	Ref       prentice.Ref      `json:"ref"`
	State     string            `json:"state"` // designed, counting, ended
	Question  string            `json:"question"`
	Flag      string            `json:"flag"`
	Control   string            `json:"control"`
	Treatment string            `json:"treatment"`
	Outcome   string            `json:"outcome"`
	Owner     prentice.Ref      `json:"owner"`
	Rule      string            `json:"rule"`
	Units     int64             `json:"units"` // that are needed
	Began     time.Time         `json:"began,omitzero"`
	Ends      time.Time         `json:"ends,omitzero"` // at the latest
	Stopped   time.Time         `json:"stopped,omitzero"`
	StoppedBy prentice.Ref      `json:"stopped_by,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Result    experiment.Result `json:"result"`
}

func experimentOut(e experiment.Experiment) ExperimentOut {
	return ExperimentOut{Name: e.Name, Ref: e.Ref(), State: e.State(), Question: e.Question, Flag: e.Flag, Control: e.Control, Treatment: e.Treatment, Outcome: e.Outcome, Owner: e.Owner, Rule: e.Design.Rule, Units: e.Design.Units,
		Began: e.Began, Ends: e.Ends, Stopped: e.Stopped, StoppedBy: e.StoppedBy, Reason: e.Reason, Result: e.Result}
}

func (e ExperimentOut) rank() int {
	switch e.State {
	case experiment.Running:
		return 0
	case experiment.Drafted:
		return 1
	}
	return 2
}

// Says is what is known, in a few words.
func (e ExperimentOut) Says() string {
	switch {
	case e.State == experiment.Drafted:
		return fmt.Sprintf("needs %d users", e.Units)
	case e.Result.Says == "":
		return "nothing was counted yet"
	case e.Result.Told:
		return fmt.Sprintf("%s: %s", e.Result.Says, e.Result.Interval())
	}
	return e.Result.Says
}

// ExperimentList is experiments.
type ExperimentList struct {
	Experiments []ExperimentOut `json:"experiments"`
}

// Table implements op.Tabler.
func (l ExperimentList) Table() (head []string, rows [][]string) {
	head = []string{"EXPERIMENT", "STATE", "FLAG", "RULE", "OUTCOME", "OWNER", "WHAT IS KNOWN"}
	for _, e := range l.Experiments {
		rows = append(rows, []string{e.Name, states[e.State].Sign + " " + e.State, e.Flag, e.Rule, e.Outcome, string(e.Owner), e.Says()})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l ExperimentList) Empty() string {
	return "No experiment. How many users one needs is said by: prentice experiment size --baseline 0.04 --effect 0.01"
}

// ExperimentShown is one, whole.
type ExperimentShown struct {
	ExperimentOut
	Design experiment.Design `json:"design"`
	Counts experiment.Counts `json:"counts"`
	Both   int64             `json:"both,omitempty"`   // units that were given both variants, and count for neither
	Beyond int64             `json:"beyond,omitempty"` // that came when all that are counted were there, and count for nothing
	Looks  []experiment.Seen `json:"looks"`
}

// Text implements op.Texter.
func (e ExperimentShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s\nQuestion  %s\n", e.Ref, states[e.State].Sign, e.State, e.Question)
	fmt.Fprintf(&b, "Compares  %s of flag/%s with %s, by who %s\n", e.Treatment, e.Flag, e.Control, e.Outcome)
	fmt.Fprintf(&b, "Rule      %s: %d users find a difference of %v from %v, %.0f of 100 times; where there is none, one is seen in %.1f of 100 at most\n", e.Rule, e.Units, e.Design.Effect, e.Design.Baseline, 100*e.Design.Power, 100*e.Design.Alpha)
	if !e.Began.IsZero() {
		fmt.Fprintf(&b, "Counts    since %s, until %s at the latest\n", op.At(e.Began), op.At(e.Ends))
		fmt.Fprintf(&b, "Control   %d users%s\nTreatment %d users%s\n", e.Counts.Control, e.did(e.Counts.ControlDid), e.Counts.Treatment, e.did(e.Counts.TreatmentDo))
		fmt.Fprintf(&b, "Known     %s\n", e.Says())
	}
	if e.Both > 0 {
		fmt.Fprintf(&b, "▲ %s given both variants, and count for neither\n", op.Count(int(e.Both), "user was", "users were"))
	}
	if e.Beyond > 0 {
		fmt.Fprintf(&b, "▲ %s when all that are counted were there, and count for nothing\n", op.Count(int(e.Beyond), "user came", "users came"))
	}
	if !e.Stopped.IsZero() {
		fmt.Fprintf(&b, "Ended     %s by %s: %s\n", op.At(e.Stopped), e.StoppedBy, e.Reason)
	}
	return b.String()
}

func (e ExperimentShown) did(n int64) string {
	if e.Rule == experiment.Fixed && !e.Result.Told {
		return "; what they did is shown when all are there"
	}
	return fmt.Sprintf(", %d of whom did", n)
}

// Hidden says whether outcomes are not shown yet: who peeks decides on what is chance.
func (e ExperimentShown) Hidden() bool { return e.Rule == experiment.Fixed && !e.Result.Told }

// Told are the looks of which the effect is known.
func (e ExperimentShown) Told() (list []experiment.Seen) {
	for _, l := range e.Looks {
		if l.Result.Told {
			list = append(list, l)
		}
	}
	return list
}

// Bar is the interval of a look in the chart.
type Bar struct {
	X, Top, Height, Middle float64
	Says                   string
}

// Bars are the intervals of the looks, on a chart of 1000 by 200.
func (e ExperimentShown) Bars() (bars []Bar) {
	told := e.Told()
	scale := e.Scale()
	for i, l := range told {
		y := func(effect float64) float64 { return 100 - 100*max(-1, min(1, effect/scale)) }
		top, low := y(l.Result.High), y(l.Result.Low)
		bars = append(bars, Bar{X: 1000 * (float64(i) + 0.5) / float64(len(told)), Top: top, Height: max(low-top, 1), Middle: y(l.Result.Effect), Says: fmt.Sprintf("%s, %d users: %s", op.At(l.At), l.Counts.Units(), l.Result.Interval())})
	}
	return bars
}

// Scale is the effect at the edge of the chart: a little more than the widest interval of
// the last looks.
func (e ExperimentShown) Scale() float64 {
	told := e.Told()
	widest := 2 * math.Abs(e.Design.Effect)
	for _, l := range told[len(told)/3:] {
		widest = max(widest, math.Abs(l.Result.Low), math.Abs(l.Result.High))
	}
	return widest
}

// ExperimentSize is how many users an experiment needs.
type ExperimentSize struct {
	Design experiment.Design `json:"design"`
	Other  experiment.Design `json:"other"` // the same by the other rule
}

// Text implements op.Texter.
func (s ExperimentSize) Text() string {
	treatment := int64(math.Round(float64(s.Design.Units) * s.Design.Share))
	out := fmt.Sprintf("● %d users by the %s rule: %d of the control and %d of the treatment\n  find a difference of %v from %v, %.0f times of 100\n", s.Design.Units, s.Design.Rule, s.Design.Units-treatment, treatment, s.Design.Effect, s.Design.Baseline, 100*s.Design.Power)
	if s.Other.Units > 0 {
		out += fmt.Sprintf("  The %s rule needs %d\n", s.Other.Rule, s.Other.Units)
	}
	return out
}

// Counted says whether something was counted.
type Counted struct {
	Counted bool `json:"counted"`
}

// Text implements op.Texter.
func (c Counted) Text() string {
	if c.Counted {
		return "● counted\n"
	}
	return "○ not counted: the user was given no variant, was counted already, or came when all that are counted were there\n"
}

var (
	_ op.Tabler  = ExperimentList{}
	_ op.Emptier = ExperimentList{}
	_ op.Texter  = ExperimentShown{}
	_ op.Texter  = ExperimentSize{}
	_ op.Texter  = Counted{}
)
