package flag_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/flag"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const promises = `"metadata": {"owner": "group/shop", "kind": "release", "expires": "2026-06-30"}`

// of is a file with one flag of two variants, and what else is said of it.
func of(more string) string {
	return `{"flags": {"f": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", ` + promises + more + `}}}`
}

func load(t testing.TB, text string) *flag.Set {
	t.Helper()
	set, findings := flag.Load("flags.json", []byte(text))
	if set == nil {
		t.Fatal(findings)
	}
	return set
}

func TestAFlagAnswersAsItsTargetingSays(t *testing.T) {
	for _, c := range []struct {
		targeting, context string
		want               flag.Answer
	}{
		{``, `{}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Static}},
		{`{}`, `{}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Static}},
		{`{"if": [{"==": [{"var": "plan"}, "gold"]}, "on"]}`, `{"plan": "gold"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"==": [{"var": "plan"}, "gold"]}, "on"]}`, `{"plan": "tin"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
		{`{"if": [{"==": [{"var": "plan"}, "gold"]}, "on"]}`, `null`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
		{`{"if": [true, "purple"]}`, `{}`, flag.Answer{Reason: flag.Error, Code: flag.General}},
		{`{"+": [1, 1]}`, `{}`, flag.Answer{Reason: flag.Error, Code: flag.General}},
		{`{"if": [{"in": [{"var": "who"}, ["ann", "bob"]]}, "on", "off"]}`, `{"who": "bob"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"==": [{"var": "$flagd.flagKey"}, "f"]}, "on", "off"]}`, `{"$flagd": {"flagKey": "forged"}}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"<": [{"var": "$flagd.timestamp"}, 1772452801]}, "on", "off"]}`, `{}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"starts_with": [{"var": "id"}, "ab"]}, "on", "off"]}`, `{"id": 7}`, flag.Answer{Variant: "off", Value: false, Reason: flag.TargetingMatch}},
		{`{"if": [{"ends_with": [{"var": "mail"}, "@example.com"]}, "on", "off"]}`, `{"mail": "a@example.com"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"sem_ver": [{"var": "v"}, ">=", "1.10.0"]}, "on", "off"]}`, `{"v": "1.9.9"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.TargetingMatch}},
		{`{"if": [{"sem_ver": [{"var": "v"}, ">=", "1.10.0"]}, "on", "off"]}`, `{"v": "v1.10"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"sem_ver": [{"var": "v"}, "~", "2.1.0"]}, "on", "off"]}`, `{"v": "2.1.9"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"if": [{"sem_ver": [{"var": "v"}, "=", "1.0.0"]}, "on", "off"]}`, `{"v": "1.0.0-rc1"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.TargetingMatch}},
		{`{"sem_ver": [{"var": "v"}, "~>", "1.0.0"]}`, `{"v": "1.0.0"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
		{`{"fractional": [["on", 1], ["off", 0]]}`, `{"targetingKey": "u1"}`, flag.Answer{Variant: "on", Value: true, Reason: flag.TargetingMatch}},
		{`{"fractional": [["on", -5], ["off", 1]]}`, `{"targetingKey": "u1"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.TargetingMatch}},
		{`{"fractional": [["on"], ["off"]]}`, `{}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
		{`{"fractional": [["on", 0.5], ["off", 0.5]]}`, `{"targetingKey": "u1"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
		{`{"fractional": [["on", 2147483647], ["off", 1]]}`, `{"targetingKey": "u1"}`, flag.Answer{Variant: "off", Value: false, Reason: flag.Default}},
	} {
		more := ""
		if c.targeting != "" {
			more = `, "targeting": ` + c.targeting
		}
		var context map[string]any
		if err := json.Unmarshal([]byte(c.context), &context); err != nil {
			t.Fatal(err)
		}
		got := load(t, of(more)).Evaluate("f", context, "", noon)
		got.Key, got.Metadata, got.Details = "", nil, ""
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s about %s: %+v", c.targeting, c.context, got)
		}
	}
}

func TestAnOverrideHoldsForEverybody(t *testing.T) {
	set := load(t, of(`, "targeting": {"if": [true, "on"]}`))
	for override, want := range map[string]string{"off": "off", "": "on", "gone": "on"} {
		if got := set.Evaluate("f", nil, override, noon); got.Variant != want {
			t.Errorf("%q: %+v", override, got)
		}
	}
	disabled := load(t, strings.Replace(of(""), "ENABLED", "DISABLED", 1))
	if got := disabled.Evaluate("f", nil, "", noon); got.Variant != "" || got.Reason != flag.Disabled {
		t.Errorf("a disabled one: %+v", got)
	}
	if got := disabled.Evaluate("f", nil, "on", noon); got.Variant != "on" {
		t.Errorf("a disabled one that is overridden: %+v", got)
	}
}

func TestWithoutADefaultTheCodeDecides(t *testing.T) {
	set := load(t, strings.Replace(of(""), `"defaultVariant": "off", `, "", 1))
	if got := set.Evaluate("f", nil, "", noon); got.Variant != "" || got.Value != nil || got.Reason != flag.Default || got.Code != "" {
		t.Errorf("%+v", got)
	}
	if got := set.Evaluate("g", nil, "", noon); got.Code != flag.NotFound || got.Reason != flag.Error {
		t.Errorf("a flag that is not there: %+v", got)
	}
}

// The weights are the shares, whatever they add up to, and one more variant moves only
// those who come to it.
func TestAShareIsAsLargeAsItsWeight(t *testing.T) {
	share := func(more string) map[string]string {
		set := load(t, `{"flags": {"f": {"state": "ENABLED", "variants": {"a": 1, "b": 2, "c": 3}, "targeting": {"fractional": [`+more+`]}, `+promises+`}}}`)
		chosen := map[string]string{}
		for i := range 20_000 {
			key := fmt.Sprint("user-", i)
			chosen[key] = set.Evaluate("f", map[string]any{"targetingKey": key}, "", noon).Variant
		}
		return chosen
	}
	count := map[string]int{}
	few, more := share(`["a", 90], ["b", 10]`), share(`["a", 80], ["b", 20]`)
	for key, variant := range few {
		count[variant]++
		if variant == "b" && more[key] != "b" {
			t.Fatalf("%s was moved away from b by a larger share of it", key)
		}
	}
	if count["b"] < 1800 || count["b"] > 2200 {
		t.Errorf("a tenth of 20,000 is %d", count["b"])
	}
}

// A plain rollout is chosen without the library, and as with it.
func TestAPlainRolloutChoosesAsAnyOther(t *testing.T) {
	plain := load(t, of(`, "targeting": {"fractional": [["on", 3], ["off"]]}`))
	other := load(t, of(`, "targeting": {"if": [true, {"fractional": [["on", 3], ["off"]]}]}`))
	for i := range 2000 {
		context := map[string]any{"targetingKey": fmt.Sprint(i)}
		if a, b := plain.Evaluate("f", context, "", noon), other.Evaluate("f", context, "", noon); a.Variant != b.Variant || a.Reason != b.Reason {
			t.Fatalf("%d: %+v, %+v", i, a, b)
		}
	}
}

func TestAFileWithAMistakeIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"{\n\"flags\": {\n":         `flags.json:2: this is not JSON: it ends too early`,
		`[]`:                        `a file of flags is an object`,
		`{"flag": {}}`:              `a file of flags has no key "flag": did you mean "flags"?`,
		of("") + `{}`:               `something follows the end`,
		of(`, "state": "DISABLED"`): `"state" is there twice`,
		"{\"flags\": {\"f\": {\n\"state\": \"ON\", \"variants\": {\"on\": true}, " + promises + "}}}": `flags.json:2: the flag "f" has the state ON`,
		of(`, "targetting": {}`):                                                                                         `a flag has no key "targetting": did you mean "targeting"?`,
		of(`, "targeting": {"iff": [true, "on"]}`):                                                                       `there is no operator "iff": did you mean "if"?`,
		of(`, "targeting": {"if": [true, "on"], "or": []}`):                                                              `a rule has one operator, and here are 2`,
		of(`, "targeting": {"$ref": "vips"}`):                                                                            `there is no evaluator "vips"`,
		strings.Replace(of(""), `"off",`, `"of",`, 1):                                                                    `has no variant "of": did you mean "off"?`,
		strings.Replace(of(""), `"off": false`, `"off": "no"`, 1):                                                        `the variant "on" is of the type boolean, and others are of the type string`,
		strings.Replace(of(""), `"owner": "group/shop", `, "", 1):                                                        `no one answers for the flag "f"`,
		strings.Replace(of(""), `release`, "relase", 1):                                                                  `the flag "f" is of the kind "relase": did you mean "release"?`,
		strings.Replace(of(""), `2026-06-30`, "soon", 1):                                                                 `the flag "f" expires on "soon", which is no day`,
		strings.Replace(of(""), `"f":`, `"f g":`, 1):                                                                     `the key "f g" cannot be asked for`,
		strings.Replace(of(""), `{"on": true, "off": false}`, `{}`, 1):                                                   `the flag "f" has no variants`,
		`{"flags": {}, "$evaluators": {"a": {"$ref": "a"}}, "metadata": {"team": {}}}`:                                   `the metadata "team" is of the type object`,
		strings.Repeat("[", 200):                                                                                         `it nests deeper than 100 levels`,
		strings.TrimSuffix(of(`, "targeting": {"$ref": "a"}`), "}") + `, "$evaluators": {"a": {"or": [{"$ref": "a"}]}}}`: `leads to more than 10 others`,
	} {
		set, findings := flag.Load("flags.json", []byte(text))
		said := ""
		for _, f := range findings {
			said += fmt.Sprintf("%s:%d: %s: %s\n", f.At.File, f.At.Line, f.Text, f.Hint)
		}
		if set != nil || !strings.Contains(said, want) {
			t.Errorf("%.90q: %s", text, said)
		}
	}
}

// Evaluators that refer to others can make a small file a rule of any size.
func TestEvaluatorsThatGrowAreRefused(t *testing.T) {
	evaluators := `"e0": {"var": "x"}`
	for i := range 8 {
		ref := fmt.Sprintf(`{"$ref": "e%d"},`, i)
		evaluators += fmt.Sprintf(`, "e%d": {"or": [%s]}`, i+1, strings.TrimSuffix(strings.Repeat(ref, 50), ","))
	}
	text := strings.TrimSuffix(of(`, "targeting": {"$ref": "e8"}`), "}") + `, "$evaluators": {` + evaluators + `}}`
	set, findings := flag.Load("flags.json", []byte(text))
	if set != nil || !strings.Contains(findings[0].Text, "have more than 1000000 parts") {
		t.Errorf("%v", findings)
	}
}

func TestAnEmptyFileHasNoFlags(t *testing.T) {
	for _, text := range []string{"", " \n", `{"flags": {}}`} {
		if set := load(t, text); len(set.Keys()) != 0 {
			t.Errorf("%q: %v", text, set.Keys())
		}
	}
}

func TestAFlagIsDueWhenItsDayIsOver(t *testing.T) {
	f, _ := load(t, of("")).Find("f")
	for at, want := range map[string]bool{"2026-06-30T23:59:59Z": false, "2026-07-01T00:00:00Z": true} {
		now, _ := time.Parse(time.RFC3339, at)
		if f.Due(now) != want {
			t.Errorf("at %s: %t", at, !want)
		}
	}
}

// Whatever a program sends as context, the flag answers.
func FuzzAContextBreaksNothing(f *testing.F) {
	var flags []string
	for i, rule := range []string{
		`{"in": ["a", {"var": "a"}]}`, `{"in": [{"var": "a"}, "abc"]}`, `{"<": [{"var": "a"}, {"var": "b"}, 3]}`, `{"substr": [{"var": "a"}, {"var": "b"}]}`, `{"map": [{"var": "a"}, {"var": "b"}]}`,
		`{"reduce": [{"var": "a"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}`, `{"%": [{"var": "a"}, {"var": "b"}]}`, `{"/": [{"var": "a"}, {"var": "b"}]}`, `{"cat": [{"var": "a"}, {"var": "b"}]}`,
		`{"missing_some": [{"var": "a"}, {"var": "b"}]}`, `{"merge": [{"var": "a"}, {"var": "b"}]}`, `{"?:": [{"var": "a"}, "on", "off"]}`, `{"all": [{"var": "a"}, {"var": "b"}]}`, `{"max": [{"var": "a"}, {"var": "b"}]}`,
		`{"fractional": [{"var": "a"}, ["on", {"var": "b"}], ["off", 3]]}`, `{"sem_ver": [{"var": "a"}, "^", {"var": "b"}]}`, `{"and": [{"var": "a"}, {"!": {"var": "b"}}]}`, `{"some": [{"var": "a"}, {"==": [{"var": ""}, 1]}]}`,
	} {
		flags = append(flags, fmt.Sprintf(`"f%d": {"state": "ENABLED", "variants": {"on": true, "off": false}, "targeting": %s, %s}`, i, rule, promises))
	}
	set := load(f, `{"flags": {`+strings.Join(flags, ",")+`}}`)
	for _, context := range []string{`{"a": 1}`, `{"a": [1, "b", {}], "b": "x"}`, `{"a": {"b": null}, "b": [[]]}`, `{"a": true, "b": -1e300}`, `{"targetingKey": 5, "$flagd": 1}`} {
		f.Add(context)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var context map[string]any
		if json.Unmarshal([]byte(text), &context) != nil {
			return
		}
		for _, key := range set.Keys() {
			if got := set.Evaluate(key, context, "", noon); got.Reason == "" {
				t.Errorf("%s about %q: %+v", key, text, got)
			}
		}
	})
}

func FuzzAFileIsReadOrRefused(f *testing.F) {
	f.Add(of(""))
	f.Add(of(`, "targeting": {"fractional": [{"var": "a"}, ["on", 1]]}`))
	f.Fuzz(func(t *testing.T, text string) {
		set, findings := flag.Load("flags.json", []byte(text))
		if set == nil && len(findings) == 0 {
			t.Errorf("%q is refused without a word", text)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	set := load(b, `{"flags": {
		"static": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", `+promises+`},
		"targeted": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"if": [{"ends_with": [{"var": "mail"}, "@example.com"]}, "on"]}, `+promises+`},
		"split": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"fractional": [["on", 10], ["off", 90]]}, `+promises+`}}}`)
	context := map[string]any{"targetingKey": fmt.Sprint("user-", rand.IntN(1000)), "mail": "ann@example.com", "plan": "gold"}
	for _, key := range set.Keys() {
		b.Run(key, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := set.Evaluate(key, context, "", noon); got.Variant == "" {
					b.Fatal(got)
				}
			}
		})
	}
}
