package web

import (
	"fmt"
	"net/url"

	"prentice"
	"prentice/internal/op"
)

// also is what another operation puts out, for a page that leads on to what it
// knows: a service to its incident and its runs. It only reads. The door decides; what
// the reader may not see, or what is not there, is nil, and the page leaves it out.
func (s *Site) also(v View, name string, pairs ...any) any {
	d, ok := s.ops[name]
	if !ok || d.Risk != prentice.Look || !v.Actor.MightAsk(d.Name, d.Role) {
		return nil
	}
	if v.ctx == nil { // a rehearsal
		return s.sample(d.Out, v.word)
	}
	given := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		given.Set(fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	in, err := fill(d, given, s.o.Clock())
	if err == nil {
		var out any
		if out, err = s.o.Door.Invoke(v.ctx, op.Request{Actor: v.Actor, Op: d.Name, In: in}); err == nil {
			return out
		}
	}
	s.o.Log.Debug("a part of a page", "path", v.Path, "op", name, "err", err)
	return nil
}
