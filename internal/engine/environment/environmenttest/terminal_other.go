//go:build !linux

package environmenttest

import "testing"

func terminal(t *testing.T, _ *bench) {
	t.Skip("SKIPPED: a terminal of a test's own is made on Linux alone")
}
