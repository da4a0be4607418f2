package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"prentice/internal/op"
)

// mostChoices is how many names a field offers. Anyone who has more types.
const mostChoices = 500

// source is an operation whose table has the names of a kind of thing in its
// first column.
type source struct {
	op    string
	query url.Values
}

// sourceOf finds the operation that lists the names of a kind; the zero source for none.
func (s *Site) sourceOf(kind string) source {
	for _, o := range s.o.Ops {
		if !slices.Contains(o.Kinds, kind) {
			continue
		}
		query := url.Values{}
		if hasField(o, "limit") {
			query.Set("limit", strconv.Itoa(mostChoices))
		}
		if len(o.Kinds) > 1 {
			query.Set("kind", kind)
		}
		return source{o.Name, query}
	}
	return source{}
}

// refs is what a field says that takes the ref of a thing.
const refs = "ref"

// choices are the names that there are of a kind of thing and that the reader may
// see. A reader who may see none types the name.
func (s *Site) choices(v View, kind string) []string {
	var names []string
	if kind == refs {
		for _, o := range s.o.Ops {
			for _, one := range o.Refs {
				for _, name := range s.choices(v, one) {
					names = append(names, one+"/"+name)
				}
			}
		}
	}
	for _, row := range s.table(v.ctx, v, s.sourceOf(kind)) {
		names = append(names, strings.TrimPrefix(row[0], kind+"/"))
	}
	slices.Sort(names)
	return names[:min(len(names), mostChoices)]
}

// table is the rows that an operation shows the reader; none if it shows none.
func (s *Site) table(ctx context.Context, v View, from source) [][]string {
	d, ok := s.ops[from.op]
	if !ok || ctx == nil || !v.Actor.MightAsk(d.Name, d.Role) {
		return nil
	}
	in, err := fill(d, asked(d, from.query), s.o.Clock())
	if err != nil {
		return nil
	}
	out, err := s.o.Door.Invoke(ctx, op.Request{Actor: v.Actor, Op: d.Name, In: in})
	t, ok := out.(op.Tabler)
	if err != nil || !ok {
		return nil
	}
	_, rows := t.Table()
	return slices.DeleteFunc(rows, func(row []string) bool { return len(row) == 0 })
}
