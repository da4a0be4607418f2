package team

import (
	"slices"

	"prentice"
	"prentice/internal/kit/clip"
)

// Resource is what is reached from a host and is none: a database, a cluster, a
// queue, a namespace. It can be a target when it says from where it is reached.
type Resource struct {
	Ref     prentice.Ref      `json:"ref"`
	Type    string            `json:"type,omitempty"`
	Owner   prentice.Ref      `json:"owner,omitempty"`
	System  prentice.Ref      `json:"system,omitempty"`
	Address string            `json:"address,omitempty"` // where the host finds it
	Local   bool              `json:"local,omitempty"`   // it is reached from this machine, whether that is a host of the catalog or not
	Via     []Host            `json:"via,omitempty"`     // the hosts from which it is reached; the first is taken when none is asked for
	Place   string            `json:"place,omitempty"`   // what it is, when its address does not tell it from others
	Facts   map[string]string `json:"facts,omitempty"`
	Blocked string            `json:"blocked,omitempty"` // why no plan may aim at it; "" is nothing
	At      prentice.Pos      `json:"-"`
}

// Reached says whether it is known from where the resource is reached.
func (r Resource) Reached() bool { return r.Local || len(r.Via) > 0 }

// Target is the resource as a plan names it, reached from a host by its bare name
// or ref; from "" is the first that it says.
func (r Resource) Target(from string) (prentice.Target, error) {
	t := prentice.Target{Ref: r.Ref, Address: r.Address, Local: r.Local, Facts: r.Facts}
	if !r.Reached() {
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "%s says not from which host it is reached", r.Ref).
			Try(`give it the annotation prentice.dev/via: HOST in the catalog, or prentice.dev/local: "true"`)
	}
	if len(r.Via) == 0 && from == "" {
		return t, nil
	}
	i := 0
	if from != "" {
		i = slices.IndexFunc(r.Via, func(h Host) bool { return string(h.Ref) == from || h.Ref.Name() == from })
	}
	if i < 0 {
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "%s is not reached from %q", r.Ref, clip.Text(from)).Try("add it to prentice.dev/via at %s", r.At)
	}
	h := r.Via[i]
	if h.Blocked != "" {
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "nothing can be planned for %s: %s, from which it is reached, cannot be acted on: %s", r.Ref, h.Ref, h.Blocked).Try("see prentice catalog check")
	}
	t.Local, t.Via = h.Local, prentice.Via{Ref: h.Ref, Address: h.Address}
	return t, nil
}
