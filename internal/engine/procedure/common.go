package procedure

import (
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// common reads the attributes that every step has, and their defaults.
func (p *page) common(s *prentice.StepSpec, f fence, given map[string]attribute) {
	if a, ok := given["id"]; ok {
		s.ID = a.value
		if !isWord(s.ID) {
			p.fail(f.place(a.offset), "use small letters, digits, dashes and underscores, and begin with a letter", "id %q is not a name", clip.Text(s.ID))
		}
	} else {
		s.ID = p.freeID(s.Section)
	}
	if a, ok := given["of"]; ok {
		s.Of = a.value
	}
	p.risk(s, f, given)
	p.where(s, f, given)
	p.expect(s, f, given)
	p.idempotent(s, f, given)
	p.retry(s, f, given)
	p.timeout(s, f, given)
	p.outs(s, f, given)
	p.unrolled(s, f, given)
}

// freeID numbers a step within its section.
func (p *page) freeID(section prentice.Section) string {
	n := 1
	for _, s := range p.proc.Steps {
		if s.Section == section {
			n++
		}
	}
	return stepID(section, n)
}

// risk is look where nothing may be changed, and change where it is not said.
func (p *page) risk(s *prentice.StepSpec, f fence, given map[string]attribute) {
	looks := s.Section == prentice.Check || s.Section == prentice.Verify || s.Section == prentice.Between || s.Of != ""
	s.Risk = prentice.Change
	if looks {
		s.Risk = prentice.Look
	}
	a, ok := given["risk"]
	if !ok || s.Kind == uses {
		return
	}
	risk, err := prentice.ParseRisk(a.value)
	switch {
	case err != nil:
		p.fail(f.place(a.offset), meant(a.value, []string{"look", "change", "danger"}), "risk %q is not a risk", clip.Text(a.value))
	case looks && risk != prentice.Look && s.Of != "":
		p.fail(f.place(a.offset), "a done? question only reads; take it out", "step %s asks about %s and has risk=%s", s.ID, clip.Text(s.Of), risk)
	case looks && risk != prentice.Look:
		p.fail(f.place(a.offset), "put it under ## Act", "step %s of %s has risk=%s; only looking is allowed there", clip.Text(s.ID), s.Section, risk)
	default:
		s.Risk = risk
	}
}

func (p *page) where(s *prentice.StepSpec, f fence, given map[string]attribute) {
	s.Where = "here"
	if (s.Script != "" || s.State) && s.Section != prentice.Between {
		s.Where = "target"
	}
	a, ok := given["where"]
	if !ok || s.Kind == uses {
		return
	}
	if a.value == "target" && s.Section == prentice.Between {
		p.fail(f.place(a.offset), "take it out, or put the step under ## Verify, which looks at each target", "step %s comes between two batches, and has where=target", clip.Text(s.ID))
		return
	}
	switch a.value {
	case "target", "here":
		s.Where = a.value
	case "sandbox":
		if s.Script == "" {
			p.fail(f.place(a.offset), "use where=target or where=here", "only a script can be performed in a sandbox, and step %s is of kind %s", clip.Text(s.ID), clip.Text(s.Kind))
			return
		}
		s.Where = a.value
	default:
		p.fail(f.place(a.offset), meant(a.value, []string{"target", "here", "sandbox"}), "where %q is not a place", clip.Text(a.value))
	}
}

func (p *page) expect(s *prentice.StepSpec, f fence, given map[string]attribute) {
	check := s.Section == prentice.Check && s.Of == ""
	if check {
		s.Expect = "ok"
	}
	a, ok := given["expect"]
	switch {
	case !ok || s.Kind == uses:
	case !check:
		p.fail(f.place(a.offset), "take it out, or put the step under ## Check", "expect belongs to a check, and this step is in %s", s.Section)
	case a.value != "ok" && a.value != "fail" && a.value != "any":
		p.fail(f.place(a.offset), meant(a.value, []string{"ok", "fail", "any"}), "expect %q is not an expectation", clip.Text(a.value))
	default:
		s.Expect = a.value
	}
}

func (p *page) idempotent(s *prentice.StepSpec, f fence, given map[string]attribute) {
	a, ok := given["idempotent"]
	s.Idempotent = s.State && s.Risk != prentice.Look
	switch {
	case !ok || s.Kind == uses:
	case s.Of != "":
		p.fail(f.place(a.offset), "take it out: looking can always be repeated", "a done? question is not idempotent or otherwise")
	case a.bare || a.value == "true":
		s.Idempotent = true
	case a.value != "false":
		p.fail(f.place(a.offset), "write idempotent, or leave it out", "idempotent %q is not true or false", clip.Text(strings.TrimSpace(a.value)))
	}
}
