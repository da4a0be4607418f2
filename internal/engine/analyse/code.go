package analyse

import (
	"bytes"
	"go/format"
	"go/scanner"
	"path"
	"regexp"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func code() []standard.Analyser {
	return []standard.Analyser{
		{Name: "gofmt", Paths: []string{"**/*.go"}, Each: gofmt},
		{Name: "yaml-parses", Paths: []string{"**/*.yaml", "**/*.yml"}, Each: parses("YAML")},
		{Name: "json-parses", Paths: []string{"**/*.json"}, Each: parses("JSON")},
		{Name: "toml-parses", Paths: []string{"**/*.toml"}, Each: parses("TOML")},
		{Name: "named-schema", Paths: []string{"**/*.yaml", "**/*.yml", "**/*.json", "**/*.toml"}, Each: namedSchema},
	}
}

// generated is the line by which code says that a program wrote it
// (https://go.dev/s/generatedcode).
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func gofmt(t *standard.Text) []check.Finding {
	if foreign(t.Path) || strings.HasPrefix(path.Base(t.Path), "_") || generated.Match(t.Bytes[:min(len(t.Bytes), 4000)]) {
		return nil
	}
	neat, err := format.Source(t.Bytes)
	if err != nil {
		f := t.Of("it is not Go: " + standard.Shown(err.Error()))
		if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
			f = t.At(list[0].Pos.Line, "it is not Go: "+standard.Shown(list[0].Msg))
		}
		return []check.Finding{f}
	}
	if bytes.Equal(neat, t.Bytes) {
		return nil
	}
	f := t.At(firstDifference(t.Bytes, neat), "it is not as gofmt writes it")
	f.Key, f.Remedy, f.Fix = "gofmt", "run gofmt -w on it", []check.Edit{{Path: t.Path, Content: neat}}
	return []check.Finding{f}
}

// firstDifference is the first line in which two texts differ.
func firstDifference(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return 1 + bytes.Count(a[:n], []byte("\n"))
}

// withComments are JSON files whose programs allow comments in them.
var withComments = regexp.MustCompile(`(^|/)((ts|js)config([.-][^/]*)?\.json|\.?eslintrc(\.json)?|devcontainer\.json|\.swcrc|api-extractor\.json|babel\.config\.json)$|(^|/)\.(vscode|devcontainer|zed)/|\.code-workspace$`)

// templated says whether a text is a template, whose language is another until it is filled in.
var templates = regexp.MustCompile(`\{\{|\{%|<%|\$\{\{?[^}]*\}`)

func parses(language string) func(*standard.Text) []check.Finding {
	return func(t *standard.Text) []check.Finding {
		if foreign(t.Path) || standard.Below(t.Path, "templates") || language == "JSON" && (withComments.MatchString(t.Path) || len(bytes.TrimSpace(t.Bytes)) == 0) {
			return nil
		}
		line, err := t.Fault()
		if err == nil {
			return nil
		}
		if language == "YAML" && templates.Match(t.Bytes) && bytes.Contains(t.Bytes, []byte("{{")) || language == "JSON" && bytes.Contains(t.Bytes, []byte("{{")) {
			return nil // a template
		}
		f := t.At(line, "it is not "+language+": "+standard.Shown(err.Error()))
		f.Key = language
		return []check.Finding{f}
	}
}

// modeline is how a YAML file names its schema
// (https://github.com/redhat-developer/yaml-language-server#using-inlined-schema).
var modeline = regexp.MustCompile(`(?m)^#\s*(?:yaml-language-server:\s*\$schema=|:schema\s+)(\S+)`)

// namedSchema holds a file against the schema that it names, where that lies in the
// repository. One that lies elsewhere is not fetched.
func namedSchema(t *standard.Text) []check.Finding {
	name := ""
	if m := modeline.FindSubmatch(t.Bytes[:min(len(t.Bytes), 2000)]); m != nil {
		name = string(m[1])
	} else if bytes.Contains(t.Bytes[:min(len(t.Bytes), 2000)], []byte(`$schema`)) {
		if top, ok := t.Value().(map[string]any); ok {
			name, _ = top["$schema"].(string)
		}
	}
	if name == "" || strings.Contains(name, "://") || strings.HasPrefix(name, "#") || foreign(t.Path) {
		return nil
	}
	at := path.Join(path.Dir(t.Path), name)
	f, found := t.View.File(at)
	if !found {
		return []check.Finding{t.Of("it names the schema " + standard.Shown(name) + ", which is not there")}
	}
	text, err := t.View.Open(f)
	if err != nil || text.Value() == nil {
		return []check.Finding{t.Of("the schema " + standard.Shown(name) + " cannot be read")}
	}
	schema, err := standard.SchemaOf(text.Value())
	if err != nil {
		return []check.Finding{t.Of("the schema " + standard.Shown(name) + " is none: " + standard.Shown(err.Error()))}
	}
	return standard.Against(schema, t)
}
