package design

import (
	"context"
	"embed"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Each may be nil; an operation that lacks what
// it needs says so.
type Deps struct {
	// Catalog is the one in force.
	Catalog func() *team.Catalog
	// Team reads the team folder afresh.
	Team func(context.Context) (*team.Catalog, []prentice.Finding, error)
	// File checks one file by its text; references may lead into the catalog
	// in force.
	File func(file string, text []byte) []prentice.Finding
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	return skill.Skill{
		Name:     "design",
		Sentence: "systems design: assist in designing components",
		Ops:      nouns.Of([]op.Op{checkOp(d), listOp(d), showOp(d), graphOp(d)}),
		Pages: []op.Page{
			{Path: "/catalog", Op: "catalog.list", Template: "catalog.html", Title: "Catalog", Nav: "Catalog", Key: "c", Order: 50, Group: op.Governance},
			{Path: "/catalog/{ref...}", Op: "catalog.show", Template: "entity.html", Title: "Entity", Explain: "{ref}"},
		},
		Refs:     shown(),
		Explains: explains(),
		Files:    files,
		Explain:  explain,
		Facts:    func(context.Context) (any, error) { return survey(d.catalog()), nil },
	}
}

// shown are the pages of what is in a catalog and has no other.
func shown() map[string]string {
	all := map[string]string{}
	for _, kind := range []string{"host", "system", "component", "api", "resource", "group", "domain"} {
		all[kind] = "/catalog/{ref...}"
	}
	return all
}

// catalog is the one in force, or an empty one.
func (d Deps) catalog() *team.Catalog {
	if d.Catalog != nil {
		if c := d.Catalog(); c != nil {
			return c
		}
	}
	return &team.Catalog{}
}

func unavailable(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("name the team folder with --team")
}
