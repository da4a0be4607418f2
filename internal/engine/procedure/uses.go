package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// deepest is how many procedures may call each other in a row.
const deepest = 5

// checkUses finds the calls that could never be rendered: to an unknown
// procedure, with unknown inputs, in a circle, or too deep.
func (l *Library) checkUses() {
	tooDeep := l.deep(deepest)
	for _, e := range l.entries {
		for _, s := range e.proc.Steps {
			if s.Kind == uses && s.Attrs["procedure"] != "" {
				l.checkCall(e, s, tooDeep)
			}
		}
	}
}

func (l *Library) checkCall(e *entry, s prentice.StepSpec, tooDeep map[*entry]bool) {
	name := s.Attrs["procedure"]
	called, err := l.entry(name)
	if err != nil {
		e.fail(s.At, prentice.HintOf(err), "uses: no procedure %q", clip.Text(name))
		return
	}
	switch {
	case tooDeep[called] && l.reaches(called, e):
		e.fail(s.At, "take one of the calls out", "uses: %s and %s call each other in a circle: %s", e.proc.Name, name, l.circle(e, called))
		return
	case tooDeep[called]:
		e.fail(s.At, "take one of the calls out", "uses: behind %s procedures call each other more than %d deep", name, deepest)
		return
	}
	if f, bad := firstError(called.findings); bad {
		e.fail(s.At, "correct it first", "uses: procedure %s has errors: %s: %s", name, f.At, f.Text)
		return
	}
	var known []string
	for _, in := range called.proc.Inputs {
		known = append(known, in.Name)
		_, given := s.Attrs["input."+in.Name]
		if !given && in.From == "" && in.Default == nil {
			e.fail(s.At, "write input."+in.Name+"=${…}", "uses: procedure %s needs input %s", name, in.Name)
		}
	}
	for attr := range s.Attrs {
		if in, ok := strings.CutPrefix(attr, "input."); ok && !oneOf(in, known) {
			e.fail(s.At, meant(in, known), "uses: procedure %s has no input %q", name, clip.Text(in))
		}
	}
}

// deep are the entries from which a chain of that many calls begins. A circle
// is a chain of any length.
func (l *Library) deep(calls int) map[*entry]bool {
	now := map[*entry]bool{}
	for _, e := range l.entries {
		now[e] = true
	}
	for range calls {
		next := map[*entry]bool{}
		for _, e := range l.entries {
			next[e] = slices.ContainsFunc(l.called(e), func(c *entry) bool { return now[c] })
		}
		now = next
	}
	return now
}

// called is what an entry calls, each once.
func (l *Library) called(e *entry) []*entry {
	var list []*entry
	for _, s := range e.proc.Steps {
		if s.Kind != uses {
			continue
		}
		if c, ok := l.byName[s.Attrs["procedure"]]; ok && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// circle is the way by which calls come back to where they began.
func (l *Library) circle(from, called *entry) string {
	before := map[*entry]*entry{called: from}
	for next := []*entry{called}; len(next) > 0 && next[0] != from; next = next[1:] {
		for _, c := range l.called(next[0]) {
			if _, seen := before[c]; !seen {
				before[c] = next[0]
				next = append(next, c)
			}
		}
		if before[from] != nil {
			break
		}
	}
	names := []string{from.proc.Name}
	for at := before[from]; at != nil && at != from && len(names) <= len(l.entries); at = before[at] {
		names = append(names, at.proc.Name)
	}
	names = append(names, from.proc.Name)
	slices.Reverse(names)
	return strings.Join(names, " → ")
}

// reaches says whether calls lead from one entry to another.
func (l *Library) reaches(from, to *entry) bool {
	seen := map[*entry]bool{from: true}
	for next := []*entry{from}; len(next) > 0; {
		e := next[0]
		next = next[1:]
		if e == to {
			return true
		}
		for _, c := range l.called(e) {
			if !seen[c] {
				seen[c] = true
				next = append(next, c)
			}
		}
	}
	return false
}
