package supervision

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// next is what a person can do about a run that waits, for an approval or for a
// step that people do; and who can approve one that was asked for just now.
func next(r prentice.Run, step string) string {
	at := op.At(r.Expires)
	switch {
	case r.State.Ended():
		return ""
	case r.State != prentice.Waiting:
		return ahead(r.Answerers)
	case step != "" && step != "approval":
		return fmt.Sprintf("Counts as not done at %s. Anyone who did it says so with: prentice run confirm run/%d --step %s --reason '…'\n", at, r.Number, step)
	case r.Answerers == nil:
		return fmt.Sprintf("Expires at %s. Another person answers with: prentice run approve run/%d --reason '…'\n", at, r.Number)
	case r.Answerers.Short():
		return fmt.Sprintf("Expires at %s. It needs %s: %s.\n%s", at, asks(*r.Answerers), r.Answerers, waysOut(*r.Answerers))
	}
	return fmt.Sprintf("Expires at %s. %s with: prentice run approve run/%d --reason '…'\n", at, r.Answerers, r.Number)
}

// next is what a person can do about it. A step that only looks asks what they see.
func (d Detail) next() string {
	if d.State != prentice.Waiting || !d.Asks() {
		return next(d.Run, d.Waits)
	}
	return fmt.Sprintf("Counts as no at %s. Anyone who has looked says so with: prentice run confirm run/%d --step %s --reason '…', and with --failed if it is not so.\n", op.At(d.Expires), d.Number, d.Waits)
}

// Asks says whether the step that the run waits for asks a person what they see.
func (d Detail) Asks() bool {
	return slices.ContainsFunc(d.ThePlan.Steps, func(s prentice.PlannedStep) bool {
		return s.ID == d.Waits && s.Section.Asks()
	})
}

// ahead is who can approve a run that has not come to ask for it yet.
func ahead(a *prentice.Answerers) string {
	if a == nil {
		return ""
	}
	text := fmt.Sprintf("It will need %s: %s.\n", asks(*a), a)
	if a.Short() {
		text += waysOut(*a)
	}
	return text
}

// asks is how many it still takes, in words.
func asks(a prentice.Answerers) prentice.Asked {
	return prentice.Asked{Needed: a.Needed, Role: a.Role}
}

func waysOut(a prentice.Answerers) string {
	var b strings.Builder
	for _, way := range a.WaysOut {
		fmt.Fprintf(&b, "  - %s\n", way)
	}
	return b.String()
}

// writeContact says which hosts of a run that waits for approval cannot be reached.
func writeContact(b *strings.Builder, c *gate.Contact) {
	if c == nil {
		return
	}
	fmt.Fprintf(b, "Reach     %s\n", c)
	for _, h := range c.Lost[:min(len(c.Lost), 10)] {
		fmt.Fprintf(b, "          %s (%s): %s\n", h.Host, h.State, h.Says)
	}
}

// writeYours says why anyone who looks cannot approve a run that waits for it.
func writeYours(b *strings.Builder, y *run.Yours) {
	if y == nil || y.Approve {
		return
	}
	fmt.Fprintf(b, "You       cannot approve it: %s\n", y.Why)
	if y.Try != "" {
		fmt.Fprintf(b, "          %s\n", y.Try)
	}
}
