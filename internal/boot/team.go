package boot

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/adapter/ssh"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
	"prentice/internal/team/catalog"
	"prentice/internal/team/inventory"
)

// PolicyFile is the team's policy, in the team folder.
const PolicyFile = "policy.yaml"

// teamNow is what the team folder says at this moment.
type teamNow struct {
	catalog   *team.Catalog
	library   *procedure.Library
	partial   bool               // the catalog was never read without an error
	troubles  []prentice.Finding // why a file of the folder is not in force as it stands
	broken    []prentice.Finding // why procedures of the library cannot be asked for
	policy    *policy.Policy
	inForce   policy.Entry                      // that the policy is of
	pending   *pending                          // nil when the file says what is in force
	groups    policy.Entry                      // who is in which group, as it was adopted
	belongs   map[prentice.Ref]policy.Belonging // what belongs to whom, as it was adopted
	newGroups *string                           // as the catalog says it, when that is not what was adopted
	said      team.Said                         // by the other files of the folder
	unread    map[string]bool                   // those of them that were never read without an error
	ssh       *ssh.Config
	marks     string // of the files, to see that they changed
	read      time.Time
	asked     bool // hosts were asked for that no file lists
}

// Team is the team folder, read again when it changes. What cannot be read
// leaves in force what was read before.
type Team struct {
	folder  string                                // that the settings name
	root    atomic.Pointer[string]                // the folder that was read; nil is that one
	where   func(context.Context) (string, error) // which folder is the team's now; nil is that one
	kinds   []prentice.StepKind
	files   []team.Part
	log     *slog.Logger
	reads   bool // it is only asked what it says; nothing is adopted
	book    *policy.Book
	groups  *policy.Book
	reading sync.Mutex // held by anyone who reads the folder
	now     atomic.Pointer[teamNow]
	wrong   atomic.Pointer[error]                                                         // with what the folder says now, when it is not what is in force
	granted func(context.Context) (bool, error)                                           // whether anyone holds a role on what is a group's or a system's
	missing func([]string) string                                                         // the first secret that is not there, or ""; nil asks no one
	changed []func(*teamNow)                                                              // called after each reading that took effect
	ask     inventory.Ask                                                                 // Ansible, for hosts that no file lists; nil asks no one
	choices func(context.Context, []prentice.ChoiceSource) map[string]prentice.ChoiceList // what sources outside say now; nil asks none
	missed  atomic.Bool                                                                   // what changed elsewhere could not be read yet
}

// newTeam is a team folder that is not read yet. It is made if it is not there,
// unless nothing is to be written.
func newTeam(dir string, log *slog.Logger, acting Acting) (*Team, error) {
	if acting != Reads {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "team folder %s: %w", dir, err).Try("name another with --team")
		}
	}
	return &Team{folder: dir, files: knownFiles(), log: log, reads: acting == Reads || acting == Tries}, nil
}

// read makes the folder's present state the one in force.
func (t *Team) read(ctx context.Context) (err error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	t.missed.Store(false)
	if t.where != nil {
		dir, err := t.where(ctx)
		if err != nil {
			return err
		}
		was := t.root.Swap(&dir)
		defer func() {
			if err != nil {
				t.root.Store(was) // what was read before stays in force, all of it
			}
		}()
	}
	next := &teamNow{marks: t.marks()}
	had := t.now.Load()
	t.readThings(next, had)
	var findings []prentice.Finding
	next.library, findings = procedure.Load(t.dir(), t.kinds) // one with errors is known and refused where it is asked for
	next.broken = errorsOf(findings)
	if err := t.readPolicy(ctx, next); err != nil {
		return err
	}
	if err := t.readGroups(ctx, next); err != nil {
		return err
	}
	t.readRest(next, had)
	t.sayPending(next)
	t.sayTroubles(next, had)
	t.now.Store(next)
	t.wrong.Store(nil)
	t.tellFiles(next)
	for _, f := range t.changed {
		f(next)
	}
	return nil
}

// marks changes whenever a file of the team does.
func (t *Team) marks() string {
	marks := catalog.Fingerprint(t.dir()) + " " + inventory.Marks(t.dir())
	names := []string{PolicyFile, ssh.ConfigFile}
	for _, f := range t.files {
		names = append(names, f.Name)
	}
	for _, name := range names {
		mark := "none"
		if about, err := os.Stat(filepath.Join(t.dir(), name)); err == nil {
			mark = fmt.Sprintf("%d %d", about.Size(), about.ModTime().UnixNano())
		}
		marks += " " + mark
	}
	if now := t.now.Load(); now != nil {
		marks += " " + now.ssh.Marks()
	}
	return marks
}

// dir is the folder whose files are in force.
func (t *Team) dir() string {
	if root := t.root.Load(); root != nil {
		return *root
	}
	return t.folder
}

func (t *Team) stale(ctx context.Context) bool {
	now := t.now.Load()
	return t.missed.Load() || t.moved(ctx) || now.library.Stale(t.dir()) || now.marks != t.marks() || now.asked && time.Since(now.read) > askEvery
}

// Run reads the folder again when it changes, until ctx ends.
func (t *Team) Run(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !t.stale(ctx) {
			t.wrong.Store(nil) // the folder may say again what is in force
			said = ""
			continue
		}
		missed := t.missed.Load()
		err := t.read(ctx)
		if err != nil && missed {
			t.missed.Store(true)
		}
		if err != nil && err.Error() != said {
			t.wrong.Store(&err)
			t.log.Error("the team folder has errors; what was read before stays in force", "err", err)
			said = err.Error()
		}
		if err == nil && len(t.now.Load().troubles) == 0 {
			t.log.Info("the team folder was read again", "procedures", len(t.Library().All()), "services", len(t.Catalog().Services))
			said = ""
		}
	}
}

// Catalog is the one in force.
func (t *Team) Catalog() *team.Catalog { return t.now.Load().catalog }

// Library is the one in force.
func (t *Team) Library() *procedure.Library { return t.now.Load().library }

// Service implements the step kinds' look into the catalog.
func (t *Team) Service(name string) (team.Service, error) { return t.Catalog().Service(name) }

// Decide is the policy in force.
func (t *Team) Decide(ctx context.Context, m prentice.Moment) prentice.Decision {
	return t.now.Load().policy.Decide(ctx, m)
}

// Render plans a request from what is in force. A plan that needs a secret which is
// not there is refused before anyone is asked about it.
func (t *Team) Render(ctx context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	now := t.now.Load()
	answers := procedure.Answers{}
	if sources := now.library.Sources(req.Procedure); len(sources) > 0 && t.choices != nil {
		answers.Lists = t.choices(ctx, sources)
	}
	plan, err := procedure.RenderWith(now.library, now.catalog, req, answers)
	if err != nil || t.missing == nil {
		return plan, err
	}
	if name := t.missing(plan.Secrets); name != "" {
		return prentice.Plan{}, prentice.Errorf(prentice.Refused, "the plan needs the secret %s, which is not there", name).Try("keep it with: prentice secret set %s FILE", name)
	}
	return plan, nil
}
