package procedure

import (
	"reflect"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure/proceduretest"
)

const firstVersion = `---
procedure: deploy
summary: Bring a version out
owner: group:platform
review_by: 2099-01-01
inputs:
  version: {type: string, default: v1}
targets: hosts()
limits: {max_targets: 2, cooldown: 10m}
---

# Deploy

## Act

Pull it first.

` + "```sh id=pull idempotent\necho one\necho two\n```\n\n```sh id=restart risk=change\necho restart\n```\n"

// changed reads the first version with some of its text replaced, and says what is
// then different.
func changed(t *testing.T, replace ...string) []string {
	t.Helper()
	old, findings := Parse("procedures/deploy.md", []byte(firstVersion), proceduretest.Kinds())
	if f, bad := firstError(findings); bad {
		t.Fatal(f)
	}
	text := firstVersion
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("there is no %q", replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	now, findings := Parse("procedures/deploy.md", []byte(text), proceduretest.Kinds())
	if f, bad := firstError(findings); bad {
		t.Fatal(f)
	}
	said := []string{}
	for _, c := range Compare(old, now) {
		said = append(said, c.String())
	}
	return said
}

func TestWhatDiffersIsSaidInWordsOfThePlan(t *testing.T) {
	for _, c := range []struct {
		name    string
		replace []string
		want    []string
	}{
		{"the same says nothing", nil, []string{}},
		{"a limit", []string{"max_targets: 2", "max_targets: 5"}, []string{"limit max targets: 2 → 5"}},
		{"a length of time", []string{"cooldown: 10m", "cooldown: 1h"}, []string{"limit cooldown: 10m0s → 1h0m0s"}},
		{"an input and its bound", []string{"default: v1", "default: v2, pattern: 'v.*'"}, []string{"input version: default: v1 → v2", "+ input version: pattern: v.*"}},
		{"a new input", []string{"\ntargets:", "\n  host: {type: host}\ntargets:"}, []string{"+ input host: type: host"}},
		{"targets", []string{"hosts()", `both(hosts(), hosts())`}, []string{`targets: hosts() → both(hosts(), hosts())`}},
		{"a step is gone, and a new one there", []string{"id=restart risk=change", "id=reload risk=danger"}, []string{
			"worst risk: change → danger", "+ step reload: sh in act, risk danger: echo restart", "- step restart: sh in act, risk change: echo restart"}},
		{"how a step is done", []string{"id=pull idempotent", "id=pull where=here if=${true}"}, []string{"step pull: where: target → here", "- step pull: may be repeated: yes", "+ step pull: planned if: true"}},
		{"a body of many lines", []string{"echo two", "echo three"}, []string{"step pull: body is another"}},
		{"a body of one line", []string{"echo restart", "echo again"}, []string{"step restart: body: echo restart → echo again"}},
		{"what proposes it", []string{"\ntargets:", "\non:\n  - event: bell.late\n  - {schedule: \"30 3 * * 1\", zone: UTC}\ntargets:"},
			[]string{"+ started by event bell.late: always", "+ started by schedule 30 3 * * 1: in zone UTC"}},
		{"text for people comes last", []string{"Pull it first.", "Pull it.", "owner: group:platform\n", ""}, []string{"- owner: group/platform", "text before step pull: Pull it first. → Pull it."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := changed(t, c.replace...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestLinesThatDifferStandBehindTheirSign(t *testing.T) {
	got := Compare(prentice.Procedure{Steps: []prentice.StepSpec{{ID: "a", Body: "one\ntwo\nthree\n"}}}, prentice.Procedure{Steps: []prentice.StepSpec{{ID: "a", Body: "one\n2\nthree\n"}}})
	if len(got) != 1 || !strings.Contains(got[0].Lines, "-two\n+2\n") || strings.Contains(got[0].Lines, "---") {
		t.Errorf("got %+v", got)
	}
}

func TestStepsInAnotherOrderAreSaidOnce(t *testing.T) {
	a, b := prentice.StepSpec{ID: "a"}, prentice.StepSpec{ID: "b"}
	got := Compare(prentice.Procedure{Steps: []prentice.StepSpec{a, b}}, prentice.Procedure{Steps: []prentice.StepSpec{b, a}})
	if len(got) != 1 || got[0].String() != "order of the steps: a, b → b, a" {
		t.Errorf("got %+v", got)
	}
}

// Whatever a procedure, an input or a step says is compared: a field that someone adds to
// the ground is not passed over.
func TestNoFieldOfAProcedureIsPassedOver(t *testing.T) {
	for _, of := range []any{prentice.StepSpec{}, prentice.Input{}, prentice.Limits{}} {
		typ := reflect.TypeOf(of)
		for i := range typ.NumField() {
			switch f := typ.Field(i); f.Name {
			case "At", "Script", "State", "ID", "Name", "Prose": // places, what the kind says, and what is compared by itself
			default:
				v := reflect.New(typ).Elem()
				fill(v.Field(i))
				if len(told("", v.Interface(), "id", "prose")) == len(told("", of, "id", "prose")) && same(told("", v.Interface()), told("", of)) {
					t.Errorf("%s.%s is not compared", typ, f.Name)
				}
			}
		}
	}
}

func same(a, b []fact) bool { return reflect.DeepEqual(a, b) }

// fill gives a field a value that is not the zero one.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int8:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x"), reflect.New(v.Type().Elem()).Elem())
	case reflect.Struct:
		fill(v.Field(0))
	}
}
