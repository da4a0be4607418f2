package floors

import "testing"

// atRoot lets a test read the repository from its root. It stands in the test and not
// before all of them, so that what the test opens counts when go keeps its result.
func atRoot(t *testing.T) {
	t.Helper()
	t.Chdir("../..")
}
