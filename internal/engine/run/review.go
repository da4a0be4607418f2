package run

import (
	"time"

	"prentice"
)

// Review is what someone must answer for after they let a run go without the
// approvals it lacked. Another person closes it.
type Review struct {
	Run       int64          `json:"run"`
	Procedure string         `json:"procedure"`
	Subject   prentice.Ref   `json:"subject,omitempty"`
	State     prentice.State `json:"state"` // of the run
	By        prentice.Ref   `json:"by"`
	People    []prentice.Ref `json:"people,omitempty"` // behind By, themselves included
	Reason    string         `json:"reason"`
	Opened    time.Time      `json:"opened"`
	Closed    time.Time      `json:"closed,omitzero"`
	Closer    prentice.Ref   `json:"closer,omitempty"`
	Says      string         `json:"says,omitempty"`  // what the closer found
	Yours     *Yours         `json:"yours,omitempty"` // how the reader relates to it, if it is open: to approve is to close it
}
