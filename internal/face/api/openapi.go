package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"prentice"
	"prentice/internal/op"
)

// length is how an answer writes a length of time.
type length int64

// Schema implements huma.SchemaProvider.
func (length) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "integer", Format: "int64", Description: "A length of time in nanoseconds."}
}

// listed is an operation in the list at /v1/ops.
type listed struct {
	Name    string        `json:"name"`
	Summary string        `json:"summary"`
	Help    string        `json:"help,omitempty"`
	Example string        `json:"example,omitempty"`
	Risk    prentice.Risk `json:"risk"`
	Role    prentice.Role `json:"role"`
	Method  string        `json:"method"`
	Path    string        `json:"path"`
	Streams bool          `json:"streams,omitempty"`
	Secret  bool          `json:"secret,omitempty"`
	Offline bool          `json:"offline,omitempty"`
}

type listing struct {
	Ops []listed `json:"ops"`
}

func listOf(ops []op.Op) listing {
	l := listing{Ops: []listed{}}
	for _, o := range ops {
		method, path := route(o)
		l.Ops = append(l.Ops, listed{o.Name, o.Summary, o.Help, o.Example, o.Risk, o.Role, method, path, o.Streams(), o.Secret, o.Offline})
	}
	return l
}

func route(o op.Op) (method, path string) {
	if o.Attend {
		return "GET", "/v1/terminal/" + o.Name
	}
	if o.Streams() {
		return "GET", "/v1/watch/" + o.Name
	}
	return "POST", "/v1/op/" + o.Name
}

// describe draws the OpenAPI document from the operations. The library panics at
// tags that say nothing; here that is an error.
func describe(ops []op.Op, version, at string) (_ []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("describe the API: %v", fault)
		}
	}()
	n := namer{names: map[reflect.Type]string{}, inputs: map[reflect.Type]string{}, taken: map[string]bool{}}
	r := huma.NewMapRegistry("#/components/schemas/", n.name)
	r.RegisterTypeAlias(reflect.TypeFor[time.Duration](), reflect.TypeFor[length]())
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "prentice", Version: orElse(version, "dev"),
			Description: "Every use case of prentice, drawn from the operations that the command line and the pages use as well.",
			License:     &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		Servers:    []*huma.Server{{URL: orElse(at, "/")}},
		Paths:      map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: r, SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "A token that an owner made."}}},
		Security:   []map[string][]string{{"token": {}}},
	}
	problem := r.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, o := range ops {
		in, err := inputOf(o, r, n)
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", o.Name, err)
		}
		_, path := route(o)
		if o.Attend {
			doc.Paths[path] = &huma.PathItem{Get: attendOf(o, problem)}
		} else if o.Streams() {
			doc.Paths[path] = &huma.PathItem{Get: watchOf(o, in, r, problem)}
		} else {
			doc.Paths[path] = &huma.PathItem{Post: invokeOf(o, in, r, problem)}
		}
	}
	doc.Paths["/v1/ops"] = &huma.PathItem{Get: plain("operations", "List the operations", r.Schema(reflect.TypeFor[listing](), true, "Listing"), problem)}
	doc.Paths["/healthz"] = &huma.PathItem{Get: public(plain("healthz", "Say whether the process answers", status(), problem))}
	doc.Paths["/readyz"] = &huma.PathItem{Get: public(plain("readyz", "Say whether it can do what it is asked", status(), problem))}
	nilMaps(r)
	return json.Marshal(doc)
}

func invokeOf(o op.Op, in *huma.Schema, r huma.Registry, problem *huma.Schema) *huma.Operation {
	d := base(o, problem)
	d.RequestBody = &huma.RequestBody{Required: true, Content: jsonOf(in)}
	d.Responses["200"] = &huma.Response{Description: "What came of it.", Content: jsonOf(r.Schema(o.Out, true, title(o.Name)+"Output"))}
	if o.Risk != prentice.Look {
		most := 200
		d.Parameters = []*huma.Param{{
			Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string", MaxLength: &most},
			Description: "Asking again with the same key and input within 24 hours gives the same answer and does nothing; with another input it is a conflict.",
		}}
	}
	return d
}

