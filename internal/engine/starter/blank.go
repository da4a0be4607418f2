package starter

import (
	_ "embed"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

//go:embed blank.md
var blank string

// Blank is a procedure that has every section and does nothing yet.
func Blank() Template { return Template{Text: blank} }

// Own is the template as a team's own procedure that comes from nowhere else: a blank
// one, or a copy of another of the team's.
func (t Template) Own(as As) (string, error) {
	if !strings.HasPrefix(t.Text, "---\n") || !strings.Contains(t.Text, ending) {
		return "", prentice.Errorf(prentice.Invalid, "procedure %s has no front matter that ends with a line of three dashes", clip.Text(t.Name)).Try("see prentice procedure lint")
	}
	return set(t.own(as), "origin", ""), nil
}
