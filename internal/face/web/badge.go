package web

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// badges is how the words for states are shown; the skills bring them.
type badges map[string]op.Badge

// of is how a state is shown. The same word may mean another thing of a run, which is
// then known as run/WORD; a kind of evidence, such as approval.given, is shown like its
// last part; and a word that no one knows is shown as it is.
func (b badges) of(v any) op.Badge {
	text := strings.TrimSpace(fmt.Sprint(v))
	if _, run := v.(prentice.State); run {
		if l, ok := b["run/"+text]; ok {
			return l
		}
	}
	if l, ok := b[text]; ok {
		return l
	}
	if _, last, ok := strings.Cut(text, "."); ok {
		l := b.of(last)
		return op.Badge{Sign: l.Sign, Word: text, Hue: l.Hue}
	}
	if text == "" {
		text = "unknown"
	}
	return op.Badge{Sign: "◇", Word: text, Hue: op.Quiet}
}

// run shows where a run stands. One that waits for people may wait for an approval or
// for a step that a person does.
func (b badges) run(s prentice.State, waits string) template.HTML {
	if s == prentice.Waiting && waits != "" && waits != "approval" {
		return b.state(run.Held)
	}
	return b.state(s)
}

// state shows any state: of a run, a step, a service, an incident.
func (b badges) state(v any) template.HTML {
	l := b.of(v)
	return template.HTML(`<span class="state ` + string(l.Hue) + `"><span class="sign" aria-hidden="true">` + l.Sign + `</span>` +
		template.HTMLEscapeString(l.Word) + `</span>`)
}

// cell is a state as a table of the command line shows it, sign and word, in the words
// of pages; any other cell is as it is.
func (b badges) cell(kind, text string) string {
	sign, word, two := strings.Cut(text, " ")
	if !two || strings.IndexByte(word, ' ') >= 0 || len(sign) == 1 {
		return text
	}
	var l op.Badge
	if kind == "run" {
		l = b.of(prentice.State(word))
	} else {
		l = b.of(word)
	}
	if l.Sign != sign {
		return text
	}
	return l.Sign + " " + l.Word
}

// sum is how many stand alike, with the sign and the word of their state.
func (b badges) sum(v any, n int) template.HTML {
	l := b.of(v)
	return template.HTML(fmt.Sprintf(`<span class="state %s"><span class="sign" aria-hidden="true">%s</span>%d %s</span>`, l.Hue, l.Sign, n, template.HTMLEscapeString(l.Word)))
}

// badOnes are the targets that someone must look at, the failed ones first.
func badOnes(all []run.TargetStanding) []run.TargetStanding {
	var list []run.TargetStanding
	for _, t := range all {
		if t.Bad() {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b run.TargetStanding) int {
		return cmp.Compare(slices.Index(worst, a.State), slices.Index(worst, b.State))
	})
	return list
}

var worst = []run.StepState{run.NotDone, run.Unsure, run.Held}

// riskBadge shows a risk, with what it means behind it.
func riskBadge(r prentice.Risk) template.HTML {
	means := map[prentice.Risk]string{prentice.Look: "reads only", prentice.Change: "can be undone", prentice.Danger: "cannot be undone"}
	return template.HTML(`<span class="risk risk-` + r.String() + `" title="` + means[r] + `">` + r.String() + `</span>`)
}

// refLink shows what something is about and leads to its page, if it has one.
func (s *Site) refLink(v any) template.HTML {
	ref := prentice.Ref(fmt.Sprint(v))
	if ref == "" {
		return `<span class="quiet">–</span>`
	}
	text := template.HTMLEscapeString(string(ref))
	if kind, name := ref.Kind(), ref.Name(); name != "" {
		text = `<span class="kind">` + template.HTMLEscapeString(kind) + `/</span>` + template.HTMLEscapeString(name)
	}
	if to := s.links.to(ref); to != "" {
		return template.HTML(`<a class="ref" href="` + template.HTMLEscapeString(s.at(to)) + `">` + text + `</a>`)
	}
	return template.HTML(`<span class="ref">` + text + `</span>`)
}

// refList shows several refs, and how many more there are beyond the first few.
func (s *Site) refList(list []prentice.Ref, most int) template.HTML {
	if len(list) == 0 {
		return `<span class="quiet">–</span>`
	}
	var parts []string
	for i, r := range list {
		if i == most {
			parts = append(parts, fmt.Sprintf(`<span class="quiet">and %d more</span>`, len(list)-most))
			break
		}
		parts = append(parts, string(s.refLink(r)))
	}
	return template.HTML(strings.Join(parts, ", "))
}
