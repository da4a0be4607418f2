package web

import (
	"context"
	"net/url"
	"slices"
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

var sources = map[string]source{
	"procedure": {"procedure.list", url.Values{"limit": {"500"}}},
	"service":   {"catalog.list", url.Values{"kind": {"service"}, "limit": {"500"}}},
	"host":      {"catalog.list", url.Values{"kind": {"host"}, "limit": {"500"}}},
	"system":    {"catalog.list", url.Values{"kind": {"system"}, "limit": {"500"}}},
	"group":     {"catalog.list", url.Values{"kind": {"group"}, "limit": {"500"}}},
	"person":    {"person.list", nil},
}

// whole are the kinds whose things are named by their whole refs.
var whole = map[string][]string{"ref": {"service", "host", "system", "resource"}}

// choices are the names that there are of a kind of thing and that the reader may
// see. A reader who may see none types the name.
func (s *Site) choices(v View, kind string) []string {
	var names []string
	for _, one := range whole[kind] {
		for _, name := range s.choices(v, one) {
			names = append(names, one+"/"+name)
		}
	}
	for _, row := range s.table(v.ctx, v, sources[kind]) {
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
