package cli

import (
	"io"
	"reflect"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// named is an output of one thing that has a name.
type namedOutput interface{ Ref() prentice.Ref }

// unfit refuses, before anything is done, -o name where the answer has no names, and
// -o markdown or html where it is no document.
func unfit(o op.Op, g Global) error {
	lacks := ""
	switch {
	case g.Output == "name" && (!hasNames(o.Out) || o.Streams()):
		lacks = "names"
	case isDocument(g.Output) && (!o.Out.Implements(reflect.TypeFor[op.Documenter]()) || o.Streams()):
		lacks = "document"
	default:
		return nil
	}
	return prentice.Errorf(prentice.Invalid, "%s answers with no %s", path(o.Name), lacks).Try("use -o table, -o json or -o yaml")
}

func isDocument(as string) bool { return as == "markdown" || as == "html" }

// document prints a document as it is: it may go to a file.
func (p *printer) document(out op.Documenter) error {
	text := out.Document()
	if p.as == "html" {
		text = out.HTML()
	}
	_, err := io.WriteString(p.out, render.Visible(text))
	return err
}

func hasNames(t reflect.Type) bool {
	for _, with := range []reflect.Type{reflect.TypeFor[op.Tabler](), reflect.TypeFor[op.Beginner](), reflect.TypeFor[namedOutput](), reflect.TypeFor[op.Quieter]()} {
		if t.Implements(with) {
			return true
		}
	}
	return false
}

// names prints what other commands take: the first column of a table, the name of
// the one thing, or the one line that a program wants. An answer without any prints
// nothing; its exit code says how it came out.
func (p *printer) names(out any) error {
	if isNil(out) {
		return nil
	}
	var list []string
	switch out := out.(type) {
	case op.Quieter:
		list = append(list, out.Quiet())
	case op.Tabler:
		_, rows := out.Table()
		for _, row := range rows {
			if len(row) > 0 && row[0] != "…" {
				list = append(list, row[0])
			}
		}
	case op.Beginner:
		list = append(list, out.Begun().Ref)
	case namedOutput:
		list = append(list, string(out.Ref()))
	}
	for _, name := range list {
		if _, err := io.WriteString(p.out, term.Line(name)+"\n"); err != nil {
			return err
		}
	}
	return nil
}
