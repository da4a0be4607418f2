package argv

import (
	"errors"
	"strings"
	"testing"
)

func TestACommandLineIsSplitWithoutAShell(t *testing.T) {
	for line, want := range map[string]string{
		`pg_isready -h db`:                "pg_isready|-h|db",
		`a  'b c'  "d e"`:                 "a|b c|d e",
		`a "b \"c\" \n \\"`:               `a|b "c" \n \`,
		`a b\ c ''`:                       "a|b c|",
		"a\tb\nc":                         "a|b|c",
		`a'b'"c"d`:                        "abcd",
		`sh -c 'test "$(ls | wc)" -lt 3'`: `sh|-c|test "$(ls | wc)" -lt 3`,
		`echo "a | b; c" 5$ \$HOME *`:     "echo|a | b; c|5$|$HOME|*",
	} {
		if got, err := Split(line); err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
	for _, line := range []string{"", "  ", "''", "a 'b", `a "b`, `a \`} {
		if got, err := Split(line); err == nil {
			t.Errorf("%s: got %q", line, got)
		}
	}
}

func TestWhatOnlyAShellCanDoIsRefused(t *testing.T) {
	for _, line := range []string{
		`test "$(ls /var/spool | wc -l)" -lt 1000`, "echo hi | grep bye", "a; b", "a && b", "a > b", "a 2>&1", "echo `id`", `echo "` + "`id`" + `"`,
		"echo $HOME", `echo "${HOME}"`, "cat < a",
	} {
		if got, err := Split(line); !errors.Is(err, ErrShell) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`a 'b c' "d\"e" f\ g`)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Split(line)
		if err == nil && (len(words) == 0 || words[0] == "") {
			t.Errorf("%q: no program and no error", line)
		}
	})
}
