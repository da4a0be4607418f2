//go:build !linux

package term

import (
	"errors"
	"os"
)

// Pair is a terminal of our own, which is made on Linux alone.
func Pair() (ours, theirs *os.File, err error) { return nil, nil, errors.ErrUnsupported }

// Resize says to who reads theirs how large the terminal is.
func Resize(*os.File, Size) error { return errors.ErrUnsupported }
