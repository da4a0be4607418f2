//go:build !linux || !(amd64 || arm64)

package sandbox

import "prentice"

func writeFilter(string) (string, error) {
	return "", prentice.Errorf(prentice.Unavailable, "there is no sandbox here: it needs Linux on amd64 or arm64").Try("check what needs a sandbox on such a machine")
}
