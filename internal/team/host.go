package team

import "prentice"

// Host is where services run. A local host is this machine.
type Host struct {
	Ref     prentice.Ref      `json:"ref"`
	Address string            `json:"address,omitempty"`
	Local   bool              `json:"local"`
	Place   string            `json:"place,omitempty"` // on this machine, with a lock of its own; "" is the machine itself
	Facts   map[string]string `json:"facts,omitempty"`
	Groups  []string          `json:"groups,omitempty"`  // of an inventory; sorted
	Blocked string            `json:"blocked,omitempty"` // why no plan may aim at it; "" is nothing
	At      prentice.Pos      `json:"-"`                 // where it is declared
}

// Target is the host as a plan names it.
func (h Host) Target() prentice.Target {
	return prentice.Target{Ref: h.Ref, Address: h.Address, Local: h.Local, Facts: h.Facts}
}
