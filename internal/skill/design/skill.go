package design

import (
	"context"
	"embed"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Each may be nil; an operation that lacks what
// it needs says so.
type Deps struct {
	// Catalogue is the one in force.
	Catalogue func() *prentice.Catalogue
	// Team reads the team folder afresh.
	Team func(context.Context) (*prentice.Catalogue, []prentice.Finding, error)
	// File checks one file by its text; references may lead into the catalogue
	// in force.
	File func(file string, text []byte) []prentice.Finding
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	return skill.Skill{
		Name:     "design",
		Sentence: "systems design: assist in designing components",
		Ops:      []op.Op{checkOp(d), listOp(d), showOp(d), graphOp(d)},
		Pages: []skill.Page{
			{Path: "/catalogue", Op: "catalog.list", Template: "catalogue.html", Title: "Catalogue", Nav: "Catalogue", Key: "c", Order: 50},
			{Path: "/catalogue/{ref...}", Op: "catalog.show", Template: "entity.html", Title: "Entity"},
		},
		Files:   files,
		Explain: explain,
		Facts:   func(context.Context) (any, error) { return survey(d.catalogue()), nil },
	}
}

// catalogue is the one in force, or an empty one.
func (d Deps) catalogue() *prentice.Catalogue {
	if d.Catalogue != nil {
		if c := d.Catalogue(); c != nil {
			return c
		}
	}
	return &prentice.Catalogue{}
}

func unavailable(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("name the team folder with --team")
}
