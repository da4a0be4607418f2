package support

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice/internal/op"
)

func median(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// md makes a text of others harmless in Markdown: it is shown as it is, whatever it holds.
func md(text string) string {
	var b strings.Builder
	for _, r := range clip(text, 2000) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~&$^", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Text implements op.Texter: the report as Markdown.
func (r Report) Text() string {
	var b strings.Builder
	d := r.Incident
	fmt.Fprintf(&b, "# %s: %s\n\n", d.Ref, md(d.Title))
	fmt.Fprintf(&b, "A draft from the evidence. What a person has to add stands at its end.\n\n## Impact\n\n")
	fmt.Fprintf(&b, "- Affected: %s, for %s from %s", md(strings.Join(r.Affected, ", ")), long(d.Lasted()), op.At(d.FirstSymptom))
	if d.Closed.IsZero() {
		b.WriteString(", and still is.\n")
	} else {
		fmt.Fprintf(&b, " until %s.\n", op.At(d.Closed))
	}
	fmt.Fprintf(&b, "- Found %s. Severity %s.\n", md(r.Found), md(orNone(d.Severity)))
	if d.Called.IsZero() {
		b.WriteString("- No person was called.\n")
	} else {
		fmt.Fprintf(&b, "- A person was called %s after the first symptom.\n", long(d.Called.Sub(d.FirstSymptom)))
	}
	if r.Answered != "" {
		fmt.Fprintf(&b, "- It was acknowledged %s after the first symptom.\n", r.Answered)
	}
	for _, line := range r.Spent {
		fmt.Fprintf(&b, "- %s\n", md(line))
	}
	if d.Recurs != "" {
		fmt.Fprintf(&b, "- It is %s.\n", md(d.Recurs))
	}
	r.before(&b)
	b.WriteString("\n## What happened\n\n")
	for _, l := range d.Timeline {
		fmt.Fprintf(&b, "- %s (%s) %s: %s", op.At(l.Time), after(l.After), l.Kind, md(l.Says))
		if l.Actor != self {
			fmt.Fprintf(&b, " — %s", md(string(l.Actor)))
		}
		b.WriteByte('\n')
	}
	r.done(&b)
	b.WriteString("\n## What is to be done\n\n")
	for _, f := range r.Followups {
		fmt.Fprintf(&b, "- [%s] %s: %s, by %s until %s%s\n", map[bool]string{true: "x", false: " "}[f.State == "done"], f.Ref, md(f.Says), md(string(f.Owner)), op.At(f.Due), md(behind(f.How)))
	}
	if len(r.Followups) == 0 {
		b.WriteString("Nothing was written down.\n")
	}
	b.WriteString("\n## What a person has to add\n\n")
	for _, line := range r.Unknown {
		fmt.Fprintf(&b, "- %s\n", md(line))
	}
	fmt.Fprintf(&b, "\nEvidence: `prentice evidence thread %s`\n", d.Ref)
	return b.String()
}

func (r Report) before(b *strings.Builder) {
	b.WriteString("\n## What changed before\n\n")
	for i, c := range r.Changes.Changes {
		if i == 10 {
			break
		}
		fmt.Fprintf(b, "- %s before: %s, %s by %s; %s (%s)\n", long(c.Before), c.What, md(refsText(c.About)), md(string(c.By)), md(c.Reach), c.Evidence)
	}
	if len(r.Changes.Changes) == 0 {
		b.WriteString("Nothing is known to have changed in the day before it.\n")
	}
}

func (r Report) done(b *strings.Builder) {
	b.WriteString("\n## What was done\n\n")
	for _, one := range r.Incident.Runs {
		fmt.Fprintf(b, "- %s of %s is %s: %s\n", one.Run, md(one.Procedure), one.State, md(one.Says))
	}
	if len(r.Incident.Runs) == 0 {
		b.WriteString("No run was asked for.\n")
	}
	fmt.Fprintf(b, "\n%s\n", md(r.Alone.String()))
}

var _ op.Texter = Report{}
