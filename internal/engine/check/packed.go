package check

import (
	"slices"
	"unicode/utf8"
)

// Packed is an outcome as it is kept: all of it that JSON would leave out or change, but
// for the edits, which are made anew.
type Packed struct {
	Outcome Outcome  `json:"outcome"`
	Keys    []string `json:"keys,omitempty"`
}

// Pack makes one of an outcome.
func Pack(o Outcome) Packed {
	p := Packed{Outcome: o}
	p.Outcome.Findings = slices.Clone(o.Findings)
	for i := range p.Outcome.Findings {
		p.Outcome.Findings[i].spell()
		p.Keys = append(p.Keys, o.Findings[i].Key)
	}
	return p
}

// spell keeps the bytes of a path that is no text: JSON would change it.
func (f *Finding) spell() {
	if !utf8.ValidString(f.Path) {
		f.Bytes = []byte(f.Path)
	}
}

// Unpack is the outcome that was packed.
func (p Packed) Unpack() Outcome {
	o := p.Outcome
	o.Findings = slices.Clone(o.Findings)
	for i := range o.Findings {
		if i < len(p.Keys) {
			o.Findings[i].Key = p.Keys[i]
		}
		if odd := o.Findings[i].Bytes; len(odd) > 0 {
			o.Findings[i].Path = string(odd)
		}
	}
	return o
}
