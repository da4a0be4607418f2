package objective

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// File is one file of the folder.
type File struct {
	Name string
	Text []byte
}

// kinds are those of OpenSLO v1. Only some mean something here.
var kinds = []string{"SLO", "SLI", "Service", "AlertPolicy", "AlertCondition"}

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// mostDocuments is how many there may be in one file, and mostObjectives in all.
const (
	mostDocuments  = 1000
	mostObjectives = 500
)

// document is one object of OpenSLO.
type document struct {
	*reader
	kind, name  string
	node        *strict.Node
	metadata    *strict.Node
	spec        *strict.Node
	title       string
	annotations map[string]*strict.Node // ours alone
}

// reader collects what is wrong with one file.
type reader struct {
	strict.Reader
	file     string
	findings []prentice.Finding
}

func newReader(file string) *reader {
	return &reader{Reader: strict.Reader{Near: nearest.Of}, file: file}
}

// flush turns problems into findings; offset is the line before the document.
func (r *reader) flush(offset int) {
	for _, f := range team.Findings(r.file, r.Problems) {
		if f.At.Line > 0 {
			f.At.Line += offset
		}
		r.findings = append(r.findings, f)
	}
	r.Problems = nil
}

func (r *reader) at(n *strict.Node) prentice.Pos {
	return prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}
}

// Read reads files of OpenSLO v1 that belong together: an object may name one of another file. With
// an error among the findings, what it returns is not to be used.
func Read(files ...File) (list []Objective, findings []prentice.Finding) {
	var all []*document
	var readers []*reader
	for _, f := range files {
		r := newReader(f.Name)
		readers = append(readers, r)
		all = append(all, r.documents(f.Text)...)
	}
	b := &book{named: map[string]*document{}}
	for _, d := range all {
		b.add(d)
	}
	for _, d := range all {
		if d.kind != "SLO" {
			continue
		}
		if len(list) == mostObjectives {
			d.Wrong(d.node, "keep those that someone looks at", "more than %d objectives", mostObjectives)
			break
		}
		list = append(list, b.objective(d))
	}
	b.unused(all)
	for _, r := range readers {
		r.flush(0)
		slices.SortStableFunc(r.findings, func(a, b prentice.Finding) int { return cmp.Compare(a.At.Line, b.At.Line) })
		findings = append(findings, r.findings...)
	}
	return list, findings
}

// documents reads each document of a file: those between lines of three dashes.
func (r *reader) documents(text []byte) (list []*document) {
	if len(text) > strict.MaxBytes {
		r.Wrong(nil, "split it", "the file has %d bytes, at most %d are read", len(text), strict.MaxBytes)
		return nil
	}
	var part strings.Builder
	line, from, n := 0, 0, 0
	end := func() {
		if n++; n > mostDocuments {
			return
		}
		if d := r.document(part.String(), from); d != nil {
			list = append(list, d)
		}
		part.Reset()
		from = line
	}
	for l := range strings.Lines(string(text)) {
		line++
		if strings.TrimRight(l, " \t\r\n") == "---" {
			end()
			continue
		}
		part.WriteString(l)
	}
	end()
	if n > mostDocuments {
		r.Wrong(nil, "split it", "the file has more than %d documents", mostDocuments)
	}
	return list
}

func (r *reader) document(text string, offset int) *document {
	r.flush(0) // what the documents before have stands in lines of the file already
	top := r.Document([]byte(text))
	r.flush(offset)
	if top == nil {
		return nil
	}
	shift(top, offset)
	d := &document{reader: r, node: top, annotations: map[string]*strict.Node{}}
	f := r.Mapping(top, "document", "apiVersion", "kind", "metadata", "spec")
	if len(f) == 0 {
		return nil
	}
	if v := r.Needed(f["apiVersion"], top, "document", "apiVersion", "write apiVersion: openslo/v1"); v != "" && v != "openslo/v1" {
		r.Wrong(f["apiVersion"], "write openslo/v1", "%q is not a version that is read here", clip.Text(v))
		return nil
	}
	d.kind = r.Needed(f["kind"], top, "document", "kind", "write kind: "+strings.Join(kinds, ", "))
	switch {
	case d.kind == "DataSource" || d.kind == "AlertNotificationTarget":
		r.Wrong(f["kind"], "take it out: probes are declared in the catalog, and who is told in notices.yaml", "a %s means nothing here", d.kind)
		return nil
	case !slices.Contains(kinds, d.kind):
		r.Wrong(f["kind"], "kinds are "+strings.Join(kinds, ", "), "%q is not a kind of OpenSLO v1", clip.Text(d.kind))
		return nil
	}
	d.metadata, d.spec = f["metadata"], f["spec"]
	if d.spec == nil {
		r.Wrong(top, "write spec: and what belongs to it", "the %s has no spec", d.kind)
		return nil
	}
	d.head()
	return d
}

func shift(n *strict.Node, by int) {
	n.Line += by
	for _, c := range n.Content {
		shift(c, by)
	}
}

// ours is how annotations of prentice begin.
const ours = "prentice.dev/"

// ourKeys are they, by the kind that has them.
var ourKeys = map[string][]string{
	"SLO":            {ours + "maintenance", ours + "alerts", ours + "badge"},
	"AlertCondition": {ours + "short-window"},
}

// head reads metadata.
func (d *document) head() {
	if d.metadata == nil {
		d.Wrong(d.node, "write metadata: with a name", "the %s has no metadata", d.kind)
		return
	}
	m := d.Mapping(d.metadata, "metadata", "name", "displayName", "labels", "annotations")
	d.name = d.Needed(m["name"], d.metadata, "metadata", "name", "write name: followed by small letters, digits and dashes")
	if d.name != "" && !validName.MatchString(d.name) {
		d.Wrong(m["name"], "use small letters, digits and dashes inside, at most 63", "%q is not a name", clip.Text(d.name))
	}
	if m["displayName"] != nil {
		d.title = d.Text(m["displayName"], "displayName")
	}
	d.free(m["labels"], "labels")
	for key, value := range d.free(m["annotations"], "annotations") {
		if !strings.HasPrefix(key, ours) {
			continue
		}
		if !slices.Contains(ourKeys[d.kind], key) {
			d.Wrong(value, cmp.Or("those are "+strings.Join(ourKeys[d.kind], ", "), "leave it out"), "a %s has no annotation %q", d.kind, clip.Text(key))
		}
		d.annotations[strings.TrimPrefix(key, ours)] = value
	}
}

// free reads a mapping of any keys to texts or lists of them.
func (d *document) free(n *strict.Node, what string) map[string]*strict.Node {
	values := map[string]*strict.Node{}
	if n == nil {
		return values
	}
	if n.Kind != yaml.MappingNode {
		d.Wrong(n, "write key: value lines", "%s is a mapping", what)
		return values
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if values[n.Content[i].Value] != nil {
			d.Wrong(n.Content[i], "keep one of them", "key %q is there twice", clip.Text(n.Content[i].Value))
		}
		values[n.Content[i].Value] = n.Content[i+1]
	}
	return values
}

// refuse says what cannot be meant here.
func (d *document) refuse(n *strict.Node, hint, format string, args ...any) {
	if n != nil {
		d.Wrong(n, hint, "%s", fmt.Sprintf(format, args...))
	}
}
