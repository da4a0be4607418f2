package capacity

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/provision"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
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
	// Set is what the team says of its capacity; nil is nothing.
	Set func() *provision.Set
	// Hosts are those of the catalog.
	Hosts func() []team.Host
	// Look performs a script that only reads on a host, and hands back what it printed.
	Look func(ctx context.Context, h team.Host, script string) (hostfacts.Answer, error)
	// Endings are what probes saw that ends by itself.
	Endings func(context.Context) ([]Ended, error)
	// Aim finds a service of an environment that prentice made, to which load may be sent.
	Aim func(ctx context.Context, env, service string) (Aim, error)
	// Record is evidence, in the write that it is of.
	Record func(tx *db.Tx, at time.Time, notes ...prentice.Note) error
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
	wake chan struct{} // a load test waits
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, kept: store{d.DB}, wake: make(chan struct{}, 1)}
	return skill.Skill{
		Name:     "capacity",
		Sentence: "availability and capacity management: explain the processes",
		Ops:      nouns.Of(k.ops()),
		Team:     []team.Part{provision.File.Part(nil)},
		Pages: []op.Page{
			{Path: "/capacity", Op: "capacity.list", Template: "capacity.html", Title: "Capacity", Nav: "Capacity", Order: 5},
			{Path: "/capacity/hosts", Op: "capacity.hosts", Template: "hosts.html", Title: "Hosts"},
			{Path: "/capacity/hosts/{name}", Op: "capacity.host", Template: "host.html", Title: "Host"},
			{Path: "/capacity/tests", Op: "loadtest.list", Template: "tests.html", Title: "Load tests"},
			{Path: "/capacity/tests/{number}", Op: "loadtest.show", Template: "test.html", Title: "Load test", Explain: "loadtest/{number}"},
			{Path: "/capacity/{name}", Op: "capacity.show", Template: "resource.html", Title: "What can run out", Explain: "capacity/{name}"},
		},
		Refs:     map[string]string{"capacity": "/capacity/{name}", "loadtest": "/capacity/tests/{number}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Work:     []skill.Work{{Name: "capacity", Run: k.watch}, {Name: "hosts", Run: k.watchHosts}, {Name: "load", Run: k.watchTests}},
		Self:     k,
	}
}

// states are how resources are shown.
var states = map[string]op.Badge{
	"capacity enough":    {Sign: "●", Word: "enough", Hue: op.Good},
	"capacity ending":    {Sign: "▲", Word: "ending", Hue: op.Attention},
	"capacity exhausted": {Sign: "■", Word: "exhausted", Hue: op.Bad},
	"capacity unsure":    {Sign: "◇", Word: "unsure", Hue: op.Quiet},
	"loadtest waiting":   {Sign: "○", Word: "waiting", Hue: op.Quiet},
	"loadtest running":   {Sign: "◐", Word: "running", Hue: op.Attention},
	"loadtest done":      {Sign: "●", Word: "done", Hue: op.Good},
	"loadtest failed":    {Sign: "■", Word: "failed", Hue: op.Bad},
	"loadtest cancelled": {Sign: "○", Word: "cancelled", Hue: op.Quiet},
	"step held":          {Sign: "●", Word: "held", Hue: op.Good},
	"step broke":         {Sign: "■", Word: "broke", Hue: op.Bad},
	"step unsure":        {Sign: "◇", Word: "unsure", Hue: op.Quiet},
	"step void":          {Sign: "◇", Word: "void", Hue: op.Quiet},
	"capacity unknown":   {Sign: "◇", Word: "unknown", Hue: op.Quiet},
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.DB == nil {
		return prentice.Errorf(prentice.Unavailable, "no one measures anything here").Try("start prentice: prentice up")
	}
	return nil
}
