package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// Known is what the team's files know by name. The facts of a plan hold nothing
// else, so a rule that is held against another name can never be true, and one
// that excepts it always is.
type Known struct {
	Refs         []prentice.Ref // of the catalog
	Environments []string
	Procedures   []string
	Ops          []string
	Kinds        []string // of step
	Secrets      []string // that procedures ask for
	places       map[prentice.Ref]place
	Inputs       map[string]string // the type of each input that a procedure has; "" where procedures differ
}

// place is where something of the catalog stands.
type place struct {
	system      prentice.Ref
	environment string
}

// KnownOf gathers the names of a catalog and of procedures.
func KnownOf(cat *team.Catalog, procedures []prentice.Procedure, kinds, ops []string) *Known {
	k := &Known{Environments: []string{"mixed"}, Procedures: []string{prentice.AdhocName}, Ops: ops, Kinds: kinds, Inputs: map[string]string{}, places: map[prentice.Ref]place{}}
	for _, e := range cat.Entities {
		k.Refs = append(k.Refs, e.Ref)
		k.Environments = append(k.Environments, e.Labels["environment"])
		k.places[e.Ref] = place{e.System, e.Labels["environment"]}
	}
	for _, s := range cat.Services {
		k.Refs = append(k.Refs, s.Ref)
	}
	for _, h := range cat.Hosts {
		k.Refs = append(k.Refs, h.Ref)
		k.Environments = append(k.Environments, h.Facts["environment"])
	}
	for _, p := range procedures {
		k.Procedures = append(k.Procedures, p.Name)
		k.Secrets = append(k.Secrets, p.Secrets...)
		if p.Owner != "" {
			k.Refs = append(k.Refs, p.Owner)
		}
		for _, in := range p.Inputs {
			if was, twice := k.Inputs[in.Name]; twice && was != in.Type {
				k.Inputs[in.Name] = ""
				continue
			}
			k.Inputs[in.Name] = in.Type
		}
	}
	return k
}

// refKinds are the kinds of ref that facts hold; the first is the one that is
// meant by a bare name.
var refKinds = map[string][]string{
	"plan.system": {"system"}, "plan.owner": {"group", "person", "user"}, "plan.targets": {"host", "resource"}, "plan.subject": nil, "plan.event.EVENT_SUBJECT": nil,
	"actor.ref": {"person", "agent", "self"},
}

// malformed says what to write instead of a text that a fact can never be,
// whatever the team's files say; "" for one that it can.
func malformed(path, value string) string {
	kinds, isRef := refKinds[path]
	switch {
	case value == "":
		return "" // nothing is known of it
	case path == "actor.name" && strings.Contains(value, "/"):
		return fmt.Sprintf("write %q, or hold actor.ref against it", prentice.Ref(value).Name())
	case path == "time.date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "write a day such as 2026-12-24"
		}
	case isRef:
		ref, err := prentice.ParseRef(value)
		if err == nil && (len(kinds) == 0 || slices.Contains(kinds, ref.Kind())) {
			return ""
		}
		if len(kinds) > 0 {
			name := value[strings.LastIndexByte(value, '/')+1:]
			return fmt.Sprintf("did you mean %q?", kinds[0]+"/"+name)
		}
		return "write kind/name, such as service/checkout"
	}
	return ""
}

// unknown says what to write instead of a text that nothing of the team is called;
// "" for one that is known. Who knows nothing finds nothing.
func (k *Known) unknown(path, value string) string {
	if k == nil || value == "" {
		return ""
	}
	input, isInput := strings.CutPrefix(path, "input.")
	_, isRef := refKinds[path]
	isRef = isRef && path != "actor.ref" || isInput && (k.Inputs[input] == "service" || k.Inputs[input] == "host" || k.Inputs[input] == "resource")
	switch {
	case isRef:
		return k.unknownRef(path, value)
	case path == "plan.environment":
		return missing(value, k.Environments)
	case path == "plan.procedure":
		return missing(value, k.Procedures)
	case path == "plan.kinds":
		return missing(value, k.Kinds)
	case path == "plan.secrets":
		return missing(value, k.Secrets)
	case path == "op":
		return missing(value, k.Ops)
	}
	return ""
}

// unknownRef is unknown of a ref. Of kinds that the catalog does not keep, such
// as the subject of a stranger's event, nothing is known.
func (k *Known) unknownRef(path, value string) string {
	ref := prentice.Ref(value)
	if slices.Contains(k.Refs, ref) || strings.Contains(value, "/") && !kept[ref.Kind()] {
		return ""
	}
	var same, all []string // of the catalog: of that name, of that kind
	for _, known := range k.Refs {
		if known.Name() == ref.Name() || known.Name() == value {
			same = append(same, string(known))
		}
		if !strings.Contains(value, "/") || known.Kind() == ref.Kind() {
			all = append(all, string(known))
		}
	}
	if len(same) > 0 {
		return fmt.Sprintf("did you mean %q?", same[0])
	}
	return cmp.Or(missing(value, all), "look at what there is with: prentice catalog list")
}

// kept are the kinds that a catalog keeps.
var kept = map[string]bool{"service": true, "host": true, "system": true, "group": true, "domain": true, "api": true, "resource": true}

func missing(value string, known []string) string {
	if slices.Contains(known, value) {
		return ""
	}
	if near := nearest.Of(value, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	list := slices.Compact(slices.Sorted(slices.Values(known)))
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	if len(list) == 0 || len(list) > 12 {
		return "nothing of the team is called so"
	}
	return "known are " + strings.Join(list, ", ")
}

// misspelt finds what a rule names and no fact can be. fault says of a path and a
// text what to write instead.
func (r *Rule) misspelt(fault func(path, value string) string) []prentice.Finding {
	var findings []prentice.Finding
	for _, m := range r.looks {
		for _, v := range m.Equals {
			text, ok := v.(string)
			if hint := ""; ok {
				if hint = fault(m.Path, text); hint != "" {
					findings = append(findings, prentice.Finding{At: r.where(text), Error: true, Text: fmt.Sprintf("when: %s is never %q", m.Path, clip.Text(text)), Hint: hint})
				}
			}
		}
	}
	return findings
}

// Misspelt finds the names in the team's rules that nothing of the team has. A
// rule that is held against one of them would be true or false for ever.
func (p *Policy) Misspelt(k *Known) []prentice.Finding {
	var findings []prentice.Finding
	for i := range p.team {
		r := &p.team[i]
		findings = append(findings, r.misspelt(k.unknown)...)
		for _, m := range r.looks {
			if name, ok := strings.CutPrefix(m.Path, "input."); ok && k != nil {
				if _, known := k.Inputs[name]; !known {
					findings = append(findings, prentice.Finding{At: r.where(name), Error: true, Text: fmt.Sprintf("when: no procedure has an input %q", clip.Text(name)), Hint: missing(name, sortedNames(k.Inputs))})
				}
			}
			if name, ok := strings.CutPrefix(m.Path, "plan.event."); ok && !strings.HasPrefix(name, "EVENT_DATA_") && !slices.Contains(eventNames, name) {
				findings = append(findings, prentice.Finding{At: r.where(name), Error: true, Text: fmt.Sprintf("when: an event has no %q", clip.Text(name)), Hint: missing(name, append([]string{"EVENT_DATA_"}, eventNames...))})
			}
		}
	}
	return findings
}

var eventNames = []string{"EVENT_SUBJECT", "EVENT_TYPE", "EVENT_SOURCE"}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
