package procedure

import (
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/variable"
)

// A script finds the values of a step that is planned in rounds, and of a procedure that
// is called, in variables which its own file does not name: here it is said which there
// are. Number stands for the number of a round.
const number = "#"

// isHanded says whether a variable is one of those that are known, in any round.
func isHanded(name string, known []string) bool {
	return slices.ContainsFunc(known, func(k string) bool {
		form := strings.ReplaceAll(regexp.QuoteMeta(k), number, "[0-9]+")
		return regexp.MustCompile("^" + form + "$").MatchString(name)
	})
}

// firstRounds are the names as a person would write them.
func firstRounds(known []string) []string {
	list := make([]string, len(known))
	for i, k := range known {
		list[i] = strings.ReplaceAll(k, number, "1")
	}
	return list
}

// handedBy are the variables of the values that a step hands on itself.
func handedBy(begin string, s prentice.StepSpec) (list []string) {
	begin += variable.Of(s.ID) + "_"
	if s.Repeats() {
		begin += number + "_"
	}
	for _, c := range s.Out {
		list = append(list, begin+variable.Of(c.Name))
	}
	return list
}

// handedByCall are the variables of what a call returns, and of what the steps of the
// procedure that it calls hand on.
func (l *Library) handedByCall(begin string, s prentice.StepSpec, deep int) (list []string) {
	called := l.byName[s.Attrs["procedure"]]
	if called == nil || deep == 0 {
		return nil
	}
	begin += variable.Of(s.ID) + "_"
	if s.Repeats() {
		begin += number + "_"
	}
	for _, o := range called.proc.Outputs {
		list = append(list, begin+variable.Of(o.Name))
	}
	for _, inner := range called.proc.Steps {
		if inner.Kind == uses {
			list = append(list, l.handedByCall(begin, inner, deep-1)...)
		} else {
			list = append(list, handedBy(begin, inner)...)
		}
	}
	return list
}

// ofCall is a variable that a script reads and only a call can have set.
type ofCall struct {
	name string
	at   prentice.Pos
}

// mayComeFromCall keeps a variable that begins with the id of a call, to be judged when
// the procedures that are called are known.
func (r *reading) mayComeFromCall(name string, at prentice.Pos) bool {
	if len(callsNamed(r.proc.Steps, name)) == 0 {
		return false
	}
	r.ofCalls = append(r.ofCalls, ofCall{name, at})
	return true
}

func callsNamed(steps []prentice.StepSpec, name string) (calls []prentice.StepSpec) {
	for _, s := range steps {
		if s.Kind == uses && strings.HasPrefix(name, "OUT_"+variable.Of(s.ID)+"_") {
			calls = append(calls, s)
		}
	}
	return calls
}

// checkOfCalls refuses scripts that read what no call of the procedure hands on.
func (l *Library) checkOfCalls(e *entry) {
	if e.read == nil {
		return
	}
	for _, v := range e.read.ofCalls {
		var known []string
		judged := true
		calls := callsNamed(e.proc.Steps, v.name)
		for _, s := range calls {
			judged = judged && l.byName[s.Attrs["procedure"]] != nil // else that is the fault
			known = append(known, l.handedByCall("OUT_", s, deepest)...)
		}
		if !judged || isHanded(v.name, known) {
			continue
		}
		known = firstRounds(known)
		hint := "procedure " + calls[0].Attrs["procedure"] + " hands nothing on: declare it there with outputs: {NAME: {type: TYPE, from: STEP.NAME}}"
		if near := nearest.Of(v.name, known); near != "" {
			hint = "did you mean $" + near + "?"
		} else if len(known) > 0 {
			hint = "of call " + calls[0].ID + " there are $" + strings.Join(known, ", $")
		}
		e.fail(v.at, hint, "nothing sets $%s", clip.Text(v.name))
	}
}
