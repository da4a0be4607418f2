package boot

import (
	"testing"

	"prentice/internal/face/web"
	"prentice/internal/op"
)

// Templates meet the types that operations put out only when someone opens the
// page; here they meet before.
func TestEveryPageCanBeDrawn(t *testing.T) {
	s := &System{Skills: Describe()}
	var ops []op.Op
	for _, sk := range s.Skills {
		ops = append(ops, sk.Ops...)
	}
	site, err := web.New(web.Options{Ops: ops, Pages: s.pages()})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Rehearse(); err != nil {
		t.Error(err)
	}
}
