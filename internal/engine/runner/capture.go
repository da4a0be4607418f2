package runner

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/variable"
)

// ours begins the lines that prentice itself writes to the log of a step.
const ours = "prentice: "

// listened is a step's log that lets its values be read from what is printed.
type listened struct {
	io.Writer
	printed *capture.Printed
}

// Write implements io.Writer. A log that cannot be kept does not change what was
// printed.
func (l listened) Write(b []byte) (int, error) {
	l.printed.Write(b) //nolint:errcheck // it takes everything
	return l.Writer.Write(b)
}

// replayed is the same of a log that may be written from its beginning once more.
type replayed struct {
	listened
	prentice.Replayer
}

// listening is the work with a log that its values can be read from, where it hands on
// any.
func listening(w prentice.Work) (prentice.Work, *capture.Printed) {
	if len(w.Step.Out) == 0 {
		return w, nil
	}
	printed := &capture.Printed{Aside: ours}
	to := listened{w.Log, printed}
	w.Log = to
	if again, ok := to.Writer.(prentice.Replayer); ok {
		w.Log = replayed{to, again}
	}
	return w, printed
}

// valuesOf reads what a step hands on. What is not as it was declared is an error, of a
// kind by which a check says nothing of the world and an act did not come out well.
func valuesOf(w prentice.Work, printed *capture.Printed, answer *prentice.Response, files map[string]string) (prentice.Values, error) {
	kind, values := prentice.Invalid, prentice.Values{}
	if w.Step.Section == prentice.Check {
		kind = prentice.Unavailable
	}
	for _, c := range w.Step.Out {
		came, why := raw(c, printed)
		if answer != nil {
			came, why = answered(c, *answer)
		}
		if name, is := strings.CutPrefix(c.From, inFolder); is {
			if text, there := files[c.From]; there {
				came, why = text, ""
			} else {
				came, why = "", "there is no file "+name+" in the run's folder"
			}
		}
		plain := ""
		if why == "" {
			plain, why = capture.Value(c.Type, came)
		}
		if why == "" && c.Schema != "" {
			why = capture.Breaks(plain, c.Schema)
		}
		if why == "" && mask.String(plain, w.Secrets) != plain {
			return nil, prentice.Errorf(kind, "out %s: it holds a secret, and secrets are never handed on", c.Name).
				Try("take it out of what step %s prints; another step is given it by secrets: in the front matter", w.Step.ID)
		}
		if why != "" {
			return nil, prentice.Errorf(kind, "out %s wants %s: %s%s", c.Name, wanted(c), why, cameAs(came, w.Secrets)).
				Try("let step %s give it %s", w.Step.ID, printedAs(c))
		}
		values[c.Name] = plain
	}
	return values, nil
}

// Values are what a step hands on by what it printed, and by what stands in the files of
// its folder that they are read from.
func Values(step prentice.PlannedStep, printed string, file func(name string) (text string, found bool)) (prentice.Values, error) {
	all, files := &capture.Printed{Aside: ours}, map[string]string{}
	all.Write([]byte(printed)) //nolint:errcheck // it takes everything
	for _, c := range step.Out {
		if name, is := strings.CutPrefix(c.From, inFolder); is {
			if text, found := file(name); found {
				files[c.From] = text
			}
		}
	}
	return valuesOf(prentice.Work{Step: step}, all, nil, files)
}

// raw is the text that a value is read from.
func raw(c prentice.Capture, printed *capture.Printed) (text, why string) {
	last, short := printed.Last()
	if c.From == "" {
		if !short {
			return "", "the last line of the output has more than a megabyte"
		}
		return last, ""
	}
	if all, short := printed.All(); short {
		if text, why := capture.Pick(all, c.From); why == "" {
			return text, ""
		} else if last == strings.TrimSpace(all) {
			return last, why
		}
	}
	if text, why = capture.Pick(last, c.From); why != "" {
		text = last
	}
	return text, why
}

// answered is the text that a value is read from, of what a service answered.
func answered(c prentice.Capture, r prentice.Response) (text, why string) {
	name, header := strings.CutPrefix(c.From, "header:")
	switch {
	case c.From == "status":
		return strconv.Itoa(r.Status), ""
	case header:
		if text = r.Header(name); text == "" {
			why = "the answer has no header " + name
		}
		return text, why
	case r.Long:
		return "", "the body of the answer has more than a megabyte"
	case c.From == "":
		return r.Body, ""
	}
	if text, why = capture.Pick(r.Body, c.From); why != "" {
		text = r.Body
	}
	return text, why
}

