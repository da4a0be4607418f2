package web

import (
	"fmt"
	"reflect"
	"strings"

	"prentice"
)

// stands is how the named services stand, by ref, as far as the reader may see it.
func (s *Site) stands(v View, names []string) map[string]any {
	states := map[string]any{}
	if len(names) == 0 {
		return states
	}
	out := reflect.ValueOf(s.also(v, "service.list", "name", strings.Join(names, "\n")))
	if out.Kind() != reflect.Struct || out.FieldByName("Services").Kind() != reflect.Slice {
		return states
	}
	list := out.FieldByName("Services")
	for i := range list.Len() {
		ref, state := list.Index(i).FieldByName("Ref"), list.Index(i).FieldByName("State")
		if ref.IsValid() && state.IsValid() {
			states[fmt.Sprint(ref.Interface())] = state.Interface()
		}
	}
	return states
}

// standing is how one thing stands, or nil when no one says.
func standing(states map[string]any, ref prentice.Ref) any { return states[string(ref)] }
