package procedure

import (
	"strings"
	"testing"
)

func TestALongerFenceHoldsBlocksOnPurpose(t *testing.T) {
	for _, body := range []string{
		"cat > x.md <<E\n```sh id=a\ntrue\n```\nE\n",
		"## Undo\n```text\nx\n```\n",
	} {
		r := &reading{}
		p := &page{reading: r}
		p.swallowed(body, "````sh id=w", 1)
		if len(r.findings) != 0 {
			t.Errorf("%q: %v", body, r.findings)
		}
	}
	r := &reading{}
	(&page{reading: r}).swallowed("# ## Undo is below\n## Verify\necho '# x'\n", "```sh", 1)
	if len(r.findings) != 0 || !strings.HasPrefix(fenceOf("  ~~~~ sh"), "~~~~") {
		t.Errorf("%v", r.findings)
	}
}
