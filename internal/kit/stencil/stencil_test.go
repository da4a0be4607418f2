package stencil_test

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/stencil"
)

func values() map[string]any {
	return map[string]any{
		"inputs":  map[string]any{"port": int64(8080), "name": "shop", "tls": true, "tables": []string{"a", "b"}, "rest": 90 * time.Second, "many": int64(1 << 40), "long": strings.Repeat("x", 4000)},
		"service": map[string]any{"hosts": []map[string]any{{"name": "web1", "facts": map[string]string{"zone": "a"}}, {"name": "web2"}}},
	}
}

func TestATextIsFilledWithValues(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no place", "workers = 8\n", "workers = 8\n"},
		{"nothing", "", ""},
		{"a number and a text", "{{.inputs.name}}:{{.inputs.port}}", "shop:8080"},
		{"a condition", "{{if .inputs.tls}}ssl{{else}}plain{{end}}", "ssl"},
		{"a loop", "{{range .service.hosts}}server {{.name}}:{{$.inputs.port}};\n{{end}}", "server web1:8080;\nserver web2:8080;\n"},
		{"a list", `{{join .inputs.tables ", "}} {{json .inputs.tables}} {{len .inputs.tables}}`, `a, b ["a","b"] 2`},
		{"a length is a text without methods", "{{.inputs.rest}} {{upper .inputs.name}}", "1m30s SHOP"},
		{"what is not there and is not reached", "{{if not .inputs.tls}}{{.inputs.none}}{{end}}ok", "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := stencil.Read(c.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.Fill(values())
			again, err2 := b.Fill(values())
			if err != nil || err2 != nil || got != c.want || again != got {
				t.Errorf("%q, %v, again %q, %v", got, err, again, err2)
			}
		})
	}
}

func TestWhatAStencilAsksForIsKnown(t *testing.T) {
	b, err := stencil.Read("{{.inputs.port}}\n{{range .service.hosts}}{{.name}} {{$.inputs.name}}{{else}}{{.inputs.tls}}{{end}}\n{{with .inputs.rest}}{{.}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range b.Asks() {
		got = append(got, a.String())
	}
	if want := "inputs.port service.hosts inputs.tls inputs.name inputs.rest"; strings.Join(got, " ") != want || b.Asks()[4].Line != 3 {
		t.Errorf("asks %q", b.Asks())
	}
}

func TestWhatIsNotForBlanksIsRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a function that calls", "a\n{{call .inputs.name}}", "line 2: there is no function call here"},
		{"one for pages", "{{html .inputs.name}}", "there is no function html here"},
		{"one that there is not", "{{env \"HOME\"}}", `function "env" not defined`},
		{"another template", `{{define "x"}}{{end}}{{template "x"}}`, "is to be one piece"},
		{"all values at once", "{{.}}", "it takes all values at once"},
		{"all values in a loop", "{{range .inputs.tables}}{{$}}{{end}}", "it takes all values at once"},
		{"a place that never ends", "{{.inputs.port", "line 1: unclosed action"},
		{"a counter of its own", "{{_counted -1}}", "there is no function _counted here"},
		{"half of it", "ok {{.inputs.port}}\n{{.inputs.none}}", `line 2: {{.inputs.none}}: map has no entry for key "none"`},
		{"a method", "{{.inputs.rest.Hours}}", "line 1: {{.inputs.rest.Hours}}: can't evaluate field Hours"},
		{"a loop without end", "{{range .inputs.many}}{{end}}", "its loops go through too much"},
		{"loops within loops", "{{range 1000}}{{range 1000}}{{end}}{{end}}", "its loops go through too much"},
		{"a text that doubles", "{{$x := .inputs.long}}{{range 60}}{{$x = print $x $x}}{{end}}", "give too much text"},
		{"a width", `{{printf "%99999999d" 1}}`, "at most 999 characters"},
		{"a width that is given", `{{printf "%*d" 99999999 1}}`, "at most 999 characters"},
		{"too much of it", "{{range 100}}{{$.inputs.long}}{{end}}", "more than 262144 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := stencil.Read(c.text)
			text := ""
			if err == nil {
				text, err = b.Fill(values())
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || text != "" {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

func TestAValueCannotBecomeMoreThanOne(t *testing.T) {
	b, err := stencil.Read("name = {{.inputs.name}}")
	if err != nil {
		t.Fatal(err)
	}
	for _, evil := range []string{"a\nadmin = yes", "a\rb", "a\x1b[2J", "a\x00"} {
		if text, err := b.Fill(map[string]any{"inputs": map[string]any{"name": evil}}); err == nil || !strings.Contains(err.Error(), "inputs.name holds a line break") {
			t.Errorf("%q: %q, %v", evil, text, err)
		}
	}
	if text, err := b.Fill(map[string]any{"inputs": map[string]any{"name": "{{.inputs.other}} $(x)"}}); err != nil || text != "name = {{.inputs.other}} $(x)" {
		t.Errorf("%q, %v", text, err)
	}
}
