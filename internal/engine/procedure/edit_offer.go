package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/variable"
)

// mostOffers bounds what an editor is sent at a time.
const mostOffers = 500

// Offers are the words that may stand at a spot.
func (e Editor) Offers(file, text string, at Spot) []Offer {
	d := e.draft(file, text)
	w := d.place(at)
	var list []Offer
	switch {
	case w.expr != "":
		list = d.inExpression(w)
	case w.part == inKey:
		list = d.keys(w)
	case w.part == inFront:
		list = d.frontValues(w)
	case w.part == inKind:
		list = d.kindOffers()
	case w.part == inAttribute:
		list = d.attributes(w)
	case w.part == inValue:
		list = d.values(w)
	case w.part == inBody && strings.HasPrefix(w.word, "$"):
		list = d.variableOffers(w)
	case w.part == inHeading:
		list = sectionOffers()
	}
	list = slices.DeleteFunc(list, func(o Offer) bool { return o.Word == "" })
	for i := range list {
		if list[i].From == 0 {
			list[i].From = w.from
		}
	}
	return list[:min(len(list), mostOffers)]
}

func sectionOffers() (list []Offer) {
	for _, title := range sectionTitles {
		list = append(list, Offer{Word: "## " + title, About: sectionDocs[title], Sort: SortKey})
	}
	return list
}

var sectionDocs = map[string]string{
	"Check":  "Its steps only read, and say whether this is the fault that the procedure is for. A check that comes out otherwise ends the run as refused.",
	"Act":    "Its steps change the world.",
	"Verify": "Its steps only read, and say whether it helped. Without them a run can only end unverified.",
	"Undo":   "Its steps put back what Act did, when Act or Verify fails.",
}

// keys are those of the mapping that the spot is in, but for those that are there.
func (d *draft) keys(w where) (list []Offer) {
	for _, k := range schemaKeys(w.path) {
		list = append(list, Offer{Word: k.name + ": ", About: k.about, Sort: SortKey})
	}
	return list
}

// frontValues are those that a key of the front matter may have.
func (d *draft) frontValues(w where) (list []Offer) {
	for _, v := range schemaValues(w.path) {
		list = append(list, Offer{Word: v, Sort: SortValue})
	}
	if w.path[len(w.path)-1] == "owner" && d.Catalog != nil {
		for _, e := range d.Catalog.Entities {
			if kind := e.Ref.Kind(); kind == "group" || kind == "user" {
				list = append(list, Offer{Word: kind + ":" + e.Ref.Name(), About: e.Title, Sort: SortRef})
			}
		}
	}
	return list
}

func (d *draft) kindOffers() (list []Offer) {
	for _, name := range d.Library.kinds.names() {
		doc, _ := d.Library.kinds.doc(name)
		list = append(list, Offer{Word: name, About: doc.About, Sort: SortKind})
	}
	return list
}

// names are all kinds, uses among them.
func (kinds Kinds) names() []string {
	names := []string{}
	for _, k := range kinds {
		names = append(names, k.Name())
	}
	return append(names, uses)
}

// attributes are those that a step of the kind may have and does not have yet.
func (d *draft) attributes(w where) (list []Offer) {
	info := readInfo(w.info)
	given := func(name string) bool {
		return slices.ContainsFunc(info.attributes, func(a attribute) bool { return a.name == name && w.at+a.offset != w.from })
	}
	for _, a := range d.attributesOf(info.word) {
		word := a.Name
		switch {
		case given(word):
			continue
		case word == "idempotent":
		case strings.HasSuffix(word, ".NAME"):
			word = strings.TrimSuffix(word, "NAME")
		case word == "if", word == "each":
			word += "=${"
		default:
			word += "="
		}
		list = append(list, Offer{Word: word, About: a.About, Sort: SortKey})
	}
	if info.word != uses {
		return list
	}
	for _, in := range d.inputsOf(info) {
		if name := "input." + in.Name; !given(name) {
			list = append(list, Offer{Word: name + "=", About: inputDoc(in), Sort: SortKey})
		}
	}
	return list
}

// attributesOf are all that a step of a kind may have.
func (d *draft) attributesOf(kind string) []prentice.Attribute {
	doc, _ := d.Library.kinds.doc(kind)
	list := slices.Clone(doc.Attributes)
	for _, name := range commonAttributes {
		if a := commonDocs[name]; kind != uses || oneOf(name, usesAttributes) {
			a.Name = name
			list = append(list, a)
		}
	}
	return list
}

