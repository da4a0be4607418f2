package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

type resumeIn struct {
	Reason string `json:"reason,omitempty" doc:"What you looked at before, in one sentence; it is kept as evidence." maxLength:"2000"`
}

type overrideIn struct {
	Code   string `json:"code" arg:"1" doc:"What blocks it." enum:"cooldown,exponential-back-off,consecutive-failures,ineffective-chain,flapping,over-limit"`
	Name   string `json:"name" arg:"2" doc:"What it lies on, as limit show names it." example:"service/checkout" maxLength:"300"`
	Reason string `json:"reason" doc:"Why, in one sentence; it is kept as evidence." maxLength:"2000"`
}

func (d Deps) limitOps() []op.Op {
	return []op.Op{
		op.New("limit.show", prentice.Look, prentice.Viewer, "Show the limits with what is used of them, and all that holds runs back now.", d.limits).WithExample("prentice limit show"),
		op.New("limit.override", prentice.Change, prentice.Owner, "End a hold before its time.", d.override).
			WithExample("prentice limit override cooldown host/web-1 --reason 'the first run was on the wrong branch'").
			WithHelp("It changes what was counted and never the limit, which is in limits.yaml or in the procedure."),
		op.New("lock.list", prentice.Look, prentice.Viewer, "List the targets that runs hold.", d.locks).WithExample("prentice lock list"),
		op.New("resume", prentice.Change, prentice.Operator, "Let work go on that no person started, after prentice did not end in order.", d.resume).
			WithExample("prentice resume --reason 'the host is back, and all services answer'").
			WithEvidence().WithHelp("After a crash only those runs go on that people started. The others wait, as they are, until someone has looked and says resume."),
	}
}

func (d Deps) limits(ctx context.Context, _ op.Call, _ nothing) (LimitState, error) {
	s, err := d.Limits.LimitState(ctx)
	return LimitState{s}, err
}

func (d Deps) override(ctx context.Context, c op.Call, in overrideIn) (Said, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return Said{}, prentice.Errorf(prentice.Invalid, "no reason was given").Try("say why with --reason '…'")
	}
	return Said{fmt.Sprintf("Overridden: %s of %s.", in.Code, in.Name)}, d.Limits.Override(ctx, prentice.HoldCode(in.Code), in.Name, c.Actor, in.Reason)
}

func (d Deps) locks(ctx context.Context, _ op.Call, _ nothing) (Locks, error) {
	list, err := d.Limits.Locks(ctx)
	return Locks{list}, err
}

func (d Deps) resume(ctx context.Context, c op.Call, in resumeIn) (Resumed, error) {
	runs, err := d.Limits.Resume(ctx, c.Actor, in.Reason)
	return Resumed{runs}, err
}

// Resumed is the runs that go on.
type Resumed struct {
	Runs []prentice.Run `json:"runs"`
}

// Text implements op.Texter.
func (r Resumed) Text() string {
	if len(r.Runs) == 0 {
		return "Work goes on. Nothing had waited.\n"
	}
	var b strings.Builder
	b.WriteString("Work goes on:\n")
	for _, run := range r.Runs {
		fmt.Fprintf(&b, "  %s  %s on %s, which was %s\n", run.Ref(), run.Procedure, run.Subject, run.State)
	}
	return b.String()
}

// LimitState is the limits in force and what holds back.
type LimitState struct{ run.LimitState }

// Text implements op.Texter.
func (s LimitState) Text() string {
	var b strings.Builder
	if s.Stopped {
		fmt.Fprintf(&b, "■ Everything is stopped%s. Let it go on with: prentice resume-all\n\n", after(": ", s.Why))
	}
	if s.Pause != nil {
		b.WriteString(pauseText(*s.Pause) + "\n")
	}
	b.WriteString("Used\n")
	for _, u := range s.Uses {
		fmt.Fprintf(&b, "  %d of %d %-12s %s%s\n", u.Used, u.Most, Span(u), u.Layer, after(" ", u.Name))
	}
	b.WriteString("\nBlocks\n")
	for _, h := range s.InForce {
		fmt.Fprintf(&b, "  %-21s %s%s\n  %-21s %s\n", h.Code, h.Says, untilText(h.Until), "", h.WayOut)
	}
	if s.More > 0 {
		fmt.Fprintf(&b, "  … and %s\n", op.Count(s.More, "more target cools down", "more targets cool down"))
	}
	if len(s.InForce) == 0 {
		b.WriteString("  Nothing.\n")
	}
	b.WriteString("\nLocked\n")
	for _, l := range s.Locks {
		fmt.Fprintf(&b, "  %s%s by run/%d (%s, %s) since %s\n", l.Target, fromHost(l), l.Run, l.Procedure, l.State, op.At(l.Since))
	}
	if len(s.Locks) == 0 {
		b.WriteString("  Nothing.\n")
	}
	return b.String()
}

// Span is the time in which a limit counts, in words.
func Span(u gate.LimitUse) string {
	if u.Per == "hour" {
		return "this hour"
	}
	return "at once"
}

// Locks is the targets that runs hold.
type Locks struct {
	Locks []run.TargetLock `json:"locks"`
}

// Table implements op.Tabler.
func (l Locks) Table() (head []string, rows [][]string) {
	for _, t := range l.Locks {
		rows = append(rows, []string{string(t.Target) + fromHost(t), fmt.Sprintf("run/%d", t.Run), t.Procedure, string(t.State), op.Cell(t.Since)})
	}
	return []string{"TARGET", "RUN", "PROCEDURE", "STATE", "SINCE (UTC)"}, rows
}

// fromHost says from which host a locked target is reached.
func fromHost(l run.TargetLock) string {
	if l.Via == "" {
		return ""
	}
	return ", from " + string(l.Via)
}

// Empty implements op.Emptier.
func (Locks) Empty() string { return "No run holds a target." }

func pauseText(p run.Pause) string {
	var b strings.Builder
	fmt.Fprintf(&b, "▲ Paused since %s: %s.\n", op.At(p.Since), p.Says)
	for _, run := range p.Held {
		fmt.Fprintf(&b, "  %s %s  %s on %s is held, %s\n", run.State.Sign(), run.Ref(), run.Procedure, run.Subject, run.State)
	}
	b.WriteString("  Look, and then let it go on with: prentice resume\n")
	return b.String()
}

// holdText is why a run is held, beside what it says itself.
func holdText(h prentice.HoldBack, said string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Held by   %s", h.Code)
	if !strings.Contains(said, h.Says) {
		fmt.Fprintf(&b, ": %s", h.Says)
	}
	fmt.Fprintf(&b, "%s\nResolve   %s\n", untilText(h.Until), h.WayOut)
	return b.String()
}

func untilText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", until " + op.At(t)
}

func after(sign, text string) string {
	if text == "" {
		return ""
	}
	return sign + text
}
