package prototyping

import (
	"context"
	"embed"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Without DB and Set an operation says that it needs a server.
type Deps struct {
	DB    *db.DB
	Set   func() *flag.Set // the team's flags in force
	Clock func() time.Time
	// Record writes evidence within a transaction.
	Record func(*db.Tx, time.Time, ...prentice.Note) error
	// URL is where programs ask for flags, without what follows; nil is not at all.
	URL func() string
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	f := &Flags{Deps: d}
	return skill.Skill{
		Name:     "prototyping",
		Sentence: "prototyping: know when to use which technique, show its value",
		Ops:      nouns.Of(f.ops()),
		Kinds:    []prentice.StepKind{&FlagKind{f}},
		Checks:   []check.Kind{flagChecks(d.Clock)},
		Team:     []team.Part{flag.File.Part(nil)},
		Pages: []op.Page{
			{Path: "/flags", Op: "flag.list", Template: "flags.html", Title: "Flags", Nav: "Flags", Order: 54, Group: op.Governance},
			{Path: "/flags/{flag}", Op: "flag.show", Template: "flag.html", Title: "Flag", Explain: "flag/{flag}"},
		},
		Refs:     map[string]string{"flag": "/flags/{flag}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    f.facts,
		Ring:     f.Ring,
		Self:     f,
	}
}

// states are how flags are shown; one that is disabled as anything is.
var states = map[string]op.Badge{
	"enabled":      {Sign: "●", Word: "enabled", Hue: op.Good},
	"overridden":   {Sign: "◇", Word: "overridden", Hue: op.Attention},
	"past its day": {Sign: "■", Word: "past its day", Hue: op.Bad},
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Flags      []FlagOut
	Overridden []FlagOut
	Due        []FlagOut
}

func (f *Flags) facts(ctx context.Context) (any, error) {
	if f.there() != nil {
		return Facts{}, nil
	}
	list, err := f.list(ctx, op.Call{Now: f.Clock()}, listIn{})
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{Flags: list.Flags}
	for _, one := range list.Flags {
		if one.Override != nil {
			facts.Overridden = append(facts.Overridden, one)
		}
		if one.Due {
			facts.Due = append(facts.Due, one)
		}
	}
	return facts, nil
}
