//go:build unix && !linux

package proc

import (
	"context"
	"errors"
	"fmt"
	"syscall"
)

// EndMarked needs /proc to see the environment of other processes.
func EndMarked(context.Context, int, ...string) (ended int, err error) {
	return 0, fmt.Errorf("end marked processes: %w on this system", errors.ErrUnsupported)
}

// Session is the session that our children belong to, unless they leave it.
func Session() int {
	return syscall.Getpgrp()
}
