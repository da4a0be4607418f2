package op_test

import (
	"context"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/op"
)

type page struct {
	Limit  int    `json:"limit,omitempty" doc:"How many." default:"50" minimum:"1" maximum:"200"`
	Cursor string `json:"cursor,omitempty" doc:"Where to go on."`
}

type wish struct {
	Procedure string            `json:"procedure" doc:"Which one." arg:"1" maxLength:"10"`
	Sort      string            `json:"sort,omitempty" enum:"new,old"`
	Inputs    map[string]string `json:"inputs,omitempty" maxLength:"2"`
	Force     bool              `json:"force"`
	page
	Hidden string `json:"-"`
}

func wishes() op.Op {
	return op.New("wish.make", prentice.Look, prentice.Viewer, "Make a wish.", func(context.Context, op.Call, wish) (string, error) { return "", nil })
}

func TestFieldsAreWhatTheTagsSay(t *testing.T) {
	var names []string
	for _, f := range wishes().Fields() {
		name := f.Name
		if f.Optional {
			name += "?"
		}
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "procedure sort? inputs? force? limit? cursor?" {
		t.Error(got)
	}
}
