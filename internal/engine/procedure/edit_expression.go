package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/expr"
)

// records are the fields behind a name or a call.
var records = map[string]expr.Type{"event": eventType, "service": serviceType, "target": aimType, "service()": serviceType, "host()": hostType, "system()": systemType, "group()": groupType, "resource()": resourceType}

// inExpression are the words that may go on an expression.
func (d *draft) inExpression(w where) (list []Offer) {
	before := strings.TrimRight(w.expr[:max(0, len(w.expr)-len(w.word))], " ")
	if owner, dotted := strings.CutSuffix(before, "."); dotted {
		return d.behind(w, owner)
	}
	key := ""
	if w.part == inFront {
		key = w.path[len(w.path)-1]
	}
	event := Offer{Word: "event", About: "the event that proposed it", Sort: SortVariable}
	switch key {
	case "if", "from":
		return []Offer{event} // they see the event alone
	case "choices":
		return append(lookupOffers(), Offer{Word: "file(", About: "the lines of a file of the team folder", Sort: SortFunction}) // and they the catalog
	case "order", "canary", "by":
		list = append(list, Offer{Word: "target", About: "the target that is given its place", Sort: SortVariable})
	case "targets_if":
		list = append(list, Offer{Word: "target", About: "the target that is acted on or not", Sort: SortVariable})
	}
	list = append(list, event, Offer{Word: "inputs", About: "what the run was given", Sort: SortVariable})
	if _, about := firstService(d.proc.Inputs); about {
		list = append(list, Offer{Word: "service", About: "the service that it is about", Sort: SortVariable})
	}
	if w.part != inFront && d.inRounds(w) {
		list = append(list, Offer{Word: "each", About: "the value of the round", Sort: SortVariable})
	}
	if len(d.checks(w)) > 0 {
		list = append(list, Offer{Word: "steps", About: "what checks captured", Sort: SortVariable})
	}
	return append(list, lookupOffers()...)
}

func lookupOffers() (list []Offer) {
	for _, f := range lookups(nil) {
		list = append(list, Offer{Word: f.Name + "(", About: lookupDocs[f.Name], Sort: SortFunction})
	}
	return list
}

var lookupDocs = map[string]string{
	"service": "a service of the catalog by its name", "host": "a host of the catalog by its name", "hosts": "all hosts of the catalog", "system": "a system of the catalog by its name",
	"group": "a group of the inventory by its name", "except": "the hosts of the first list that are not in the second", "both": "the hosts that are in both lists",
	"resource": "a resource of the catalog by its name", "resources": "resources of the catalog of a type", "from": "a resource as it is reached from a host",
}

// behind are the words that may stand behind a dot.
func (d *draft) behind(w where, owner string) (list []Offer) {
	if chain := chainOf(owner); chain[0] == "steps" {
		return d.captured(w, chain[1:])
	}
	if ownerName(owner) == "inputs" {
		for _, in := range d.proc.Inputs {
			list = append(list, Offer{Word: field(in.Name), About: inputDoc(in), Sort: SortField})
		}
		return list
	}
	for _, f := range records[ownerName(owner)].Fields() {
		list = append(list, Offer{Word: f, Sort: SortField})
	}
	return list
}

// chainOf is the names, with dots between them, that a text ends with.
func chainOf(text string) []string {
	chain, _ := wordBefore(text, len(text), func(c byte) bool { return c == '.' || isNameOrDigit(c) })
	return strings.Split(chain, ".")
}

// inRounds says whether the block of a spot is made for each of several values, which
// may stand before the spot in a line that is not whole yet.
func (d *draft) inRounds(w where) bool {
	if slices.ContainsFunc(readInfo(w.info).attributes, func(a attribute) bool { return a.name == "each" && w.attr != "each" }) {
		return true
	}
	step, ok := d.step(w.fence)
	return ok && loops(d.proc.Steps, step)
}

// checks are those of which an expression at a spot may speak: it is worked out after
// they have been made.
func (d *draft) checks(w where) []prentice.StepSpec {
	if w.part == inFront && w.path[0] == "targets_if" {
		return ownChecks(d.proc.Steps)
	}
	if w.part == inFront || d.sectionAt(w.fence) == prentice.Check {
		return nil
	}
	return handing(d.proc.Steps)
}

// sectionAt is the section that a line is in, by the headings before it: a block that is
// half written is no step yet.
func (d *draft) sectionAt(line int) prentice.Section {
	for n := line; n > d.frontEnd(); n-- {
		title, is := strings.CutPrefix(strings.TrimRight(d.line(n), " \t"), "## ")
		for _, s := range sections {
			if is && s.title == title {
				return s.section
			}
		}
	}
	return ""
}

// captured are the words that go on steps.ID.out.NAME, of which some stand there.
func (d *draft) captured(w where, path []string) (list []Offer) {
	for _, s := range d.checks(w) {
		switch {
		case len(path) == 0:
			list = append(list, Offer{Word: field(s.ID), About: brief(s), Sort: SortField})
		case path[0] != field(s.ID):
		case len(path) == 1:
			list = append(list, capturedAs(s)...)
		case len(path) == 2:
			for _, o := range s.Out {
				if _, ok := folded(path[1], o.Type); ok || path[1] == "out" {
					about := "captured by check " + s.ID + ": " + o.String()
					if s.Kind == uses {
						about = "returned by " + s.Attrs["procedure"] + ": " + o.Name + ":" + o.Type
					}
					list = append(list, Offer{Word: field(o.Name), About: about, Sort: SortField})
				}
			}
		}
	}
	return list
}

var foldDocs = map[string]string{
	"all": "whether it is true on all targets", "any": "whether it is true on any target", "max": "the greatest on any target", "distinct": "the values that there are, each once",
}

// capturedAs are the forms in which an expression asks for what a check captures.
func capturedAs(s prentice.StepSpec) []Offer {
	list := []Offer{{Word: "out", About: "the value on the target that the step is planned for", Sort: SortField}}
	for _, as := range folds {
		if slices.ContainsFunc(s.Out, func(o prentice.Capture) bool { _, ok := folded(as, o.Type); return ok }) {
			list = append(list, Offer{Word: as, About: foldDocs[as], Sort: SortField})
		}
	}
	return list
}
