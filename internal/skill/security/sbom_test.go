package security

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

// cyclonedx is the schema of the format, as its makers publish it.
func cyclonedx(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for _, name := range []string{"bom-1.6", "spdx", "jsf-0.82"} {
		f, err := os.Open(filepath.Join("testdata", "cyclonedx", name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err == nil {
			err = c.AddResource("http://cyclonedx.org/schema/"+name+".schema.json", doc)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var manyThings = map[string]string{
	"go.mod":                     "module a\n\ntoolchain go1.26.3\n\nrequire (\n\tgolang.org/x/net v0.16.0\n\texample.com/odd v1.0.0 // indirect\n)\n",
	"package-lock.json":          `{"packages": {"node_modules/@a/b": {"version": "1.0.0", "license": "MIT OR Apache-2.0", "integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}, "node_modules/c": {"version": "2.0.0", "license": "SEE LICENSE IN x", "dev": true}, "node_modules/d": {"version": "2.0.0", "license": "MIT", "integrity": "sha512-short md5-x"}}}`,
	"requirements.txt":           "a>=1\na==1.0\n",
	"yarn.lock":                  "broken",
	"small/lib/apk/db/installed": "P:musl\nV:1.2.5-r0\nL:MIT\n",
	"small/etc/os-release":       "ID=alpine\nVERSION_ID=3.20.3\n",
	"pom.xml":                    "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies></project>",
	"Cargo.lock":                 "[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+x\"\nchecksum = \"" + strings.Repeat("ab", 32) + "\"\n",
}

func supplyOf(files map[string]string) Supply {
	return Supply{
		Clock: func() time.Time { return today },
		Tree: func(context.Context, string) (*check.Tree, func() error, error) {
			return check.Example{Files: files}.Tree(), func() error { return nil }, nil
		},
		Module: func(name, _ string) ([][]byte, time.Time) {
			if name == "golang.org/x/net" {
				return [][]byte{[]byte("Redistribution and use in source and binary forms; endorse or promote products")}, today.AddDate(0, 0, -3)
			}
			return nil, time.Time{}
		},
	}
}

func made(t *testing.T, files map[string]string) BOM {
	t.Helper()
	b, err := supplyOf(files).sbom(context.Background(), op.Call{}, DependenciesIn{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestABillOfMaterialsIsAsItsFormatSays(t *testing.T) {
	schema := cyclonedx(t)
	for says, files := range map[string]map[string]string{"of many things": manyThings, "of nothing": {"README.md": "x"}, "of an odd name": {"a\xff/go.mod": "module a\nrequire example.org/b v1.0.0\n"}} {
		text := made(t, files).Text()
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = schema.Validate(doc)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", says, err, text)
		}
		if again := made(t, files).Text(); again != text {
			t.Errorf("%s: it is another the next time", says)
		}
	}
	bad := made(t, manyThings)
	bad.Components[0].Type = "thing"
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad.Text()))
	if err != nil || schema.Validate(doc) == nil {
		t.Error("the schema takes anything")
	}
}

func TestABillOfMaterialsSaysWhatIsKnown(t *testing.T) {
	b := made(t, manyThings)
	by := map[string]bomComponent{}
	for _, c := range b.Components {
		by[c.Ref] = c
	}
	text := func(v any) string { raw, _ := json.Marshal(v); return string(raw) }
	if got := text(by["pkg:golang/golang.org/x/net@v0.16.0"].Licences); got != `[{"license":{"id":"BSD-3-Clause"}}]` {
		t.Errorf("the licence is %s", got)
	}
	if got := by["pkg:npm/%40a/b@1.0.0"]; text(got.Licences) != `[{"expression":"MIT OR Apache-2.0"}]` || len(got.Hashes) != 1 || got.Hashes[0].Algorithm != "SHA-512" {
		t.Errorf("got %+v", got)
	}
	if got := by["pkg:npm/c@2.0.0"]; got.Scope != "excluded" || text(got.Licences) != `[{"license":{"name":"SEE LICENSE IN x"}}]` {
		t.Errorf("got %+v", got)
	}
	if got := by["pkg:npm/d@2.0.0"]; len(got.Hashes) != 0 {
		t.Errorf("a digest that is none: %+v", got)
	}
	if len(b.Metadata.Properties) != 1 || b.Metadata.Properties[0].Value != "yarn.lock" || b.Compositions[0].Aggregate != "incomplete" {
		t.Errorf("a file that was not read: %+v %+v", b.Metadata, b.Compositions)
	}
	if made(t, map[string]string{"go.mod": "module a\nrequire example.org/b v1.0.0\n"}).Serial == made(t, map[string]string{"go.mod": "module a\nrequire example.org/b v1.0.1\n"}).Serial {
		t.Error("two bills have one number")
	}
}

func TestAPolicyOfLicencesAndAgesIsKeptOrUnknown(t *testing.T) {
	const policy = "licences: {allowed: [MIT, BSD-3-Clause]}\nrelease_age: 7d\n"
	npm := func(licence string) map[string]string {
		return map[string]string{"package-lock.json": `{"packages": {"node_modules/a": {"version": "1.0.0", "license": "` + licence + `"}}}`}
	}
	for _, c := range []struct {
		says  string
		files map[string]string
		want  string // licence, age, dated
	}{
		{"a licence that is allowed, and no day", npm("MIT"), "pass unknown fail"},
		{"one of two", npm("MIT OR ISC"), "pass unknown fail"},
		{"another", npm("ISC"), "fail unknown fail"},
		{"none", npm(""), "unknown unknown fail"},
		{"what is no licence", npm("SEE LICENSE IN x"), "unknown unknown fail"},
		{"a module that came out three days ago", needs("v0.16.0"), "pass fail pass"},
		{"that, and one without a day", with(with(needs("v0.16.0"), "yarn.lock", "# yarn lockfile v1\na@1:\n  version \"1\"\n"), "x", ""), "unknown fail fail"},
		{"a file that cannot be read", map[string]string{"yarn.lock": "x"}, "unknown unknown unknown"},
		{"nothing", map[string]string{"README.md": "x"}, "pass pass pass"},
	} {
		all := judged(t, supplyOf(nil), with(c.files, ".prentice/dependencies.yaml", policy))
		got := string(all[ruleLicence].Outcome.Truth) + " " + string(all[ruleAge].Outcome.Truth) + " " + string(all[ruleDated].Outcome.Truth)
		if got != c.want {
			t.Errorf("%s: want %s, got %s: %+v", c.says, c.want, got, all[ruleLicence].Outcome)
		}
		if all[ruleLicence].Rule.Severity != claims.Block || all[ruleDated].Rule.Severity != claims.Advise {
			t.Errorf("%s: what has no day must not wait forever", c.says)
		}
	}
	if all := judged(t, supplyOf(nil), needs("v0.16.0")); len(all) != 1 {
		t.Errorf("without a policy %d rules are asked", len(all))
	}
}
