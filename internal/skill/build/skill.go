package build

import (
	"context"
	"crypto/ed25519"
	"embed"
	"io"
	"log/slog"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/release"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Deps is what the chapter uses. Without Releases an operation says that it needs a server.
type Deps struct {
	Artifacts *artifact.Store
	Releases  *release.Store
	Rules     func() *release.Rules // the team's releases.yaml in force
	Catalog   func() *team.Catalog
	Clock     func() time.Time
	Log       *slog.Logger
	Keys      func() []ed25519.PublicKey // that provenance is believed by
	Code      Code
	Runs      Runs
	// Leased says whether a place is used with a lease, and if so why that lets someone not
	// deploy there; nil where no leases are kept.
	Leased func(ctx context.Context, place string, who prentice.Actor, digest string, now time.Time) (wanted bool, why, err error)
	// Bring reaches the target of a step; nil reaches none.
	Bring Bring
	// Frozen says why the calendar lets nothing be deployed now; "" is that it does.
	Frozen func(now time.Time, service, procedure string) string
}

// Code is what is asked of repositories.
type Code struct {
	// Commit is the one that a person means by a name.
	Commit func(ctx context.Context, repository, name string) (string, error)
	// Landed are the changes that came into the branch of a repository, the last first, with
	// the commits with which they are in it.
	Landed func(ctx context.Context, repository string) ([]Landed, error)
	// MayLand says how the claims on a commit stand that block.
	MayLand func(ctx context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error)
	// Passed is nil where a check of a repository holds on a commit.
	Passed func(ctx context.Context, repository, commit, check string) error
	// Made opens what a check made when it passed on a commit, with the images that it was
	// performed with.
	Made func(ctx context.Context, repository, commit, check, file string) (io.ReadCloser, []string, error)
	// Bill is the bill of materials of a commit.
	Bill func(ctx context.Context, repository, commit string) ([]byte, error)
}

// Landed is a change in a branch.
type Landed struct {
	release.Change
	Checks []int64
}

// Runs is what is asked of runs.
type Runs struct {
	Start func(ctx context.Context, r prentice.RunRequest) (prentice.Run, error)
	Show  func(ctx context.Context, number int64) (prentice.Run, error)
	// Inputs are the names of those that a procedure takes.
	Inputs func(procedure string) ([]string, error)
	// Find is the run of a procedure since a moment whose reason has a text; 0 is none.
	Find func(ctx context.Context, procedure, reason string, since time.Time) (int64, error)
	// After are the runs of a procedure with a higher number, the newest first.
	After func(ctx context.Context, procedure string, number int64) ([]prentice.Run, error)
	// Given are the inputs of a run.
	Given func(ctx context.Context, number int64) (map[string]string, error)
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	wake   chan struct{}
	byHand byHand
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, wake: make(chan struct{}, 1)}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	return skill.Skill{
		Name:     "build",
		Sentence: "program and build under direction",
		Ops:      nouns.Of(slices.Concat(k.artifactOps(), k.releaseOps(), k.deployOps(), k.deliveryOps())),
		Kinds:    []prentice.StepKind{&ArtifactKind{k}, CanaryKind{}},
		Team:     []team.Part{release.File.Part(nil)},
		Pages: []op.Page{
			{Path: "/releases", Op: "release.list", Template: "releases.html", Title: "Releases", Nav: "Releases", Order: 31, Group: op.Delivery},
			{Path: "/releases/{release}", Op: "release.show", Template: "release.html", Title: "Release", Explain: "release/{release}"},
			{Path: "/deployments/{deployment}", Op: "deployment.show", Template: "deployment.html", Title: "Deployment", Explain: "deployment/{deployment}"},
			{Path: "/delivery", Op: "delivery.show", Template: "delivery.html", Title: "Delivery figures", Nav: "Delivery figures", Order: 32, Group: op.Delivery},
		},
		Refs:     map[string]string{"release": "/releases/{release}", "deployment": "/deployments/{deployment}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Work:     []skill.Work{{Name: "deployments", Run: k.follow}, {Name: "artefacts", Run: k.tidy}},
		Explain:  explain,
		Facts:    k.facts,
		Ring:     k.ring,
		Self:     k,
	}
}

// states are how deployments ended are shown.
var states = map[string]op.Badge{
	string(release.Deployed): {Sign: "●", Word: "deployed", Hue: op.Good},
	string(release.Void):     {Sign: "✕", Word: "not begun", Hue: op.Quiet},
	"going on":               {Sign: "◐", Word: "going on", Hue: op.Busy},
	"failed later":           {Sign: "■", Word: "failed later", Hue: op.Bad},
}

func (k *Desk) there() error {
	if k.Releases == nil || k.Artifacts == nil {
		return prentice.Errorf(prentice.Unavailable, "no releases are kept here").Try("start prentice: prentice up")
	}
	return nil
}

func (k *Desk) rules() *release.Rules {
	if k.Rules == nil {
		return nil
	}
	return k.Rules()
}

// service refuses a name that the catalog does not have.
func (k *Desk) service(name string) (string, error) {
	if err := k.there(); err != nil {
		return "", err
	}
	s, err := k.Catalog().Service(name)
	return s.Ref.Name(), err
}
