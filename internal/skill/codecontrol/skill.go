package codecontrol

import (
	"context"
	"embed"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/forge"
	"prentice/internal/engine/push"
	"prentice/internal/kit/db"
	"prentice/internal/kit/sshsig"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Host keeps repositories on this server.
type Host interface {
	Create(ctx context.Context, name, branch string) error
	Refs(ctx context.Context, name string) ([]push.Ref, error)
	// Import makes a repository of another; what is not whole is taken away again.
	Import(ctx context.Context, name, from, branch string) error
	Discard(name string) error
	// Delete takes one away and says where a bundle of it is; "" where it held nothing.
	Delete(ctx context.Context, name string) (bundle string, err error)
	RemoveBundle(path string) error
	// Fetch brings what a source has into a mirror of it.
	Fetch(ctx context.Context, name, from string) error
	Tidy(ctx context.Context, name string) error
	// State is how its objects lie on disk.
	State(name string) (push.Store, error)
	// Source refuses what no repository is brought in from.
	Source(from string) error
	// Push pushes branches and tags to another place, which Target has not refused.
	Push(ctx context.Context, name, to, secret, hostKey string, deletes bool) error
	Target(to, hostKey string) error
	Far
}

// Deps is what the chapter uses. Each may be nil; an operation that lacks what it needs says
// so.
type Deps struct {
	DB    *db.DB
	Host  Host
	Clock func() time.Time // nil is the machine's
	Log   *slog.Logger     // nil says nothing
	// Propose takes a change, and says under which refs and what to tell; nil takes none.
	Propose func(context.Context, Proposal) (as []push.Moved, says string, err error)
	// HTTP and SSH are where git reaches a repository, without its name; "" is not at all.
	HTTP, SSH func() string
	Review
	// Queue is what changes land by.
	Queue Queue
	// Team is how the team's own files lie in a repository.
	Team Team
	// Secret is the value of a secret by its name; nil pushes nothing elsewhere.
	Secret func(ctx context.Context, name string) (string, error)
	// Forges are where repositories are kept elsewhere, and gated here.
	Forges Forges
	// Lines are those of the ledger of a kind since a moment, the newest 500; nil knows none.
	Lines func(ctx context.Context, kind string, since time.Time) ([]prentice.Evidence, error)
	// Sources opens a repository to be looked at.
	Sources func(ctx context.Context, repository string) (Sources, error)
	// Clone opens a clone on the machine of the one who asks.
	Clone func(ctx context.Context, dir string) (Git, error)
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	wake chan struct{}
	due  chan struct{} // there may be something to land
	news chan struct{} // a forge may have something new

	code    atomic.Pointer[saidOfCode]      // what the team asks of its code, by the folder in force
	signing atomic.Pointer[[]sshsig.Signer] // who may sign, by the same
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, wake: make(chan struct{}, 1), due: make(chan struct{}, 1), news: make(chan struct{}, 1)}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	if k.Propose == nil && k.Changes != nil {
		k.Propose = k.propose
	}
	if k.Queue.Changes == nil && k.Changes != nil {
		k.Queue.Changes = k.Queueable()
	}
	if k.Enqueue == nil && k.Queue.Changes != nil && k.Queue.Open != nil {
		k.Enqueue = k.enqueueOne
	}
	return skill.Skill{
		Name:     "codecontrol",
		Sentence: "keep code under central control",
		Ops:      nouns.Of(slices.Concat(k.repositoryOps(), k.changeOps(), k.pushOps(), k.keepOps(), k.queueOps(), k.branchOps(), k.rulesOps(), k.teamOps(), k.mirrorOps(), k.codeOps(), k.forgeOps())),
		Pages: []op.Page{
			{Path: "/changes", Op: "change.list", Template: "changes.html", Title: "Changes", Nav: "Changes", Key: "h", Order: 7},
			{Path: "/changes/{change}", Op: "change.review", Template: "change.html", Title: "Change", Explain: "change/{change}"},
			{Path: "/team", Op: "team.show", Template: "team.html", Title: "The team's files", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/forge", Op: "forge.show", Template: "forge.html", Title: "Forge", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/queue", Op: "queue.show", Template: "queue.html", Title: "Queue", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/tree", Op: "code.tree", Template: "code_tree.html", Title: "Files", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/file", Op: "code.file", Template: "code_file.html", Title: "File", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/blame", Op: "code.blame", Template: "code_blame.html", Title: "Who wrote it", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/log", Op: "code.log", Template: "code_log.html", Title: "Commits", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/commit", Op: "code.commit", Template: "code_commit.html", Title: "Commit", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/compare", Op: "code.compare", Template: "code_compare.html", Title: "Compare", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/search", Op: "code.search", Template: "code_search.html", Title: "Search", Topic: "codecontrol"},
			{Path: "/repositories/{repository}/refs", Op: "code.refs", Template: "code_refs.html", Title: "Branches and tags", Topic: "codecontrol"},
		},
		Team:     []team.Part{CodeFile.Part(k.took), SignersFile.Part(func(list []sshsig.Signer) { k.signing.Store(&list) })},
		Refs:     map[string]string{"change": "/changes/{change}"},
		Explains: []op.Explainer{explainChange()},
		States:   badges(),
		Checks:   []check.Kind{k.teamKind()},
		Work:     []skill.Work{{Name: "repositories", Run: k.tend}, {Name: "merge queues", Run: k.RunQueues}, {Name: "the team's files", Run: k.followTeam}, {Name: "mirrors", Run: k.RunMirrors}, {Name: "forges", Run: k.runForges}},
		Files:    files,
		Explain:  explain,
		Facts:    k.facts,
		Listen:   k.listen,
		Self:     k,
		Ring:     k.Ring,
	}
}

func (k *Desk) now() time.Time {
	if k.Clock != nil {
		return k.Clock()
	}
	return time.Now()
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.Host == nil || k.DB == nil {
		return prentice.Errorf(prentice.Unavailable, "no repositories are kept here").Try("start prentice: prentice up")
	}
	return nil
}

// Facts is what explain.md is drawn from.
type Facts struct {
	Repositories []Protecting
	More         int // repositories of which it is not said
	Refused      Refusals
	Team         TeamNow
	Forges       []ForgeLine // of those that are kept on one
	Weaker       []string    // what is promised less of them
}

// First is the repository that a newcomer begins with: the first that takes changes.
func (f Facts) First() *Protecting {
	for i, r := range f.Repositories {
		if r.State == Active && r.Source == "" {
			return &f.Repositories[i]
		}
	}
	return nil
}

func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Facts{}, nil
	}
	list, err := k.hosted(ctx)
	if err != nil {
		return Facts{}, err
	}
	protecting, err := k.protecting(ctx, list)
	if err != nil {
		return Facts{}, err
	}
	refused, err := k.refusals(ctx)
	if err != nil {
		return Facts{}, err
	}
	now, err := k.teamShow(ctx, op.Call{}, struct{}{})
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Repositories: protecting, More: max(len(list)-mostExplained, 0), Refused: refused, Team: now}
	forges, err := k.forgeList(ctx, op.Call{}, ForgesIn{})
	if f.Forges = forges.Forges; len(f.Forges) > 0 {
		f.Weaker = forge.Weaker("a branch")
	}
	return f, err
}
