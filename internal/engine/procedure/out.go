package procedure

import (
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/variable"
)

// mostOut is how many values one step may hand on.
const mostOut = 10

// outForm is NAME:TYPE, and where the value is read: NAME:TYPE=PLACE.
var outForm = regexp.MustCompile(`^([a-z][a-z0-9_-]*):([a-z]+)(?:\(([^()]*)\))?(?:=(.*))?$`)

const outHint = "write out=version:string, or several with commas: out=\"version:string, pid:int=$.process.pid\""

// outs reads out=, the values that a step hands on.
func (p *page) outs(s *prentice.StepSpec, f fence, given map[string]attribute) {
	a, ok := given["out"]
	if !ok {
		return
	}
	if hint := p.noOut(s); hint != "" {
		p.fail(f.place(a.offset), hint, "step %s cannot hand on a value", clip.Text(s.ID))
		return
	}
	for text := range strings.SplitSeq(a.value, ",") {
		c, no, hint := p.capture(s, strings.TrimSpace(text))
		switch {
		case no != "":
			p.fail(f.place(a.offset), hint, "out %q: %s", clip.Text(strings.TrimSpace(text)), no)
		case slices.ContainsFunc(s.Out, func(o prentice.Capture) bool { return o.Name == c.Name }):
			p.fail(f.place(a.offset), "give it another name", "out %s appears twice", c.Name)
		default:
			s.Out = append(s.Out, c)
		}
	}
	if len(s.Out) > mostOut {
		p.fail(f.place(a.offset), "print them as one JSON value, and hand on out=NAME:json", "step %s hands on %d values; at most %d are read", clip.Text(s.ID), len(s.Out), mostOut)
	}
}

// noOut is what else to do where a step has nothing to hand on, or "".
func (p *page) noOut(s *prentice.StepSpec) string {
	switch kind, known := p.kinds.named(s.Kind); {
	case s.Of != "":
		return "a done? question only says yes or no: put out= on the step that it asks about"
	case s.Section != prentice.Check && s.Section != prentice.Act:
		return "put it on a step under ## Check or ## Act: what comes after has no step left to read it"
	case s.Kind == uses:
		return "the other procedure declares what it returns: outputs: {NAME: {type: TYPE, from: STEP.NAME}}"
	case known && kind.Needs().Script == "" && !kind.Needs().Asks:
		return "only what prints or answers something hands on values: sh, bash and http"
	}
	return ""
}

// capture reads one value that is handed on, or says why it cannot be.
func (p *page) capture(s *prentice.StepSpec, text string) (c prentice.Capture, no, hint string) {
	m := outForm.FindStringSubmatch(text)
	if m == nil || !isWord(m[1]) {
		return c, "it is not NAME:TYPE", outHint
	}
	c = prentice.Capture{Name: m[1], Type: m[2], From: m[4]}
	switch {
	case !slices.Contains(capture.Kinds(), c.Type):
		return c, c.Type + " is not a type", meant(c.Type, capture.Kinds())
	case m[3] != "" && c.Type != "json":
		return c, "only json has a schema", "take (" + clip.Text(m[3]) + ") out"
	case variable.IsCredential(c.Name):
		return c, "its name is that of a credential, and what is handed on is read by everyone", "keep the value with prentice secret set, and name it in secrets:"
	case strings.HasSuffix(text, "="), c.From != "" && !p.isPlace(s, c.From):
		return c, "it is not known where it is read", "leave the place out for the last line, or of http the body; or write a path such as $.status.version, under Act file:NAME for a file in $PRENTICE_RUN_FOLDER, and of http also status or header:NAME"
	case m[3] == "":
		return c, "", ""
	}
	c.Schema = p.schemas[m[3]]
	if c.Schema == "" {
		return c, "there is no schema " + clip.Text(m[3]), meant(m[3], sortedKeys(p.schemas))
	}
	return c, "", ""
}

var headerForm = pattern.Of(`^header:[A-Za-z0-9-]{1,100}$`)

var fileForm = regexp.MustCompile(`^file:[A-Za-z0-9][A-Za-z0-9._-]{0,60}$`)

// folderVariable is where scripts find the run's own folder. A check has none: it leaves
// nothing behind.
const folderVariable = "PRENTICE_RUN_FOLDER"

// isPlace says whether a value can be read at a place of what a step prints or answers.
func (p *page) isPlace(s *prentice.StepSpec, from string) bool {
	kind, known := p.kinds.named(s.Kind)
	asks := known && kind.Needs().Asks
	if fileForm.MatchString(from) {
		return known && kind.Needs().Script != "" && s.Section != prentice.Check
	}
	return capture.IsPath(from) || asks && (from == "status" || headerForm.MatchString(from))
}

// outVariable is the variable in which later scripts find a value.
func outVariable(step, name string) string {
	return "OUT_" + variable.Of(step) + "_" + variable.Of(name)
}

// handedOn are the variables of the values that steps hand on once, with the steps.
func handedOn(steps []prentice.StepSpec) map[string]string {
	known := map[string]string{}
	for _, s := range steps {
		if s.Repeats() {
			continue
		}
		for _, c := range s.Out {
			known[outVariable(s.ID, c.Name)] = s.ID
		}
	}
	return known
}

// outNames refuses two values that would be one variable, and one that something else
// is already.
func (r *reading) outNames() {
	by := map[string]string{}
	for _, v := range r.proc.Env {
		by[v.Name] = "env " + v.Name
	}
	for _, name := range r.proc.Secrets {
		by[variable.Of(name)] = "secret " + name
	}
	for _, s := range r.proc.Steps {
		for _, c := range s.Out {
			name, what := outVariable(s.ID, c.Name), "out "+c.Name+" of step "+s.ID
			if other, taken := by[name]; taken && other != what {
				r.fail(s.At, "give one of them another name", "%s would be the variable %s, which %s is already", what, name, other)
			}
			by[name] = what
		}
	}
}

// handedBefore are the variables of the values that are handed on before a step.
func (r *reading) handedBefore(s prentice.StepSpec) []string {
	id := s.ID
	if s.Of != "" {
		id = s.Of
	}
	before := []prentice.StepSpec{}
	for _, section := range prentice.Sections() {
		for _, o := range r.proc.Steps {
			if o.Section == section && o.ID == id {
				return sortedKeys(handedOn(before))
			}
			if o.Section == section {
				before = append(before, o)
			}
		}
	}
	return nil
}

// mayHandOn says whether a variable may be set though it is not known here: by the
// procedure itself, or by a round of a step. Where nothing is handed on at all, OUT_ is
// anyone's word.
func (r *reading) mayHandOn(name string) bool {
	if !strings.HasPrefix(name, "OUT_") {
		return false
	}
	if isHanded(name, r.handedInRounds()) || slices.ContainsFunc(r.proc.Env, func(v prentice.EnvVar) bool { return v.Name == name }) {
		return true
	}
	any := slices.ContainsFunc(r.proc.Steps, func(s prentice.StepSpec) bool { return len(s.Out) > 0 })
	return !any && len(callsNamed(r.proc.Steps, name)) == 0
}

// handedInRounds are the variables of the values that steps hand on once for each value.
func (r *reading) handedInRounds() (list []string) {
	for _, s := range r.proc.Steps {
		if s.Repeats() && s.Kind != uses {
			list = append(list, handedBy("OUT_", s)...)
		}
	}
	return list
}
