package learning

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

type nothing struct{}

type exportIn struct {
	Format string `json:"format,omitempty" doc:"What kind of file: markdown, or html, which prints well." enum:"markdown,html" default:"markdown"`
}

// recordOps are about the record of the one who asks. There is no way to name another
// person, for owners neither.
func (d Deps) recordOps() []op.Op {
	return []op.Op{
		op.New("learning.show", prentice.Look, prentice.Viewer, "Show what you have done under supervision, by the skills of the role.",
			func(ctx context.Context, c op.Call, _ nothing) (Record, error) {
				if err := isPerson(c.Actor); err != nil {
					return Record{}, err
				}
				return d.record(ctx, c.Actor, c.Now)
			}).WithExample("prentice learning show").
			WithHelp("It is made of the evidence each time that it is asked for. Only you see yours, and it tells nothing of others."),
		op.New("learning.export", prentice.Look, prentice.Viewer, "Print your learning record as a file, with how another person verifies it.",
			func(ctx context.Context, c op.Call, in exportIn) (Document, error) {
				if err := isPerson(c.Actor); err != nil {
					return Document{}, err
				}
				r, err := d.record(ctx, c.Actor, c.Now)
				if err != nil {
					return Document{}, err
				}
				return r.document(in.Format)
			}).WithExample("prentice learning export --format html > record.html"),
	}
}

// isPerson refuses programs: they do not learn, and what they do is in the evidence.
func isPerson(a prentice.Actor) error {
	if a.Kind == prentice.Person {
		return nil
	}
	return prentice.Errorf(prentice.Denied, "%s is not a person, and a learning record is a person's own", a.Ref()).
		Try("ask with a token of your own: prentice token create NAME --kind person")
}
