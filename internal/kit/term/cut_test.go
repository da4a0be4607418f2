package term_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/term"
)

func TestTheLastColumnIsCutToTheTerminalAndNeverInAPipe(t *testing.T) {
	why := "the probe http of service/checkout failed three times in a row, the last time with connection refused"
	hash := strings.Repeat("a", 90)
	table := term.Table{Head: []string{"RUN", "STATE", "WHY"}, Rows: [][]string{{"run/7", "■ failed", why}, {"run/8", "● verified", "quiet for 2m"}, {"run/9", "■ failed", hash}}, Cut: true}
	var b strings.Builder
	if err := (term.Screen{Width: 60}).Table(&b, table); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if strings.Contains(b.String(), "refused") || !strings.Contains(b.String(), " …") || !strings.Contains(b.String(), hash) {
		t.Errorf("%s", b.String())
	}
	for _, line := range lines {
		if term.Width(line) > 60 && !strings.Contains(line, hash) {
			t.Errorf("too wide: %q", line)
		}
	}
	b.Reset()
	if err := (term.Screen{}).Table(&b, table); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), why) {
		t.Errorf("a pipe was cut: %s", b.String())
	}
	b.Reset()
	table.Rows = table.Rows[:2]
	if err := (term.Screen{Width: 60}).Table(&b, table); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 3 {
		t.Errorf("%d lines for a head and two rows:\n%s", n, b.String())
	}
}
