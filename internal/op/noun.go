package op

import "strings"

// Noun is what operations are about, the first word of their names, or an operation
// of one word itself. A skill declares its own, once, and help and reference list them.
type Noun struct {
	Name  string
	About string  // what it is, for the help; of an operation of one word its summary says it
	Part  Section // of the help
}

// Section is a part of the help; "" is the last one, for what is in no other.
type Section string

// The sections, in their order.
const (
	EveryDay       Section = "Every day"
	TeamFiles      Section = "Team files"
	Administration Section = "Administration"
)

// Sections are all of them but the last.
func Sections() []Section { return []Section{EveryDay, TeamFiles, Administration} }

// Nouns are those of a skill.
type Nouns []Noun

// Of gives each operation its noun, where it is one of these. A noun that no operation
// is about is a broken program.
func (n Nouns) Of(ops []Op) []Op {
	for _, noun := range n {
		used := false
		for i := range ops {
			if name, _, _ := strings.Cut(ops[i].Name, "."); name == noun.Name {
				ops[i].Noun, used = noun, true
			}
		}
		if !used {
			panic("no operation is about " + noun.Name)
		}
	}
	return ops
}

// Under gives one operation its noun.
func (o Op) Under(n Noun) Op { o.Noun = n; return o }

// NounsOf are the nouns of operations, by name.
func NounsOf(ops []Op) map[string]Noun {
	all := map[string]Noun{}
	for _, o := range ops {
		if o.Noun.Name != "" {
			all[o.Noun.Name] = o.Noun
		}
	}
	return all
}
