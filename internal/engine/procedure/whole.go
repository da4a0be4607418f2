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

// whole judges what only all of the file together can tell.
func (r *reading) whole() {
	r.compileAll()
	r.ids()
	r.questions()
	r.outNames()
	r.outputsHold()
	r.batched()
	switch n := len(r.proc.Steps); {
	case n == 0 && len(errorsOf(r.findings)) == 0: // else the steps may only be spoilt
		r.fail(r.at(1, 1), "write a block under ## Check or ## Act", "the procedure has no steps")
	case n > MaxSteps:
		r.fail(r.proc.Steps[MaxSteps].At, "split the procedure and call the parts with uses", "the procedure has %d steps; at most %d are read", n, MaxSteps)
	}
	for _, s := range r.proc.Steps {
		r.variables(s)
		r.barely(s)
	}
}

func (r *reading) ids() {
	seen := map[string]prentice.Pos{}
	for _, s := range r.proc.Steps {
		if first, twice := seen[s.ID]; twice {
			r.fail(s.At, "give it another", "id %s is taken by the step in line %d", clip.Text(s.ID), first.Line)
			continue
		}
		seen[s.ID] = s.At
	}
}

// questions ties each of= to the step that it asks about.
func (r *reading) questions() {
	asked := map[string]string{}
	var known []string
	for _, s := range r.proc.Steps {
		if s.Of == "" {
			known = append(known, s.ID)
		}
	}
	for _, s := range r.proc.Steps {
		if s.Of == "" {
			continue
		}
		i := slices.IndexFunc(r.proc.Steps, func(o prentice.StepSpec) bool { return o.ID == s.Of })
		switch {
		case i < 0:
			r.fail(s.At, meant(s.Of, known), "of=%s names no step", clip.Text(s.Of))
		case r.proc.Steps[i].Of != "" || r.proc.Steps[i].Kind == uses:
			r.fail(s.At, "ask about a step that does something", "of=%s names a step that cannot be asked about", clip.Text(s.Of))
		case r.proc.Steps[i].Section != s.Section:
			r.fail(s.At, "put it beside the step", "of=%s names a step of another section", clip.Text(s.Of))
		case asked[s.Of] != "":
			r.fail(s.At, "make it one script", "step %s is asked about by %s already", clip.Text(s.Of), asked[s.Of])
		default:
			asked[s.Of] = s.ID
		}
	}
}

var (
	mentioned     = regexp.MustCompile(`\$\{?((?:INPUT|SERVICE|EVENT|EACH|OUT)_[A-Za-z0-9_]+)`)
	serviceFacts  = []string{"SERVICE_NAME", "SERVICE_UNIT", "SERVICE_URL", "SERVICE_RUN", "SERVICE_OWNER"}
	roundFacts    = []string{"EACH_VALUE", "EACH_NAME", "EACH_NUMBER"}
	eventFacts    = []string{"EVENT_TYPE", "EVENT_SUBJECT", "EVENT_SOURCE"}
	eventDataFact = "EVENT_DATA_"
)

// variables refuses a script that reads a variable which no one will set: a
// shell takes it for nothing, and nothing in a path can be everything.
func (r *reading) variables(s prentice.StepSpec) {
	if s.Script == "" {
		return
	}
	known := slices.Clone(eventFacts)
	for _, in := range r.proc.Inputs {
		known = append(known, "INPUT_"+variable.Of(in.Name))
	}
	_, about := firstService(r.proc.Inputs)
	if about {
		known = append(known, serviceFacts...)
	}
	if loops(r.proc.Steps, s) {
		known = append(known, roundFacts...)
	}
	known = append(known, r.handedBefore(s)...)
	if at := strings.Index(s.Body, folderVariable); at >= 0 && s.Section == prentice.Check {
		r.fail(r.within(s, at), "let it print what it has to say, and hand that on with out=NAME:TYPE", "check %s uses $%s, and a check leaves nothing behind", clip.Text(s.ID), folderVariable)
	}
	for _, m := range mentioned.FindAllStringSubmatchIndex(s.Body, -1) {
		name := s.Body[m[2]:m[3]]
		if oneOf(name, known) || strings.HasPrefix(name, eventDataFact) || strings.Contains(s.Body, name+"=") || r.mayHandOn(name) || r.mayComeFromCall(name, r.within(s, m[0])) {
			continue
		}
		r.fail(r.within(s, m[0]), r.variableHint(name, known, about), "nothing sets $%s", clip.Text(name))
	}
}

// barely gives advice about a script that reads an input by its name alone. The
// machine may set such a variable, so that it is no error.
func (r *reading) barely(s prentice.StepSpec) {
	if s.Script == "" {
		return
	}
	for _, in := range r.proc.Inputs {
		name := variable.Of(in.Name)
		read := regexp.MustCompile(`\$\{?`+regexp.QuoteMeta(name)+`\b`).FindAllStringIndex(s.Body, -1)
		all := regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).FindAllStringIndex(s.Body, -1)
		if slices.ContainsFunc(r.proc.Env, func(v prentice.EnvVar) bool { return v.Name == name }) {
			continue
		}
		secret := slices.ContainsFunc(r.proc.Secrets, func(s string) bool { return variable.Of(s) == name })
		if len(read) == 0 || len(all) > len(read) || secret || slices.Contains(ofMachine, name) {
			continue // it is not read, it is set here, or by another person
		}
		r.advise(r.within(s, read[0][0]), "did you mean $INPUT_"+name+"?", "nothing here sets $%s", name)
	}
}

// ofMachine are variables that a shell has anyway.
var ofMachine = []string{"HOME", "HOSTNAME", "IFS", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TZ", "USER"}

// within is a place in the body of a step.
func (r *reading) within(s prentice.StepSpec, at int) prentice.Pos {
	return r.at(s.At.Line+1+strings.Count(s.Body[:at], "\n"), 1+at-(strings.LastIndexByte(s.Body[:at], '\n')+1))
}

func (r *reading) variableHint(name string, known []string, about bool) string {
	if name == "EVENT_ID" {
		return "a plan does not hold the event's id, so that equal faults have equal plans"
	}
	if near := nearest.Of(name, append(known, firstRounds(r.handedInRounds())...)); near != "" {
		return "did you mean $" + near + "?"
	}
	if step := handedOn(r.proc.Steps)[name]; step != "" {
		return "step " + step + " hands it on, and comes later: move it up"
	}
	if strings.HasPrefix(name, "OUT_") {
		return "a step hands it on with out=NAME:TYPE, and it is then $OUT_ID_NAME"
	}
	if oneOf(name, roundFacts) {
		return "give the step each=${a list}"
	}
	if strings.HasPrefix(name, "SERVICE_") && !about {
		return "give the procedure an input of type service"
	}
	return "known are " + strings.Join(known, ", ")
}
