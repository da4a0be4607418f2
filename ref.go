package prentice

import "strings"

// Ref names what something is about: a kind, a slash, a name, such as
// service/checkout, run/7 or person/ann. The empty Ref is about nothing.
type Ref string

// MaxRefLen is the longest Ref that is accepted, in bytes.
const MaxRefLen = 200

// NewRef joins a kind and a name. It does not check them; ParseRef does.
func NewRef(kind, name string) Ref { return Ref(kind + "/" + name) }

// ParseRef reads a ref and refuses what could be mistaken for a path, an
// option or a word of a shell: kinds are lower-case letters, names are letters,
// digits and . _ : @ - and begin with a letter or a digit.
func ParseRef(s string) (Ref, error) {
	kind, name, found := strings.Cut(s, "/")
	if !found || len(s) > MaxRefLen || !allOf(kind, isLower) || !validName(name) {
		return "", Errorf(Invalid, "%q is not a ref", clip(s)).Try("write kind/name, such as service/checkout")
	}
	return Ref(s), nil
}

// Kind is the part before the slash.
func (r Ref) Kind() string { k, _, _ := strings.Cut(string(r), "/"); return k }

// Name is the part after the slash.
func (r Ref) Name() string { _, n, _ := strings.Cut(string(r), "/"); return n }

// JoinRefs is a list of refs as a store keeps it: with a blank between them. No ref
// holds one.
func JoinRefs(list []Ref) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// RefsIn reads what JoinRefs wrote.
func RefsIn(text string) []Ref {
	var list []Ref
	for _, word := range strings.Fields(text) {
		list = append(list, Ref(word))
	}
	return list
}

// ValidName says whether s can be the name of an entity, a procedure, an input
// or a person.
func ValidName(s string) bool { return len(s) <= 100 && validName(s) }

func validName(s string) bool {
	return s != "" && isAlnum(rune(s[0])) && allOf(s, func(r rune) bool {
		return isAlnum(r) || strings.ContainsRune("._:@-", r)
	})
}

func allOf(s string, ok func(rune) bool) bool {
	for _, r := range s {
		if !ok(r) {
			return false
		}
	}
	return s != ""
}

func isLower(r rune) bool { return r >= 'a' && r <= 'z' }

func isAlnum(r rune) bool {
	return isLower(r) || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// clip keeps a hostile value from filling an error message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// Target is a host that steps act on, or a resource that is reached from one. The
// steps of a local target are performed on this machine.
type Target struct {
	Ref     Ref               `json:"ref"`
	Address string            `json:"address,omitempty"`
	Local   bool              `json:"local"`
	Facts   map[string]string `json:"facts,omitempty"` // TARGET_*, beside those of the plan
	Via     Via               `json:"via,omitzero"`    // the host from which a resource is reached; left out of the hash for hosts
}

// Via is the host from which a target is reached that is none itself.
type Via struct {
	Ref     Ref    `json:"ref"`
	Address string `json:"address,omitempty"`
}

// Machine is where the steps of a target are performed: the target itself, or the
// host from which it is reached.
func (t Target) Machine() Target {
	if t.Via.Ref == "" {
		return t
	}
	return Target{Ref: t.Via.Ref, Address: t.Via.Address, Local: t.Local}
}

// String is the target, and from where it is reached.
func (t Target) String() string {
	switch {
	case t.Via.Ref != "":
		return string(t.Ref) + ", from " + string(t.Via.Ref)
	case t.Local && t.Ref.Kind() != "host":
		return string(t.Ref) + ", from this machine"
	}
	return string(t.Ref)
}

// CountTargets is so many targets in words: hosts, unless they are resources.
func CountTargets(n int, first Ref) string {
	word := "host"
	if first != "" && first.Kind() != "host" {
		word = "target"
	}
	if n != 1 {
		word += "s"
	}
	return itoa(int64(n)) + " " + word
}
