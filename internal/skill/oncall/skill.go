package oncall

import (
	"context"
	"embed"
	"log/slog"
	"slices"
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
	// Incident is how an incident stands, and Lapse ends its acknowledgement.
	Incident func(ctx context.Context, number int64) (Standing, error)
	Lapse    func(ctx context.Context, number int64, why string) error
	// Tell tells of something within the write that makes it true.
	Tell func(*db.Tx, prentice.Event) error
	Log  *slog.Logger
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	wake   chan struct{}
	marked *rota.Settings // what was last compared with before; of Run alone
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	k := &Desk{Deps: d, wake: make(chan struct{}, 1)}
	return skill.Skill{
		Name:     "oncall",
		Of:       "support",
		Sentence: "service support: who is called, and who next",
		Ops:      nouns.Of(slices.Concat(k.rotaOps(), k.calendarOps(), k.pageOps())),
		Pages: []op.Page{
			{Path: "/on-call", Op: "rota.list", Template: "rotas.html", Title: "On call", Nav: "On call", Order: 4},
			{Path: "/on-call/{name}", Op: "rota.show", Template: "rota.html", Title: "Rota", Explain: "rota/{name}"},
		},
		Refs:     map[string]string{"rota": "/on-call/{name}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Listen:   k.Listen,
		Ring:     k.ring,
		Work:     []skill.Work{{Name: "calling people", Run: k.Run}},
		Team:     []team.Part{rota.File.Part(nil)},
		Self:     k,
	}
}

// states are how the calling for an incident is shown.
var states = map[string]op.Badge{
	"calling":   {Sign: "▲", Word: "calling", Hue: op.Attention},
	"answered":  {Sign: "●", Word: "answered", Hue: op.Good},
	"exhausted": {Sign: "■", Word: "no one answered", Hue: op.Bad},
	"over":      {Sign: "●", Word: "over", Hue: op.Quiet},
	"paged":     {Sign: "▲", Word: "called", Hue: op.Attention},
	"covered":   {Sign: "◇", Word: "covered", Hue: op.Quiet},
	"uncovered": {Sign: "○", Word: "cover taken back", Hue: op.Quiet},
	"begun":     {Sign: "▲", Word: "calling", Hue: op.Attention},
	"escalated": {Sign: "▲", Word: "escalated", Hue: op.Attention},
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil || k.Settings == nil {
		return prentice.Errorf(prentice.Unavailable, "no one is on call here").Try("start prentice: prentice up")
	}
	return nil
}
