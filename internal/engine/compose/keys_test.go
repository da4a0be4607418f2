package compose

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

// Nothing is passed over: what the specification has, the table has a verdict on.
func TestEveryKeyOfTheSpecificationHasAVerdict(t *testing.T) {
	for _, p := range schema.AttributePaths() {
		if k, ok := row(string(p)); !ok {
			t.Errorf("%s has no row in the table of keys: %+v", p, k)
		}
	}
	known := specified()
	for _, k := range Keys {
		in, key := "", k.Key
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			in, key = key[:i], key[i+1:]
		}
		if !known[in][key] {
			t.Errorf("%s is in the table, and not in the specification", k.Key)
		}
	}
}

// A key that the specification gets one day is refused until someone decides on it.
func TestAKeyWithoutAVerdictIsRefused(t *testing.T) {
	l := &load{places: &places{bases: map[string][]string{}}, found: &findings{}}
	l.judge(map[string]any{"services": map[string]any{"web": map[string]any{"image": "a", "teleport": true}}}, map[string]bool{"web": true})
	if len(l.found.list) != 1 || l.found.list[0].Level != Error {
		t.Errorf("%v", l.found.list)
	}
}

func TestDocsTheTableOfKeysIsTheOneThatIsUsed(t *testing.T) {
	const page, begin = "../../../book/reference/compose.md", "## Each key\n\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), begin)
	if !found {
		t.Fatalf("%s has no %q", page, begin)
	}
	compare(t, page, before+begin+Table())
}

// Each word of the table that people read begins small, and ends without a full stop.
func TestTheTableReadsAsSentences(t *testing.T) {
	for _, k := range Keys {
		for _, s := range []string{k.Why, k.Try} {
			if strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q", k.Key, s)
			}
		}
		if slices.Contains([]Verdict{Refused, Told}, k.Verdict) && k.Why == "" {
			t.Errorf("%s is %s, and no one says why", k.Key, k.Verdict)
		}
	}
}
