package environments

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/check"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Tree is the content of a commit, until it is closed.
type Tree struct {
	fs.FS
	Commit, As string // and how people call it
	Close      func() error
}

// Deps is what the chapter uses. Without a conductor an operation says that it needs a
// server.
type Deps struct {
	*environment.Conductor
	Log *slog.Logger
	// Lacks says why this machine makes no environments in some way.
	Lacks []string
	// Open is the content of a revision of a repository that is kept here; "" is the branch
	// that counts.
	Open func(ctx context.Context, repository, at string) (Tree, error)
	// Copy is a copy of a folder that was sent, by its digest.
	Copy func(ctx context.Context, digest string) (environment.Copy, error)
	// Forget lets go of copies that were sent and are older than a moment, but for those that are needed.
	Forget func(before time.Time, needed func(digest string) (bool, error)) error
	// Read reads the compose file of a tree for a back end; nil reads none.
	Read func(tree fs.FS, profiles []string, backend string) (environment.Spec, []prentice.Finding, error)
	// Change is a change of this server, and whether it is of someone outside of the team.
	Change func(ctx context.Context, number int64) (c change.Change, outside bool, err error)
	// Changes are those that can still land, of a repository; "" is of all.
	Changes func(ctx context.Context, repository string) ([]change.Change, error)
	// Repositories are those that are kept here, by name.
	Repositories func(ctx context.Context) ([]team.Repository, error)
	// Address is where people find a service; "" is nowhere. Nil is that there are none.
	Address func(e environment.Environment, service string) string
	// Deployed is what stands in the places at a moment; nil knows of nothing.
	Deployed func(ctx context.Context, at time.Time) ([]Deployed, error)
}

// Deployed is what stands in a place.
type Deployed struct {
	Place   string       `json:"place"`
	Service prentice.Ref `json:"service"`
	Version string       `json:"version"`
	Digest  string       `json:"digest,omitempty"`
	Release prentice.Ref `json:"release,omitempty"`
	Run     prentice.Ref `json:"run,omitempty"`
	By      prentice.Ref `json:"by,omitempty"`
	At      time.Time    `json:"at"`
	State   string       `json:"state"` // deployed, failed, undone, uncertain
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	rules atomic.Pointer[environment.Rules]
	wake  chan struct{}

	shells shells
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, wake: make(chan struct{}, 1)}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	sk := skill.Skill{
		Name:     "environments",
		Sentence: "manage tools and testing environments",
		Ops:      nouns.Of(k.ops()),
		Team:     []team.Part{environment.TeamFile.Part(func(r *environment.Rules) { k.rules.Store(r) })},
		Pages: []op.Page{
			{Path: "/environments", Op: "env.list", Template: "environments.html", Title: "Environments", Nav: "Environments", Key: "u", Order: 30, Group: op.Delivery},
			{Path: "/environments/{env}", Op: "env.show", Template: "environment.html", Title: "Environment", Explain: "env/{env}"},
			{Path: "/environments/{env}/logs", Op: "env.logs", Template: "environment_logs.html", Title: "What was printed", Topic: "environments"},
			{Path: "/places/{place}", Op: "env.place", Template: "place.html", Title: "Place", Explain: "place/{place}"},
		},
		Checks:   []check.Kind{composeChecks()},
		Refs:     map[string]string{"env": "/environments/{env}", "place": "/places/{place}"},
		Explains: explains(),
		States:   badges,
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Listen:   k.listen,
		Self:     k,
	}
	if k.Conductor != nil {
		k.Conductor.Quota = func() environment.Quota { return k.Rules().Quota }
		k.Conductor.Over = k.over
		k.Conductor.Woke = k.Conductor.Ring
		sk.Work = []skill.Work{{Name: "environments", Run: k.Conductor.Run, OnAll: true}, {Name: "environments of changes", Run: k.follow}, {Name: "terminals in environments", Run: k.shells.Run, OnAll: true}}
	}
	return sk
}

// Rules are the team's environments.yaml, as it is in force.
func (k *Desk) Rules() *environment.Rules {
	if r := k.rules.Load(); r != nil {
		return r
	}
	return environment.TeamFile.Empty()
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.Conductor == nil {
		return prentice.Errorf(prentice.Unavailable, "no environments are made here").Try("start prentice: prentice up")
	}
	return nil
}

// badges are how stages of environments, and how their services are, are shown.
var badges = map[string]op.Badge{
	"env queued":   {Sign: "◌", Word: "queued", Hue: op.Quiet},
	"env making":   {Sign: "◐", Word: "making", Hue: op.Busy},
	"env ready":    {Sign: "●", Word: "ready", Hue: op.Good},
	"env failed":   {Sign: "■", Word: "failed", Hue: op.Bad},
	"env stopping": {Sign: "◑", Word: "stopping", Hue: op.Busy},
	"env stopped":  {Sign: "○", Word: "stopped", Hue: op.Quiet},

	"place open":    {Sign: "●", Word: "open", Hue: op.Good},
	"place free":    {Sign: "○", Word: "free", Hue: op.Quiet},
	"place held":    {Sign: "◆", Word: "held", Hue: op.Busy},
	"place drifted": {Sign: "▲", Word: "drifted", Hue: op.Attention},

	"service waiting":   {Sign: "◌", Word: "waiting", Hue: op.Quiet},
	"service starting":  {Sign: "◐", Word: "starting", Hue: op.Busy},
	"service running":   {Sign: "●", Word: "running", Hue: op.Good},
	"service healthy":   {Sign: "●", Word: "healthy", Hue: op.Good},
	"service unhealthy": {Sign: "■", Word: "unhealthy", Hue: op.Bad},
	"service done":      {Sign: "✓", Word: "done", Hue: op.Good},
	"service ended":     {Sign: "■", Word: "ended", Hue: op.Bad},
	"service stopped":   {Sign: "○", Word: "stopped", Hue: op.Quiet},

	"environment.asked":         {Sign: "◌", Word: "environment asked for", Hue: op.Quiet},
	"environment.making":        {Sign: "◐", Word: "environment begun", Hue: op.Busy},
	"environment.ready":         {Sign: "●", Word: "environment ready", Hue: op.Good},
	"environment.failed":        {Sign: "■", Word: "environment failed", Hue: op.Bad},
	"environment.ending":        {Sign: "◇", Word: "environment ends soon", Hue: op.Attention},
	"environment.leased":        {Sign: "◆", Word: "place leased", Hue: op.Busy},
	"environment.lease-asked":   {Sign: "◌", Word: "place asked for", Hue: op.Quiet},
	"environment.lease-renewed": {Sign: "◆", Word: "lease renewed", Hue: op.Busy},
	"environment.released":      {Sign: "○", Word: "place released", Hue: op.Quiet},
	"environment.entered":       {Sign: "◇", Word: "environment entered", Hue: op.Attention},
	"environment.left":          {Sign: "◇", Word: "environment left", Hue: op.Quiet},
	"environment.extended":      {Sign: "◇", Word: "environment extended", Hue: op.Quiet},
	"environment.stopping":      {Sign: "◑", Word: "environment is stopped", Hue: op.Busy},
	"environment.stopped":       {Sign: "○", Word: "environment stopped", Hue: op.Quiet},
}
