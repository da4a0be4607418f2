package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/retention"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// Keeper removes what is old.
type Keeper struct {
	Show   func(context.Context) (retention.Report, error)
	Resume func(ctx context.Context, by prentice.Actor, reason string) error
}

type believeIn struct {
	Reason string `json:"reason" doc:"How you know that the clock is right, in one sentence; it is kept as evidence." minLength:"1" maxLength:"2000"`
}

func (d Deps) retentionOps() []op.Op {
	return []op.Op{
		op.New("retention.show", prentice.Look, prentice.Viewer, "Show what is kept, how much and how old it is, how long it stays, and when the disk is full.", d.showRetention).
			WithExample("prentice retention show").
			WithHelp("What is over goes after a time that the settings history-keep, events-keep and logs-keep give; what is open, waits or is named by what is open stays, and so does all evidence. Things go a few at a time, every hour. " +
				"When the clock has leapt by more than a week since the last time, nothing goes until someone has looked at it: prentice retention resume"),
		op.New("retention.resume", prentice.Change, prentice.Owner, "Say that the clock is right, so that old things are removed again.", d.believe).
			WithExample("prentice retention resume --reason 'the machine was off for a month'").WithEvidence().
			WithHelp("Look at the clock first: with one that is a year ahead, a year's worth of runs, incidents, events and logs goes at once."),
	}
}

func (d Deps) showRetention(ctx context.Context, c op.Call, _ nothing) (Retention, error) {
	r, err := d.Kept.Show(ctx)
	return Retention{r, c.Now}, err
}

func (d Deps) believe(ctx context.Context, c op.Call, in believeIn) (Said, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return Said{}, prentice.Errorf(prentice.Invalid, "no reason was given").Try("say how you know that the clock is right with --reason '…'")
	}
	return Said{"Old things are removed again."}, d.Kept.Resume(ctx, c.Actor, in.Reason)
}

// Retention is all that is kept, and what becomes of it.
type Retention struct {
	retention.Report
	Now time.Time `json:"now"`
}

// Text implements op.Texter.
func (r Retention) Text() string {
	var b strings.Builder
	if r.Held != "" {
		fmt.Fprintf(&b, "▲ Nothing is removed: %s.\n  Set the clock right; or if it is: prentice retention resume --reason '…'\n\n", r.Held)
	}
	fmt.Fprintf(&b, "%-13s %-5s %10s  %-16s  %-16s  %8s  %s\n", "KEPT", "FOR", "NOW", "OLDEST (UTC)", "GOES (UTC)", "REMOVED", "SETTING")
	for _, k := range r.Kept {
		fmt.Fprintf(&b, "%-13s %-5s %10s  %-16s  %-16s  %8d  %s\n", k.Name, k.Keep, AmountOf(k), minuteOf(k.Oldest), goes(k, r.Now), k.Removed, k.Setting)
	}
	fmt.Fprintf(&b, "\nDatabase %s%s. The disk of the data folder has %s left%s.\n", render.Bytes(r.Database), freeText(r.Free), render.Bytes(r.Room), r.FullText())
	return b.String()
}

// AmountOf is how much is kept of a sort.
func AmountOf(k retention.Kept) string {
	switch {
	case k.Bytes > 0:
		return render.Bytes(k.Bytes)
	case k.Count < 0:
		return "–"
	}
	return fmt.Sprint(k.Count)
}

// goes is when the oldest of a sort goes.
func goes(k retention.Kept, now time.Time) string {
	if !k.Next.IsZero() && k.Next.Before(now) {
		return "when it is over"
	}
	return minuteOf(k.Next)
}

func minuteOf(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04") // of a column
}

func freeText(free int64) string {
	if free <= 0 {
		return ""
	}
	return ", of which " + render.Bytes(free) + " are free for what is written next"
}

// FullText says when the disk is full, or "".
func (r Retention) FullText() string {
	if r.Full.IsZero() {
		return ""
	}
	return fmt.Sprintf(", %s less than a day ago: it is full on %s if that goes on", render.Bytes(r.Daily), r.Full.UTC().Format("2006-01-02"))
}

var _ op.Texter = Retention{}
