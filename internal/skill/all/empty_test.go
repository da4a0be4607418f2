package all

import (
	"reflect"
	"testing"

	"prentice/internal/op"
)

// What the command line says of an empty list it says of what came over HTTP, so
// nothing that decides it may be lost on the way.
func TestWhatIsSaidOfAnEmptyListIsTheSameOverHTTP(t *testing.T) {
	lists := 0
	for _, s := range Skills(Deps{}) {
		for _, o := range s.Ops {
			if o.Out == nil || !o.Out.Implements(reflect.TypeFor[op.Emptier]()) {
				continue
			}
			lists++
			for _, f := range reflect.VisibleFields(o.Out) {
				if !f.IsExported() || f.Tag.Get("json") == "-" && f.Type.Kind() == reflect.Bool {
					t.Errorf("%s puts out %s, whose field %s does not come over HTTP", o.Name, o.Out, f.Name)
				}
			}
		}
	}
	if lists < 10 {
		t.Errorf("only %d operations put out lists", lists)
	}
}
