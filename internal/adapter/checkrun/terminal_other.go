//go:build !linux

package checkrun

import (
	"os"

	"prentice"
	"prentice/internal/kit/proc"
)

func atTerminal(*os.File, *os.File, func(*os.File) (proc.Exit, error)) (proc.Exit, error) {
	return proc.Exit{}, prentice.Errorf(prentice.Unavailable, "there is no sandbox here: it needs Linux").Try("enter it on the machine that performed the check")
}