func wanted(c prentice.Capture) string {
	if c.From != "" {
		return c.Type + " at " + c.From
	}
	return c.Type
}

func printedAs(c prentice.Capture) string {
	switch {
	case strings.HasPrefix(c.From, "$"):
		return "as JSON"
	case c.From == "":
		return "as its last line"
	case strings.HasPrefix(c.From, inFolder):
		return "in the file of that name in $" + folderVariable
	}
	return "at " + c.From
}

// cameAs repeats what came, as much as a sentence can and nothing that steers a
// terminal.
func cameAs(text string, secrets []string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", it came as %q", clip.Text(mask.String(strings.ToValidUTF8(text, "?"), secrets)))
}

// valueLost is what becomes of a step that hands something on and is found done after a
// crash. What it printed is gone then: it is made again where that is harmless;
// otherwise a person looks.
func valueLost(step prentice.PlannedStep) (run.StepState, string, error) {
	if step.Idempotent {
		return "", "", nil
	}
	return run.Unsure, "was done before the interruption, and what it hands on is lost; it must not be repeated, so look for the value yourself", nil
}

// handedOn are the variables of what earlier steps handed on to a step on a target:
// those of the same target, and of here. A step that is made here is given what was
// captured on targets as an object by their names.
func handedOn(d *detail, step prentice.PlannedStep, target prentice.Target) map[string]string {
	return Handed(d.ThePlan, step, target, d.HandedOn)
}

// Handed are these variables of a plan, of which on knows what a step handed on on a
// target.
func Handed(plan prentice.Plan, step prentice.PlannedStep, target prentice.Target, on func(step string, target prentice.Ref) prentice.Values) map[string]string {
	vars := map[string]string{}
	set := func(by prentice.PlannedStep, values prentice.Values) {
		for name, value := range values {
			for _, as := range variables(by.ID, name, step.ID) {
				vars[as] = value
			}
			for _, as := range returned(plan, by.ID, name, step.ID) {
				vars[as] = value
			}
		}
	}
	for _, by := range plan.Steps {
		switch {
		case by.ID == step.ID && by.Section == step.Section:
			return vars
		case len(by.Out) == 0:
		case by.Where != "target":
			set(by, on(by.ID, ""))
		case target.Ref != "":
			set(by, on(by.ID, target.Ref))
		default:
			set(by, together(by, plan.TargetsOf(step), on))
		}
	}
	return vars
}

// together is what a step handed on on targets: of each value an object by the
// names of the targets.
func together(by prentice.PlannedStep, targets []prentice.Target, on func(step string, target prentice.Ref) prentice.Values) prentice.Values {
	values := prentice.Values{}
	for _, c := range by.Out {
		all := map[string]string{}
		for _, t := range targets {
			if value, there := on(by.ID, t.Ref)[c.Name]; there {
				all[t.Ref.Name()] = value
			}
		}
		raw, _ := json.Marshal(all) // a map of texts
		if len(all) > 0 && len(raw) <= capture.MaxJSON {
			values[c.Name] = string(raw)
		}
	}
	return values
}

// variables are the names under which a step finds what another handed on: by its whole
// id, and within a procedure that is called by the id that stands there.
func variables(by, name, in string) []string {
	by = variants.ReplaceAllString(by, "")
	list := []string{"OUT_" + variable.Of(by) + "_" + variable.Of(name)}
	if scope := scopeOf(in); scope != "" && strings.HasPrefix(by, scope) {
		list = append(list, "OUT_"+variable.Of(by[len(scope):])+"_"+variable.Of(name))
	}
	return list
}

// returned are the names under which a step finds what a call returns of what one of the
// call's own steps handed on. Within the call it has the name that it has there.
func returned(p prentice.Plan, by, name, in string) (list []string) {
	by = variants.ReplaceAllString(by, "")
	for _, c := range p.Calls {
		for _, r := range c.Returns {
			if r.Step == by && r.Of == name && !c.Has(in) {
				list = append(list, variables(c.Step, r.Name, in)...)
			}
		}
	}
	return list
}

// rounds is the end of the id of a step that is made once for each of several values.
var rounds = regexp.MustCompile(`(\.v?[0-9]+)+$`)

// variants is the end of the id of a step that is planned otherwise for other targets.
var variants = regexp.MustCompile(`\.v[0-9]+$`)

// scopeOf is what stands before the ids of the steps of one called procedure; "" is the
// procedure itself.
func scopeOf(id string) string {
	id = rounds.ReplaceAllString(id, "")
	return id[:strings.LastIndexByte(id, '.')+1]
}
