//go:build !linux

package proc

// DropText does nothing: only Linux is asked for its pages back.
func DropText() error { return nil }
