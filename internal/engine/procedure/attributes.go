package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// commonDocs say what the attributes are for that every step has.
var commonDocs = map[string]prentice.Attribute{
	"id":         {About: "The step's name within the procedure: small letters, digits, dashes and underscores. Records of runs are kept under it."},
	"risk":       {About: "look reads only, change can be undone, danger cannot. Under Act it is change when it does not say; elsewhere only look is allowed.", Values: []string{"look", "change", "danger"}},
	"where":      {About: "target is on each target, here is where prentice runs, sandbox is there too, with nothing of the machine and no network.", Values: []string{"target", "here", "sandbox"}},
	"expect":     {About: "What the outcome of a check must be for the run to go on.", Values: []string{"ok", "fail", "any"}},
	"idempotent": {About: "It may be repeated without damage, so that it is done again after a crash."},
	"of":         {About: "This step asks whether another is done: after a crash its answer decides.", Of: "step"},
	"retry":      {About: "How many times it is made again while it does not come out as it should."},
	"delay":      {About: "How long it rests before it is made again, such as 5s."},
	"backoff":    {About: "How many times as long it rests each time."},
	"out":        {About: "A value that it hands on, as NAME:TYPE: its last line, or NAME:TYPE=$.PATH in the JSON that it prints. Later steps read it as $OUT_ID_NAME."},
	"timeout":    {About: "How long the step may take on one target, each attempt for itself; limits.timeout when it does not say."},
	"if":         {About: "An expression in ${…}: the step is planned where it is true. It is worked out when the plan is made."},
	"each":       {About: "An expression in ${…} to a list: the step is planned once for each of its values, which is each in expressions and $EACH_VALUE in scripts."},
}

// usesDoc is what there is to say of the kind that is this package's own.
var usesDoc = prentice.StepDoc{
	About: "Call another procedure: its steps take this one's place when the plan is made.",
	Attributes: []prentice.Attribute{
		{Name: "procedure", About: "The name of the other procedure.", Of: "procedure"},
		{Name: "input.NAME", About: "The value of one of its inputs."},
	},
}

// usesAttributes are those of a call that every step has.
var usesAttributes = []string{"id", "if", "each"}

// doc is what a kind says of itself; false if it says nothing.
func (kinds Kinds) doc(name string) (prentice.StepDoc, bool) {
	if name == uses {
		return usesDoc, true
	}
	k, ok := kinds.named(name)
	if !ok {
		return prentice.StepDoc{}, false
	}
	d, ok := k.(prentice.Documented)
	if !ok {
		return prentice.StepDoc{}, false
	}
	return d.Doc(), true
}

// names says whether an attribute is the documented one.
func names(a prentice.Attribute, name string) bool {
	begin, open := strings.CutSuffix(a.Name, "NAME")
	return a.Name == name || open && strings.HasSuffix(begin, ".") && strings.HasPrefix(name, begin) && name != begin
}

// strange refuses the attributes that a kind does not know, each at its place and with
// the one that was meant, of all that its steps may have. What is left is for the kind
// to judge. A kind that says nothing of itself judges them all.
func (p *page) strange(s prentice.StepSpec, f fence) prentice.StepSpec {
	doc, ok := p.kinds.doc(s.Kind)
	if !ok || s.Kind == uses {
		return s
	}
	known := slices.Clone(commonAttributes)
	for _, a := range doc.Attributes {
		known = append(known, a.Name)
	}
	left := map[string]string{}
	for name, value := range s.Attrs {
		if slices.ContainsFunc(doc.Attributes, func(a prentice.Attribute) bool { return names(a, name) }) {
			left[name] = value
			continue
		}
		at := slices.IndexFunc(f.info.attributes, func(a attribute) bool { return a.name == name })
		hint := "it knows " + strings.Join(known, ", ")
		if near := nearest.Of(name, known); near != "" {
			hint = "did you mean " + near + "?"
		}
		p.fail(f.place(f.info.attributes[at].offset), hint, "a %s step has no attribute %q", s.Kind, clip.Text(name))
	}
	s.Attrs = left
	return s
}
