package statuspage

import (
	"context"
	"embed"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
	"prentice/internal/kit/db"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed schema/*.sql
var files embed.FS

//go:embed explain.md
var explain string

// World is what the page is made of.
type World interface {
	// Now is how what counts for a component stands, without its days.
	Now(ctx context.Context, now time.Time, c statuspage.Rule) (statuspage.Facts, error)
	// Days are the last ones of a component, oldest first.
	Days(ctx context.Context, now time.Time, c statuspage.Rule) ([]statuspage.Day, error)
	// Windows is the maintenance that touches components, in force or to come.
	Windows(ctx context.Context, now time.Time, r *statuspage.Rules) []statuspage.Window
}

// Deps is what the chapter uses. Without DB an operation says that it needs a server.
type Deps struct {
	DB    *db.DB
	Clock func() time.Time
	World World
	// Rules is what status.yaml says; nil or without components is no page.
	Rules func() *statuspage.Rules
	// URL is where the page is, when the file does not say.
	URL func() string
	// Clean hides what looks like a secret.
	Clean func(string) string
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	kept store

	mu   sync.Mutex // guards days
	days map[string]counted
}

// counted are the days of a component, as they were counted at a time.
type counted struct {
	at   time.Time
	of   *statuspage.Rules
	days []statuspage.Day
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, kept: store{d.DB}, days: map[string]counted{}}
	return skill.Skill{
		Name:     "statuspage",
		Of:       "availability",
		Sentence: "availability management: tell users how services stand",
		Ops:      nouns.Of(k.ops()),
		Team:     []team.Part{statuspage.File.Part(nil)},
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Self:     k,
	}
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil || k.World == nil {
		return prentice.Errorf(prentice.Unavailable, "no one looks at services here").Try("start prentice: prentice up")
	}
	return nil
}

// facts is what explain.md is drawn from.
func (k *Desk) facts(ctx context.Context) (any, error) {
	var rules *statuspage.Rules
	if k.there() == nil {
		rules = k.Rules()
	}
	if rules == nil || len(rules.Components) == 0 {
		return statuspage.Page{}, nil
	}
	return k.Page(ctx)
}
