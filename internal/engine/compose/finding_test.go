package compose

import (
	"fmt"
	"strings"
	"testing"
)

func TestFindingsThatAreNotToldAreCounted(t *testing.T) {
	var f findings
	for i := range most + 5 {
		f.refuse(place{"compose.yaml", i + 1}, "", "fault %d", i)
	}
	got := f.told()
	if last := got[len(got)-1]; len(got) != most || last.Says != "and 6 more" {
		t.Errorf("%d findings, the last %q", len(got), last.Says)
	}
	for i, one := range got[:most-1] {
		if !strings.HasSuffix(one.Says, fmt.Sprint(" ", i)) {
			t.Errorf("%d: %q", i, one.Says)
		}
	}
}
