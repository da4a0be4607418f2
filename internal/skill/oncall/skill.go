package oncall

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Without DB an operation says that it needs a server.
type Deps struct {
	DB       *db.DB
	Clock    func() time.Time
	Settings func() *rota.Settings // in force; nil calls no one
	// Record writes evidence within a transaction.
	Record func(*db.Tx, time.Time, ...prentice.Note) error
	// People are those who are known here.
	People func(context.Context) ([]prentice.Ref, error)
	// Reached says whether notices reach a person, or a channel is there.
	Reached func(prentice.Ref) bool
	Log     *slog.Logger
}

// Desk is the chapter at work.
type Desk struct {
	Deps
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	k := &Desk{Deps: d}
	return skill.Skill{
		Name:     "oncall",
		Of:       "support",
		Sentence: "service support: who is called, and who next",
		Ops:      nouns.Of(k.rotaOps()),
		Pages: []op.Page{
			{Path: "/on-call", Op: "rota.list", Template: "rotas.html", Title: "On call", Nav: "On call", Order: 4},
			{Path: "/on-call/{name}", Op: "rota.show", Template: "rota.html", Title: "Rota", Explain: "rota/{name}"},
		},
		Refs:     map[string]string{"rota": "/on-call/{name}"},
		Explains: explains(),
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Team:     []team.Part{rota.File.Part(nil)},
		Self:     k,
	}
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil || k.Settings == nil {
		return prentice.Errorf(prentice.Unavailable, "no one is on call here").Try("start prentice: prentice up")
	}
	return nil
}
