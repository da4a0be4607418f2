//go:build !unix

package envcontainer

import "os/exec"

func inCharge(*exec.Cmd) {}
