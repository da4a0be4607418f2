package check

import (
	"slices"
	"unicode/utf8"
)

// Packed is an outcome as it is kept: all of it that JSON would leave out or change, but
// for the edits, which are made anew.
type Packed struct {
	Outcome Outcome        `json:"outcome"`
	Keys    []string       `json:"keys,omitempty"`
	Paths   map[int][]byte `json:"paths,omitempty"` // those that are no text, which JSON would change
}

// Pack makes one of an outcome.
func Pack(o Outcome) Packed {
	p := Packed{Outcome: o}
	for i, one := range o.Findings {
		p.Keys = append(p.Keys, one.Key)
		if !utf8.ValidString(one.Path) {
			if p.Paths == nil {
				p.Paths = map[int][]byte{}
			}
			p.Paths[i] = []byte(one.Path)
		}
	}
	return p
}

// Unpack is the outcome that was packed.
func (p Packed) Unpack() Outcome {
	o := p.Outcome
	o.Findings = slices.Clone(o.Findings)
	for i := range o.Findings {
		if i < len(p.Keys) {
			o.Findings[i].Key = p.Keys[i]
		}
		if path, odd := p.Paths[i]; odd {
			o.Findings[i].Path = string(path)
		}
	}
	return o
}
