package gate

import (
	"prentice"
)

// LimitUse is one limit and how much of it is used.
type LimitUse struct {
	Layer string `json:"layer"`          // installation, system, service, procedure or target
	Name  string `json:"name,omitempty"` // of whom; "" is the installation
	Per   string `json:"per"`            // hour, or moment
	Used  int    `json:"used"`
	Most  int    `json:"most"`
}

// Block is a hold that lies on something, and not on one run. Code and Name
// are what an owner lifts it by.
type Block struct {
	Name string `json:"name"` // of what it lies on
	Run  int64  `json:"run,omitempty"`
	prentice.HoldBack
}
