package capacity

import (
	"fmt"
	"strings"
	"time"

	"prentice/internal/engine/loadtest"
	"prentice/internal/op"
)

// Table implements op.Tabler.
func (l Tests) Table() (head []string, rows [][]string) {
	for _, t := range l.Tests {
		rows = append(rows, []string{string(t.Ref), badge("loadtest", t.State), string(t.Env), t.Service + " " + t.Path, op.At(t.Asked), t.Says})
	}
	return []string{"TEST", "STATE", "ENVIRONMENT", "ASKED FOR", "BEGUN (UTC)", ""}, rows
}

// Empty implements op.Emptier.
func (Tests) Empty() string {
	return "Nothing was tested under load yet. Make an environment and find out how much it takes: prentice capacity test 1 web --path / --p95 200ms"
}

func badge(of string, w Word) string {
	b := states[of+" "+string(w)]
	return b.Sign + " " + b.Word
}

// Promised is what the service is to keep.
func (t Test) Promised() string {
	return fmt.Sprintf("95 %% of requests within %s, at most %g %% fail", t.Promise.P95, 100*t.Promise.Errors)
}

// Text implements op.Texter.
func (s TestShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\nOf        %s, GET %s of %s\nPromise   %s\n", s.Ref, badge("loadtest", s.State), s.Says, s.Env, s.Path, s.Service, s.Promised())
	if s.FitSays != "" {
		fmt.Fprintf(&b, "Law       %s\n", s.FitSays)
	}
	if f := s.Fit; f != nil {
		fmt.Fprintf(&b, "          λ %.4g, σ %.4g, κ %.4g\n", f.Lambda, f.Sigma, f.Kappa)
	}
	for _, st := range s.Steps {
		fmt.Fprintf(&b, "%8.1f/s  %s  answered %.1f/s, %.1f at once, p50 %s, %s\n", st.Rate, badge("step", Word(st.Verdict)), st.Done, st.AtOnce, Short(st.P50), st.Says)
	}
	if s.State == TestWaiting || s.State == TestRunning {
		fmt.Fprintf(&b, "Follow it: prentice loadtest show %d\n", s.Number)
	}
	return b.String()
}

// Short is a time as a table has it.
func Short(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }

// StepRow is a step as a page shows it.
type StepRow struct {
	loadtest.Step
	Half, Most string
}

// Picture is answers over what was sent, in a frame of chartWide by chartHigh.
type Picture struct {
	Line, Even string // what was answered; what it would be if all were
	Top        string
	Right      string
	Safe       float64 // where the safe rate is; below zero there is none
}

// Rows are the steps by their rates.
func (t Test) Rows() (rows []StepRow) {
	for _, s := range t.Steps {
		rows = append(rows, StepRow{Step: s, Half: Short(s.P50), Most: Short(s.P95)})
	}
	return rows
}

// Picture draws the steps; nil where there is nothing to draw.
func (t Test) Picture() *Picture {
	if len(t.Steps) < 2 {
		return nil
	}
	most, right := 0.0, 0.0
	list := make([]loadtest.Step, 0, len(t.Steps))
	for _, s := range t.Steps {
		most, right = max(most, s.Done), max(right, s.Rate)
		at := len(list)
		for at > 0 && list[at-1].Rate > s.Rate {
			at--
		}
		list = append(list[:at], append([]loadtest.Step{s}, list[at:]...)...)
	}
	most *= 1.1
	if most == 0 {
		return nil
	}
	p := &Picture{Top: fmt.Sprintf("%.4g", most), Right: fmt.Sprintf("%.4g", right), Safe: -1}
	at := func(x, y float64) string {
		return fmt.Sprintf("%.1f,%.1f", chartWide*x/right, chartHigh-chartHigh*min(y, most)/most)
	}
	line := make([]string, 0, len(list))
	for _, s := range list {
		line = append(line, at(s.Rate, s.Done))
	}
	p.Line, p.Even = strings.Join(line, " "), at(0, 0)+" "+at(min(right, most), min(right, most))
	if t.Safe > 0 {
		p.Safe = chartWide * t.Safe / right
	}
	return p
}

var (
	_ op.Tabler  = Tests{}
	_ op.Emptier = Tests{}
	_ op.Texter  = TestShown{}
)
