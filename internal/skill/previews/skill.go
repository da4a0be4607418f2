package previews

import (
	"context"
	"embed"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

// Deps is what the chapter uses. Without DB and Targets an operation says that it needs a server.
type Deps struct {
	DB      *db.DB
	Targets preview.Targets
	Keys    string // the folder of keys
	Domain  func() preview.Domain
	// Standing is what a person is at this moment; an error where they are not of the team.
	Standing func(ctx context.Context, person string) (prentice.Actor, error)
	Clock    func() time.Time
	Record   func(*db.Tx, time.Time, ...prentice.Note) error
	Log      *slog.Logger
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	requests preview.Requests

	opening sync.Mutex // guards key
	key     preview.Key

	mu    sync.Mutex // guards known
	known map[string]standing
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d}
	return skill.Skill{
		Name:     "previews",
		Sentence: "manage tools and testing environments",
		Of:       "environments",
		Ops:      nouns.Of(k.ops()),
		Pages: []op.Page{
			{Path: "/previews/links", Op: "link.list", Template: "links.html", Title: "Share links"},
			{Path: "/previews/{env}/requests", Op: "preview.requests", Template: "requests.html", Title: "What was asked"},
		},
		States: states,
		Files:  files,
		Self:   k,
	}
}

// states are how links are shown.
var states = map[string]op.Badge{
	"good":    {Sign: "●", Word: "good", Hue: op.Good},
	"revoked": {Sign: "■", Word: "taken back", Hue: op.Quiet},
	"used up": {Sign: "○", Word: "used up", Hue: op.Quiet},
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	switch {
	case k.DB == nil:
		return prentice.Errorf(prentice.Unavailable, "no one answers for previews here").Try("start prentice: prentice up")
	case k.Targets == nil:
		return prentice.Errorf(prentice.Unavailable, "no environments can be made here").Try("see what this machine lacks: prentice doctor")
	}
	return nil
}

// signs is the key, which is made when it is first needed.
func (k *Desk) signs() (preview.Key, error) {
	k.opening.Lock()
	defer k.opening.Unlock()
	if k.key == nil {
		key, err := preview.OpenKey(k.Keys)
		if err != nil {
			return nil, err
		}
		k.key = key
	}
	return k.key, nil
}
