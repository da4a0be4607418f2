package capacity

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Measured is what was measured of something on this machine.
type Measured struct {
	Name        string
	About       prentice.Ref
	Unit        string
	Used, Limit int64
}

// Deps is what the chapter uses. Without DB an operation says that it needs a server.
type Deps struct {
	DB    *db.DB
	Clock func() time.Time
	// Here measures this machine; nil measures nothing.
	Here func() []Measured
	// Send tells of what happened; the same key tells once.
	Send func(ctx context.Context, e prentice.Event) error
	Log  *slog.Logger
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	kept store
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, kept: store{d.DB}}
	return skill.Skill{
		Name:     "capacity",
		Sentence: "availability and capacity management: explain the processes",
		Ops:      nouns.Of(k.ops()),
		Pages: []op.Page{
			{Path: "/capacity", Op: "capacity.list", Template: "capacity.html", Title: "Capacity", Nav: "Capacity", Order: 5},
			{Path: "/capacity/{name}", Op: "capacity.show", Template: "resource.html", Title: "What can run out", Explain: "capacity/{name}"},
		},
		Refs:     map[string]string{"capacity": "/capacity/{name}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Work:     []skill.Work{{Name: "capacity", Run: k.watch}},
		Self:     k,
	}
}

// states are how resources are shown.
var states = map[string]op.Badge{
	"capacity enough":    {Sign: "●", Word: "enough", Hue: op.Good},
	"capacity ending":    {Sign: "▲", Word: "ending", Hue: op.Attention},
	"capacity exhausted": {Sign: "■", Word: "exhausted", Hue: op.Bad},
	"capacity unsure":    {Sign: "◇", Word: "unsure", Hue: op.Quiet},
	"capacity unknown":   {Sign: "◇", Word: "unknown", Hue: op.Quiet},
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil {
		return prentice.Errorf(prentice.Unavailable, "no one measures anything here").Try("start prentice: prentice up")
	}
	return nil
}