func watchOf(o op.Op, in *huma.Schema, r huma.Registry, problem *huma.Schema) *huma.Operation {
	d := base(o, problem)
	d.Parameters = []*huma.Param{{
		Name: "in", In: "query", Description: "The input, as JSON.",
		Extensions: map[string]any{"content": jsonOf(in)},
	}}
	item := r.Schema(o.Out, true, title(o.Name)+"Item")
	d.Responses["200"] = &huma.Response{
		Description: "Server-sent events: `item` with an item as data for each, then `end`, or `error` with a problem as data. A comment comes every few seconds.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}, Extensions: map[string]any{"x-item": item}}},
	}
	return d
}

// attendOf describes the beginning alone: what follows is no HTTP.
func attendOf(o op.Op, problem *huma.Schema) *huma.Operation {
	d := base(o, problem)
	d.Responses["101"] = &huma.Response{Description: "The connection is upgraded to " + TerminalProtocol + ", when it was asked for with Connection: Upgrade and Upgrade: " + TerminalProtocol + "."}
	return d
}

func base(o op.Op, problem *huma.Schema) *huma.Operation {
	noun, _, _ := strings.Cut(o.Name, ".")
	d := plain(o.Name, o.Summary, nil, problem)
	d.Tags = []string{noun}
	d.Description = strings.TrimSpace(fmt.Sprintf("%s\n\nRisk %s; needs the role %s.", o.Help, o.Risk, o.Role))
	d.Extensions = map[string]any{"x-risk": o.Risk.String(), "x-role": string(o.Role)}
	return d
}

func plain(id, summary string, out, problem *huma.Schema) *huma.Operation {
	d := &huma.Operation{OperationID: id, Summary: summary, Responses: map[string]*huma.Response{}}
	if out != nil {
		d.Responses["200"] = &huma.Response{Description: "What there is.", Content: jsonOf(out)}
	}
	for _, k := range op.Problems() {
		code := strconv.Itoa(k.Status)
		if d.Responses[code] != nil {
			d.Responses[code].Description += " Or: " + k.Advice + "."
			continue
		}
		d.Responses[code] = &huma.Response{Description: k.Advice + ".", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}}
	}
	return d
}

func public(d *huma.Operation) *huma.Operation {
	d.Security = []map[string][]string{{}}
	return d
}

func status() *huma.Schema {
	return &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"status": {Type: "string"}}, Required: []string{"status"}}
}

func jsonOf(s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: s}}
}

// nilMaps lets a map be null, which is how an empty one is written.
func nilMaps(r huma.Registry) {
	for _, s := range r.Map() {
		for _, p := range s.Properties {
			if values, ok := p.AdditionalProperties.(*huma.Schema); ok && values != nil {
				p.Nullable = true
			}
		}
	}
}

// namer names types in the document. Two types of one name in two packages get
// two names.
type namer struct {
	names  map[reflect.Type]string // of what is answered
	inputs map[reflect.Type]string
	taken  map[string]bool
}

func (n namer) name(t reflect.Type, hint string) string { return n.nameIn(n.names, t, hint) }

// nameIn names a type of one use: an input is drawn in another way than an answer.
func (n namer) nameIn(names map[reflect.Type]string, t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := names[t]; ok {
		return name
	}
	if t.Name() == "" && t.Kind() != reflect.Struct {
		return huma.DefaultSchemaNamer(t, hint)
	}
	base := huma.DefaultSchemaNamer(t, hint)
	if t.Name() == "" && t.NumField() == 0 {
		base = "Nothing"
	}
	pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
	name := base
	for i := 1; n.taken[name]; i++ {
		name = title(pkg) + base
		if i > 1 {
			name += strconv.Itoa(i)
		}
	}
	names[t], n.taken[name] = name, true
	return name
}

// title makes RunStart of run.start.
func title(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("._-:@", r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
