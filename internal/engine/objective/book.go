package objective

import (
	"slices"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// book has the objects of all files by their kind and name.
type book struct {
	named map[string]*document
	names map[string][]string
	used  []*document
}

func (b *book) add(d *document) {
	if d.name == "" {
		return
	}
	key := d.kind + " " + d.name
	if b.named[key] != nil {
		d.Wrong(d.node, "give each its own name", "there are two of %s", key)
		return
	}
	if b.names == nil {
		b.names = map[string][]string{}
	}
	b.named[key], b.names[d.kind] = d, append(b.names[d.kind], d.name)
	if d.kind == "Service" {
		f := d.Mapping(d.spec, "spec of a Service", "description")
		if f["description"] != nil {
			d.Text(f["description"], "description")
		}
	}
}

// find is the object that a node of d names.
func (b *book) find(d *document, n *strict.Node, kind string) *document {
	name := d.Text(n, "the name of the "+kind)
	if name == "" {
		return nil
	}
	found := b.named[kind+" "+name]
	if found == nil {
		hint := "write it into a file of this folder"
		if near := nearest.Of(name, b.names[kind]); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.Wrong(n, hint, "there is no %s %q", kind, clip.Text(name))
		return nil
	}
	b.used = append(b.used, found)
	return found
}

// inline is an object that stands within another.
func (d *document) inline(n *strict.Node, kind string) *document {
	f := d.Mapping(n, "inline "+kind, "apiVersion", "kind", "metadata", "spec")
	if got := d.Needed(f["kind"], n, "inline "+kind, "kind", "write kind: "+kind); got != "" && got != kind {
		d.Wrong(f["kind"], "write "+kind, "%q cannot stand here", clip.Text(got))
		return nil
	}
	if f["spec"] == nil {
		d.Wrong(n, "write spec: and what belongs to it", "the inline %s has no spec", kind)
		return nil
	}
	in := &document{reader: d.reader, kind: kind, node: n, metadata: f["metadata"], spec: f["spec"], annotations: map[string]*strict.Node{}}
	if in.metadata != nil {
		in.head()
	}
	return in
}

// unused says which alerts and indicators belong to no objective: they do nothing.
func (b *book) unused(all []*document) {
	for _, d := range all {
		if d.kind == "SLO" || d.kind == "Service" || slices.Contains(b.used, d) {
			continue
		}
		d.flush(0)
		f := d.at(d.node)
		d.findings = append(d.findings, warning(f, "name it in an SLO, or remove it", "no SLO uses the "+d.kind+" "+d.name))
	}
}
