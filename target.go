package prentice

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
