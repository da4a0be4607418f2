package flag_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/flag"
)

// declared is a member of "flags".
func declared(key string) string {
	return `"` + key + `": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", ` + promises + `}`
}

func TestAFlagIsTakenOutAndEveryOtherByteStays(t *testing.T) {
	file := func(members string) string {
		return "{\n  \"$schema\": \"https://flagd.dev/schema/v0/flags.json\",\n  \"flags\": {" + members + "},\n  \"metadata\": {\"team\": \"shop\"}\n}\n"
	}
	a, b, c := declared("a"), declared("b"), declared("c")
	for name, one := range map[string]struct{ key, with, without string }{
		"the first":        {"a", "\n    " + a + ",\n    " + b + "\n  ", "\n    " + b + "\n  "},
		"one between":      {"b", "\n    " + a + ",\n    " + b + ",\n    " + c + "\n  ", "\n    " + a + ",\n    " + c + "\n  "},
		"the last":         {"c", "\n    " + a + ",\n    " + c + "\n  ", "\n    " + a + "\n  "},
		"the only one":     {"a", "\n    " + a + "\n  ", "\n  "},
		"odd spaces":       {"a", a + " \n ,\t" + b, "\t" + b},
		"a key in escapes": {"a", strings.Replace(a, `"a"`, `"\u0061"`, 1) + "," + b, b},
	} {
		got, err := flag.Without("flags.json", []byte(file(one.with)), one.key)
		if err != nil || string(got) != file(one.without) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
	evil := strings.Replace(declared("a"), `"owner"`, `"description": "}, \"flags\": {\"b\": 1},", "owner"`, 1)
	if got, err := flag.Without("flags.json", []byte(file(evil+","+b)), "a"); err != nil || string(got) != file(b) {
		t.Errorf("a text that looks like JSON: %v\n%s", err, got)
	}
}

func TestAFileThatIsNotUnderstoodIsNotChanged(t *testing.T) {
	for text, kind := range map[string]prentice.Kind{
		`{"flags": {` + declared("a") + `, "b": {}}}`: prentice.Refused,
		`{"flags": {` + declared("b") + `}}`:          prentice.NotFound,
		`{"flags": {}, "flags": {}}`:                  prentice.Refused,
	} {
		if got, err := flag.Without("flags.json", []byte(text), "a"); got != nil || prentice.KindOf(err) != kind {
			t.Errorf("%s: %s %v", text, got, err)
		}
	}
}

func FuzzWithoutAFlagTheOthersSayTheSame(f *testing.F) {
	f.Add("x", " ", "\n")
	f.Add(`}"`, "\t", ",")
	f.Fuzz(func(t *testing.T, says, before, after string) {
		member := strings.Replace(declared("a"), `"owner"`, fmt.Sprintf(`"description": %q, "owner"`, says), 1)
		text := `{"flags": {` + declared("0") + before + "," + after + member + before + "," + declared("z") + `}}`
		out, err := flag.Without("flags.json", []byte(text), "a")
		if err != nil {
			return
		}
		if set, findings := flag.Load("flags.json", out); set == nil || len(set.Flags) != 2 {
			t.Errorf("%s: %v", out, findings)
		}
	})
}
