package cli

import (
	"io"
	"reflect"

	"prentice"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// named is an output of one thing that has a name.
type namedOutput interface{ Ref() prentice.Ref }

// nameless refuses -o name before anything is done, where the answer has no names.
func nameless(o op.Op, g Global) error {
	if g.Output != "name" || hasNames(o.Out) && !o.Streams() {
		return nil
	}
	return prentice.Errorf(prentice.Invalid, "%s answers with no names", path(o.Name)).Try("use -o table, -o json or -o yaml")
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
