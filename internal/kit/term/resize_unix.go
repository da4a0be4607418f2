//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"
)

func hearResizes(to chan<- os.Signal) { signal.Notify(to, syscall.SIGWINCH) }
