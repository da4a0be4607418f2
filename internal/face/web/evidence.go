package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
)

// said is what the data of an entry of evidence may hold for people.
type said struct {
	Says, Reason, Step, Section, Op, Channel, Topic, Type, Source, Procedure, State string
	Target                                                                          prentice.Ref
	Yes                                                                             *bool
	Batch                                                                           int
}

// entry is an entry of evidence as a sentence: who did what to what. What it
// has no sentence for is its kind in words. The entry itself is a page of its own.
func (b badges) entry(e prentice.Evidence) string {
	var d said
	_ = json.Unmarshal(e.Data, &d) // data of another shape says nothing here
	who := e.Actor.Name()
	area, what, _ := strings.Cut(e.Kind, ".")
	var text string
	switch area {
	case "step":
		return render.Plain(b.step(d, what))
	case "approval":
		text = fmt.Sprintf("%s approved %s", who, runNamed(e.Refs))
	case "run":
		text = b.doing(who, what, e, d)
	case "op":
		text = fmt.Sprintf("%s did %s", who, d.Op)
		if what != "done" {
			text = fmt.Sprintf("%s could not do %s", who, d.Op)
		}
	case "event":
		text = fmt.Sprintf("%s %s: %s from %s", refNamed(e.Refs, "event"), what, d.Type, d.Source)
	case "notice":
		text = fmt.Sprintf("notice %s over %s", b.of(e.Kind).Word, d.Channel)
	default:
		text = fmt.Sprintf("%s: %s %s", who, strings.ReplaceAll(area, "-", " "), strings.ReplaceAll(what, "-", " "))
	}
	for _, more := range []string{d.Reason, d.Says} {
		if more == "" || strings.Contains(text, more) {
			continue
		}
		if i := strings.LastIndex(text, ": "); i >= 0 && strings.HasPrefix(more, text[i+2:]) { // it begins with what stands there
			text = text[:i]
		}
		text += ": " + more
	}
	return render.Plain(text)
}

func (b badges) step(d said, state string) string {
	text := fmt.Sprintf("%s: step %s", d.Section, d.Step)
	if d.Target != "" {
		text += " on " + d.Target.Name()
	}
	text += " " + b.of(state).Word
	if d.Says != "" {
		text += ": " + d.Says
	}
	return text
}

// doing is what an entry about a run tells: a person's doing, or where it stands.
func (b badges) doing(who, what string, e prentice.Evidence, d said) string {
	run := runNamed(e.Refs)
	switch what {
	case "planned":
		return fmt.Sprintf("%s requested %s", who, run)
	case "asked":
		return run + " requires approval"
	case "confirmed":
		return fmt.Sprintf("%s confirmed a step of %s", who, run)
	case "taken-over", "handed-over", "stop-wanted":
		return fmt.Sprintf("%s was %s by %s", run, strings.ReplaceAll(what, "-", " "), who)
	}
	if prentice.State(what).Known() && e.Actor.Kind() == string(prentice.Person) {
		return fmt.Sprintf("%s: %s, by %s", run, b.of(what).Word, who)
	}
	return fmt.Sprintf("%s: %s", run, b.of(what).Word)
}

// runNamed is the run that an entry is about, with its procedure and subject.
func runNamed(refs []prentice.Ref) string {
	text := refNamed(refs, "run")
	for i, r := range refs {
		switch {
		case r.Kind() == "procedure":
			text += " of " + called(r.Name())
		case i > 0 && (r.Kind() == "service" || r.Kind() == "host"):
			text += " on " + r.Name()
		}
	}
	return text
}

func refNamed(refs []prentice.Ref, kind string) string {
	for _, r := range refs {
		if r.Kind() == kind {
			return kind + " " + r.Name()
		}
	}
	return "a " + kind
}

// within is the step, the target and the batch that an entry about a step of a run
// tells of, by which the list can be narrowed; nil of any other entry.
func within(e prentice.Evidence) *said {
	var d said
	if !strings.HasPrefix(e.Kind, "step.") || len(e.Refs) == 0 || e.Refs[0].Kind() != "run" || json.Unmarshal(e.Data, &d) != nil {
		return nil
	}
	return &d
}
