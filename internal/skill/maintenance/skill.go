package maintenance

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/maintenance"
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
	DB    *db.DB
	Clock func() time.Time
	// Set is the tasks of the team in force.
	Set func() *maintenance.Set
	// Runs are those of a procedure with a higher number, the newest first.
	Runs func(ctx context.Context, procedure string, number int64) ([]prentice.Run, error)
	// Inputs are the names of those that a procedure takes, or an error that says why no run of it
	// can begin.
	Inputs func(procedure string) ([]string, error)
	// Given are the inputs of a run.
	Given func(ctx context.Context, number int64) (map[string]string, error)
	// Claims hear how tasks stand; nil hears nothing.
	Claims *claims.Store
	// Send tells of what happened; the same source and key tell once.
	Send func(ctx context.Context, e prentice.Event) error
	// Record is evidence, in the write that it is of.
	Record func(tx *db.Tx, at time.Time, notes ...prentice.Note) error
	Log    *slog.Logger
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	kept store
	wake chan struct{}
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, kept: store{d.DB}, wake: make(chan struct{}, 1)}
	return skill.Skill{
		Name:     "maintenance",
		Sentence: "service support: fix faults by agreed procedures, do maintenance",
		Of:       "support",
		Ops:      nouns.Of(k.ops()),
		Team:     []team.Part{maintenance.File.Part(func(*maintenance.Set) { k.look() })},
		Listen:   k.hear,
		Pages: []op.Page{
			{Path: "/maintenance", Op: "maintenance.list", Template: "maintenance.html", Title: "Maintenance", Nav: "Maintenance", Order: 6},
			{Path: "/maintenance/{name}", Op: "maintenance.show", Template: "task.html", Title: "Maintenance", Explain: "maintenance/{name}"},
		},
		Refs:     map[string]string{"maintenance": "/maintenance/{name}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Work:     []skill.Work{{Name: "maintenance", Run: k.watch}},
		Ring:     k.look,
		Explain:  explain,
		Facts:    k.facts,
		Self:     k,
	}
}

// states are how tasks are shown.
var states = map[string]op.Badge{
	"maintenance done":    {Sign: "●", Word: "done", Hue: op.Good},
	"maintenance planned": {Sign: "◇", Word: "planned", Hue: op.Quiet},
	"maintenance due":     {Sign: "▲", Word: "due", Hue: op.Attention},
	"maintenance overdue": {Sign: "■", Word: "overdue", Hue: op.Bad},
}

// look has watch look at once. It does not wait.
func (k *Desk) look() {
	select {
	case k.wake <- struct{}{}:
	default: // it is about to
	}
}

// hear looks when a run has ended.
func (k *Desk) hear(_ context.Context, e prentice.EventRecord) error {
	if e.Type == "run.ended" {
		k.look()
	}
	return nil
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil || k.Set == nil {
		return prentice.Errorf(prentice.Unavailable, "no one keeps what was done here").Try("start prentice: prentice up")
	}
	return nil
}
