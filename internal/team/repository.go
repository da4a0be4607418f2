package team

import (
	"prentice"
	"prentice/internal/kit/clip"
)

// Repository is a git repository whose content is checked. It is read where it lies,
// below the folder of repositories of the server; nothing is fetched into it.
type Repository struct {
	Ref     prentice.Ref `json:"ref"`
	Title   string       `json:"title"`
	Owner   prentice.Ref `json:"owner,omitempty"`
	System  prentice.Ref `json:"system,omitempty"`
	Git     string       `json:"git"`               // the path below that folder
	Branch  string       `json:"branch"`            // the one whose content counts, and by whose rules changes are judged
	Blocked string       `json:"blocked,omitempty"` // why it is not looked at; "" is nothing
	At      prentice.Pos `json:"-"`
}

// Repository finds one by ref or by bare name.
func (c *Catalog) Repository(name string) (Repository, error) {
	for _, r := range c.Repositories {
		if string(r.Ref) == name || r.Ref.Name() == name {
			return r, nil
		}
	}
	return Repository{}, prentice.Errorf(prentice.NotFound, "no repository %q in the catalog", clip.Text(name)).Try("list them with: prentice repository list")
}
