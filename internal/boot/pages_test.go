package boot

import (
	"testing"

	"prentice/internal/face/web"
	"prentice/internal/skill"
)

// Templates meet the types that operations put out only when someone opens the
// page; here they meet before.
func TestEveryPageCanBeDrawn(t *testing.T) {
	s := &System{Skills: Describe()}
	site, err := web.New(web.Options{Ops: skill.Ops(s.Skills), Pages: skill.Pages(s.Skills)})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Rehearse(); err != nil {
		t.Error(err)
	}
}
