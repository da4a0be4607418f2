package automation

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/starter"
	"prentice/internal/op"
)

// LibraryShowIn names a procedure of the library.
type LibraryShowIn struct {
	Name string `json:"name" arg:"1" of:"library" maxLength:"120" example:"restart-service" doc:"The procedure in the library."`
}

// OnShelf is a procedure of the library, as those of the team are shown.
type OnShelf struct {
	Shown
	Ready Ready  `json:"library"`
	Add   string `json:"add"` // the command that adds it
}

// Text is the procedure as those of the team are told, and how it is added.
func (s OnShelf) Text() string {
	var b strings.Builder
	b.WriteString(s.Shown.Text())
	b.WriteString("\n")
	pair(&b, "Group", orDash(s.Ready.Group))
	pair(&b, "Tags", orDash(strings.Join(s.Ready.Tags, ", ")))
	pair(&b, "In the team", addedOf(s.Ready.Added))
	for _, a := range s.Ready.Added {
		if a.Newer {
			pair(&b, "Upgrade it", "prentice procedure library upgrade "+a.Procedure)
		}
	}
	pair(&b, "Add it", s.Add)
	return b.String()
}

func libraryShowOp(d Deps) op.Op {
	return op.New("procedure.library.show", prentice.Look, prentice.Viewer, "Show a ready procedure as people read it and as prentice does", d.libraryShow).WithoutState().
		WithExample("prentice procedure library show restart-unit")
}

func (d Deps) libraryShow(_ context.Context, c op.Call, in LibraryShowIn) (OnShelf, error) {
	t, err := starter.Find(strings.TrimPrefix(in.Name, "library/"))
	if err != nil {
		return OnShelf{}, err
	}
	if d.Read == nil {
		return OnShelf{}, unavailable("the library")
	}
	p, findings := d.Read("library/"+t.Name+".md", []byte(t.Text))
	_, body, _ := strings.Cut(strings.TrimPrefix(t.Text, "---\n"), "\n---\n")
	shown := Shown{Procedure: p, Markdown: body, Usable: usable(findings), Findings: findings, Starts: starts(p)}
	if shown.Findings == nil {
		shown.Findings = []prentice.Finding{}
	}
	return OnShelf{shown, Ready{t, newer(d.added()[t.Name], t)}, "prentice procedure library add " + t.Name}, nil
}

var _ op.Texter = OnShelf{}
