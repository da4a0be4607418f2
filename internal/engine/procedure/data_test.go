package procedure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// patch is a kind whose bodies are data.
type patch struct{ prentice.StepKind }

func (patch) Name() string                              { return "patch" }
func (patch) Needs() prentice.StepNeeds                 { return prentice.StepNeeds{Data: true} }
func (patch) Lint(prentice.StepSpec) []prentice.Finding { return nil }
func (patch) Says(prentice.PlannedStep) string          { return "patch" }

func withData() procedure.Kinds {
	kinds := proceduretest.Kinds()
	return append(kinds, patch{kinds[0]})
}

func ofData(body string) string {
	return front("inputs:", "  name: {type: string, default: web}", "  count: {type: int, default: \"3\"}", "  ready: {type: bool, default: \"true\"}",
		"  zones: {type: list, default: \"a,b\"}") + "## Act\n\n```patch id=p\n" + body + "\n```\n"
}

func planned(t *testing.T, body string, inputs map[string]string) (string, error) {
	t.Helper()
	l, findings := procedure.New([]procedure.File{{Name: "procedures/p.md", Text: []byte(ofData(body))}}, withData())
	if bad := errorsIn(findings); len(bad) > 0 {
		t.Fatal(says(bad))
	}
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: inputs})
	if err != nil {
		return "", err
	}
	body = strings.ReplaceAll(plan.Steps[0].Body, "\n", " ")
	for strings.Contains(body, "  ") {
		body = strings.ReplaceAll(body, "  ", " ")
	}
	return strings.TrimSpace(body), nil
}

func TestAValueOfDataKeepsItsType(t *testing.T) {
	for body, want := range map[string]string{
		"spec: {replicas: 2, paused: false, x: null}":    `{ "spec": { "paused": false, "replicas": 2, "x": null } }`,
		"replicas: ${inputs.count}":                      `{ "replicas": 3 }`,
		`{"replicas": "${inputs.count}"}`:                `{ "replicas": 3 }`,
		"paused: ${!inputs.ready}":                       `{ "paused": false }`,
		"zones: ${inputs.zones}":                         `{ "zones": [ "a", "b" ] }`,
		"image: registry/${inputs.name}:${inputs.count}": `{ "image": "registry/web:3" }`,
		"list:\n- name: ${inputs.name}\n- 1.5":           `{ "list": [ { "name": "web" }, 1.5 ] }`,
		"text: |\n  " + strings.Repeat("x", 5000):        `{ "text": "` + strings.Repeat("x", 5000) + `\n" }`,
		"quoted: \"3\"":                                  `{ "quoted": "3" }`,
	} {
		if got, err := planned(t, body, nil); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", body, got, err, want)
		}
	}
}

func TestAValueCannotBecomeMoreThanAValue(t *testing.T) {
	for _, hostile := range []string{`x", "admin": "yes`, "x\nadmin: yes", "}{", "${inputs.count}", "$(id)", "3", "null", "[a]"} {
		got, err := planned(t, "name: ${inputs.name}\nin: a ${inputs.name} b", map[string]string{"name": hostile})
		var data map[string]any
		if err == nil {
			err = json.Unmarshal([]byte(got), &data)
		}
		if err != nil || len(data) != 2 || data["name"] != hostile || data["in"] != "a "+hostile+" b" {
			t.Errorf("%q became %s, %v", hostile, got, err)
		}
	}
}

func TestDataThatReadersTakeForDifferentThingsIsRefused(t *testing.T) {
	for body, want := range map[string]string{
		"a: yes":               "yes is a truth to some readers and a text to others",
		"a: 0644":              "0644 is a number to some readers",
		"a: 1_000":             "1_000 is a number to some readers",
		"a: .inf":              ".inf is a number to some readers",
		"a: 2027-05-01":        "2027-05-01 is a time to some readers",
		"a: 1\na: 2":           "a appears twice",
		"a: &x 1\nb: *x":       "anchors and aliases are not read here",
		"a: !!binary aGk=":     "tag !!binary is not read here",
		"${inputs.name}: 1":    "a key is worked out, and only values are",
		"[a]":                  "the data has no fields",
		"a: 1\n---\nb: 2":      "a second YAML document begins here",
		"a: ${inputs.nam}":     "did you mean name?",
		"a: ${inputs.name":     "${ has no end in the data",
		"a: x ${inputs.zones}": "expression gives list(string), wanted string",
		"a: {b: 1":             "not YAML",
		"a: ${each}":           "give the step each=${a list}",
		"a: " + strings.Repeat("[", 80) + strings.Repeat("]", 80): "more here than is read",
	} {
		if _, findings := procedure.Parse("p.md", []byte(ofData(body)), withData()); !strings.Contains(says(findings), want) {
			t.Errorf("%s: %s, want %s", body, says(findings), want)
		}
	}
}
