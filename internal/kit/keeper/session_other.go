//go:build !linux

package keeper

// The helper is built for Linux alone.

func closed()   {}
func letLoose() {}
