package op

import (
	"reflect"
	"testing"
	"time"
)

func TestAThingIsNamedByItsRefToo(t *testing.T) {
	for _, c := range []struct{ of, text, want string }{
		{"person", "person/ann", "ann"}, {"person", "ann", "ann"}, {"person", "group/ops", "group/ops"},
		{"ref", "service/web", "service/web"}, {"", "person/ann", "person/ann"},
	} {
		var got string
		s, err := make(schemas).of(reflect.TypeFor[string]())
		if err != nil {
			t.Fatal(err)
		}
		if err := (Field{Of: c.of, Schema: s}).Set(reflect.ValueOf(&got).Elem(), c.text, time.Time{}); err != nil || got != c.want {
			t.Errorf("%q of %q is %q, %v; want %q", c.text, c.of, got, err, c.want)
		}
	}
}
