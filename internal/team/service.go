package team

import "prentice"

// Service is what prentice needs to know of a component that runs.
type Service struct {
	Ref       prentice.Ref     `json:"ref"`
	Title     string           `json:"title"`
	Owner     prentice.Ref     `json:"owner,omitempty"`
	System    prentice.Ref     `json:"system,omitempty"`
	Unit      string           `json:"unit,omitempty"` // systemd unit or the name people use
	URL       string           `json:"url,omitempty"`
	Run       string           `json:"run,omitempty"` // the command that starts it
	Hosts     []Host           `json:"hosts"`
	DependsOn []prentice.Ref   `json:"depends_on,omitempty"`
	Probes    []prentice.Probe `json:"probes,omitempty"`
	Blocked   string           `json:"blocked,omitempty"` // why nothing may be planned for it; "" is nothing
}
