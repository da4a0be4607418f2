package procedure_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"prentice/internal/engine/procedure"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(procedure.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("procedure.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("procedure.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is a procedure's front matter as an editor hands it to the schema:
// dates are text there.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Split(text, "---\n")[1]), &n); err != nil {
		t.Fatal(err)
	}
	plainDates(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func plainDates(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		plainDates(c)
	}
}

func TestTheSchemaFitsEverySample(t *testing.T) {
	s := compiled(t)
	paths, _ := filepath.Glob(teamFolder + "/procedures/*.md")
	if len(paths) < 6 {
		t.Fatalf("only %d samples", len(paths))
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".md")
		if err := s.Validate(asJSON(t, sample(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSchemaRefusesWhatParseRefuses(t *testing.T) {
	s := compiled(t)
	for name, text := range map[string]string{
		"an unknown key":            front("ownr: group:a"),
		"an unknown key of limits":  strings.Replace(front(), "timeout", "timout", 1),
		"an unknown key of on":      front("on: [{evnt: a.b}]"),
		"an unknown key of inputs":  front("inputs: {a: {type: int, form: x}}"),
		"an unknown type":           front("inputs: {a: {type: integer}}"),
		"a trigger of both kinds":   front("on: [{event: a.b, schedule: 1 1 * * *}]"),
		"no targets":                "---\nprocedure: p\nsummary: s\n---\n",
		"per cent without the sign": strings.Replace(front(), "20%", "20", 1),
		"a number for a duration":   strings.Replace(front(), "timeout: 1m", "timeout: 60", 1),
		"a secret twice":            front("secrets: [a, a]"),
		"a name that is a path":     front("procedure: ../x"),
	} {
		if s.Validate(asJSON(t, text)) == nil {
			t.Errorf("the schema accepts %s", name)
		}
		if _, findings := parse(text + act); len(errorsIn(findings)) == 0 {
			t.Errorf("Parse accepts %s", name)
		}
	}
}

func TestTheSchemaNamesWhatParseKnows(t *testing.T) {
	var doc struct {
		Properties map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(procedure.Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	for key := range doc.Properties {
		if _, findings := parse(front(key+": x") + act); strings.Contains(says(findings), "unknown key") {
			t.Errorf("Parse does not know %s", key)
		}
	}
	for key := range doc.Properties["limits"].Properties {
		if _, findings := parse("---\nprocedure: p\nsummary: s\ntargets: hosts()\nlimits: {" + key + ": x}\n---\n" + act); strings.Contains(says(findings), "unknown key") {
			t.Errorf("Parse does not know limit %s", key)
		}
	}
}
