package objectives

import (
	"context"
	"embed"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Incident is one of a service, for holding a replay against what was.
type Incident struct {
	Ref    prentice.Ref `json:"ref"`
	Opened time.Time    `json:"opened"`
	Closed time.Time    `json:"closed,omitzero"`
}

// Span is what was counted of a probe before anyone asked for its minutes.
type Span struct {
	From time.Time
	Each time.Duration
	objective.Counts
}

// Deps is what the chapter uses. Without DB an operation says that it needs a server.
type Deps struct {
	DB    *db.DB
	Clock func() time.Time
	Log   *slog.Logger
	// Files are the objectives of the team's folder, and what is wrong with them.
	Files func() ([]objective.Objective, []prentice.Finding, error)
	// World is what the catalog says of services.
	World objective.World
	// Maintained says whether there is maintenance of a service; nil is never.
	Maintained func(service prentice.Ref, now time.Time) bool
	// Before is what was counted of a probe by longer spans than minutes; nil is nothing.
	Before func(ctx context.Context, service prentice.Ref, probe string, from time.Time) ([]Span, error)
	// Counted is by how much counters of a query went up, after one moment and up to another; known says
	// whether anything was seen of them. Nil is that no one counts.
	Counted func(ctx context.Context, source, query string, from, to time.Time) (more float64, known bool, err error)
	// Counters says what is wrong with a query of counters.
	Counters func(source, query string) error
	// Incidents are those of a service; nil knows none.
	Incidents func(ctx context.Context, service prentice.Ref) ([]Incident, error)
	// Send tells of what happened; the same key tells once.
	Send func(ctx context.Context, e prentice.Event) error
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	kept store

	mu      sync.Mutex // guards all below
	sources map[probe][]objective.Indicator
	pending map[cell]counted

	counters map[string]*counter // of the watch alone
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, kept: store{d.DB}, pending: map[cell]counted{}, counters: map[string]*counter{}}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	return skill.Skill{
		Name:     "objectives",
		Of:       "availability",
		Sentence: "availability management: what services owe, and who is called when it burns",
		Ops:      nouns.Of(k.ops()),
		Pages: []op.Page{
			{Path: "/objectives", Op: "objective.list", Template: "objectives.html", Title: "Objectives", Nav: "Objectives", Order: 6},
			{Path: "/objectives/{name}", Op: "objective.show", Template: "objective.html", Title: "Objective", Explain: "objective/{name}"},
		},
		Refs:     map[string]string{"objective": "/objectives/{name}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Work:     []skill.Work{{Name: "objectives", Run: k.watch}},
		Self:     k,
	}
}

// states are how objectives are shown.
var states = map[string]op.Badge{
	"objective kept":    {Sign: "●", Word: "kept", Hue: op.Good},
	"objective burning": {Sign: "▲", Word: "burning", Hue: op.Bad},
	"objective spent":   {Sign: "■", Word: "spent", Hue: op.Bad},
	"objective low":     {Sign: "▲", Word: "low", Hue: op.Attention},
	"objective unknown": {Sign: "◇", Word: "unknown", Hue: op.Quiet},
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil {
		return prentice.Errorf(prentice.Unavailable, "no one counts anything here").Try("start prentice: prentice up")
	}
	return nil
}
