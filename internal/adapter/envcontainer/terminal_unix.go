//go:build unix

package envcontainer

import (
	"os/exec"
	"syscall"
)

// inCharge has a command begin a session whose terminal is its input, so that it hears of its size.
func inCharge(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
}