// inputsOf are those of the procedure that a block calls.
func (d *draft) inputsOf(info infoString) []prentice.Input {
	i := slices.IndexFunc(info.attributes, func(a attribute) bool { return a.name == "procedure" })
	if i < 0 {
		return nil
	}
	if e, ok := d.Library.byName[info.attributes[i].value]; ok {
		return e.proc.Inputs
	}
	return nil
}

// values are those that an attribute may have.
func (d *draft) values(w where) (list []Offer) {
	info := readInfo(w.info)
	for _, a := range d.attributesOf(info.word) {
		if !names(a, w.attr) {
			continue
		}
		for _, v := range a.Values {
			list = append(list, Offer{Word: v, Sort: SortValue})
		}
		list = append(list, d.named(a.Of)...)
	}
	if !strings.Contains(w.word, "${") {
		list = append(list, Offer{Word: "${", About: "An expression, worked out when the plan is made.", Sort: SortValue})
	}
	return list
}

// named are the things of a sort that there are.
func (d *draft) named(of string) (list []Offer) {
	switch of {
	case "service":
		if d.Catalog != nil {
			for _, s := range d.Catalog.Services {
				list = append(list, Offer{Word: s.Ref.Name(), About: s.Title, Sort: SortRef})
			}
		}
	case "procedure":
		for _, e := range d.Library.entries {
			if e.proc.Name != d.proc.Name {
				list = append(list, Offer{Word: e.proc.Name, About: e.proc.Summary, Sort: SortRef})
			}
		}
	case "step":
		for _, s := range d.proc.Steps {
			if s.Of == "" && s.Kind != uses {
				list = append(list, Offer{Word: s.ID, About: brief(s), Sort: SortRef})
			}
		}
	case "secret":
		for _, s := range d.proc.Secrets {
			list = append(list, Offer{Word: s, Sort: SortRef})
		}
	}
	return list
}

// variableOffers are what a script may read.
func (d *draft) variableOffers(w where) (list []Offer) {
	for name, about := range d.variables(w) {
		list = append(list, Offer{Word: "$" + name, About: about, Sort: SortVariable})
	}
	slices.SortFunc(list, func(a, b Offer) int { return strings.Compare(a.Word, b.Word) })
	return list
}

// variables are what a script of a block may read, with what they are.
func (d *draft) variables(w where) map[string]string {
	known := map[string]string{"TARGET_NAME": "the target's name", "TARGET_REF": "the target, such as host/web-1", "TARGET_ADDRESS": "the target's address", "PRENTICE_RUN": "the run, such as run/7", "PRENTICE_STATE": "a folder for state of the team's own"}
	for _, in := range d.proc.Inputs {
		known["INPUT_"+variable.Of(in.Name)] = inputDoc(in)
	}
	if _, about := firstService(d.proc.Inputs); about {
		for _, name := range serviceFacts {
			known[name] = "the " + strings.ToLower(strings.TrimPrefix(name, "SERVICE_")) + " of the service that it is about"
		}
	}
	for _, name := range eventFacts {
		known[name] = "the " + strings.ToLower(strings.TrimPrefix(name, "EVENT_")) + " of the event that proposed it"
	}
	for _, v := range d.proc.Env {
		known[v.Name] = "set by the procedure: " + v.Value
	}
	for _, s := range d.proc.Secrets {
		known[variable.Of(s)] = "the secret " + s
	}
	for _, s := range d.proc.Steps {
		for _, out := range s.Out {
			if s.At.Line <= w.fence {
				known[outVariable(s.ID, out.Name)] = "handed on by step " + s.ID + ": " + out.String()
			}
		}
	}
	if step, ok := d.step(w.fence); ok && loops(d.proc.Steps, step) {
		known["EACH_VALUE"], known["EACH_NAME"], known["EACH_NUMBER"] = "the value of the round", "the name of what the round is for", "the number of the round, from 1"
	}
	return known
}

func inputDoc(in prentice.Input) string {
	text := "input of type " + in.Type
	if in.Doc != "" {
		text = strings.TrimSuffix(in.Doc, ".") + " (" + text + ")"
	}
	if in.Default != nil {
		text += ", " + *in.Default + " if none is given"
	}
	return text
}

// ownerName is the name that stands before a dot, or a call as its name and ().
func ownerName(before string) string {
	before = strings.TrimRight(before, " ")
	if !strings.HasSuffix(before, ")") {
		word, _ := wordBefore(before, len(before), isNameOrDigit)
		return word
	}
	depth := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				word, _ := wordBefore(before, i, isNameOrDigit)
				return word + "()"
			}
		}
	}
	return ""
}
