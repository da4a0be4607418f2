package procedure

import (
	"slices"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
)

// stepAt is the step of a place in the file, once all are read.
func (p *page) stepAt(i int) func() prentice.StepSpec {
	return func() prentice.StepSpec { return p.proc.Steps[i] }
}

// sees says whether an expression may speak of what checks capture: it belongs to a step
// that is decided after they have been made.
func (r *reading) sees(v value) bool {
	return v.in == choosing || v.of != nil && v.of().Section != prentice.Check
}

// asksRightly refuses what an expression cannot ask of the checks: a value that is not
// said whole, and that of one target where a step is made for all of them.
func (r *reading) asksRightly(v value, program expr.Program) {
	if !r.sees(v) {
		return
	}
	asks, part := askedIn(program)
	if part != "" {
		r.failOnce(v.at(1, 1), "write steps.ID.out.NAME, or a fold: steps.ID.all.NAME, any, max, distinct", "%s: %s is not a value", v.what, clip.Text(part))
	}
	if v.in == choosing {
		if len(asks) == 0 && part == "" {
			r.failOnce(v.at(1, 1), "write it into targets:, such as hosts().filter(h, …), so that no more is looked at than is acted on", "targets_if: it asks for nothing that a check captures")
		}
		return
	}
	s := v.of()
	for _, check := range handing(r.proc.Steps) {
		if s.Where != "target" && slices.ContainsFunc(asks, func(a askedOf) bool { return a.ofEach(check) }) {
			r.failOnce(v.at(1, 1), "fold it: steps."+field(check.ID)+".all, any, max or distinct in place of out", "%s: step %s is made once, and check %s captures a value of each target", v.what, clip.Text(s.ID), check.ID)
		}
	}
}

// stepsHint says what to do about a name that has to do with what steps hand on, or "".
func (r *reading) stepsHint(v value, unknown string) string {
	for _, s := range r.proc.Steps {
		if unknown == field(s.ID) && len(s.Out) > 0 && s.Section == prentice.Act {
			return "step " + s.ID + " is under Act: what it hands on is known only when it runs, and decides nothing; a later script reads $" + outVariable(s.ID, s.Out[0].Name)
		}
		if unknown == field(s.ID) && len(s.Out) > 0 && s.Repeats() {
			return "check " + s.ID + " is made in rounds: let it be one that captures a list"
		}
	}
	if v.in == choosing && r.judged {
		return "targets are chosen before anything is called: let a check of this procedure capture it"
	}
	if r.judged && (unknown == "steps" || oneOf(unknown, r.returns)) {
		return "of what a call returns, only what its checks capture decides anything; what its acts hand on, later scripts read as $OUT_ID_NAME"
	}
	switch {
	case unknown != "steps":
		return ""
	case v.in == choosing:
		return "give a step under ## Check out=NAME:TYPE, and it is then steps.ID.out.NAME"
	case v.of == nil:
		return "this is worked out before any check is made; use what checks capture in the steps, with if=${…}"
	case v.of().Section == prentice.Check:
		return "a check is made before anything is captured; make one check of the two, or put it under ## Act with risk=look"
	}
	return "give a step under ## Check out=NAME:TYPE, and it is then steps.ID.out.NAME"
}

// stepWords are the names that an expression of a step may use for what checks capture.
func (r *reading) stepWords(v value) []string {
	if !r.sees(v) {
		return nil
	}
	list := append([]string{"steps", "out"}, folds...)
	for _, s := range handing(r.proc.Steps) {
		list = append(list, field(s.ID))
		for _, c := range s.Out {
			list = append(list, field(c.Name))
		}
	}
	return list
}
