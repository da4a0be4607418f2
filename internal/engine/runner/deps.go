package runner

import (
	"context"
	"io"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Deps is all that a runner needs of the world, by what it is needed for.
type Deps struct {
	*run.Store // the runs that it carries out
	Judging
	Performing
	Switch
	Inbox
	Incidents
	Peers Peers // nil is none
	// Budget is how much is left of what a service may fail, nil where nothing is promised.
	Budget func(ctx context.Context, service prentice.Ref) (*prentice.Budget, error)
	Log    *slog.Logger
}

// Judging is what is asked before a run may begin, or go on.
type Judging struct {
	Planner  Planner
	Policy   Policy
	People   approval.People
	Health   Health
	Calendar Calendar
	Estate   Estate
	Edition  func() any // of what plans are made from: another one when it has changed; nil: it may change at any time
}

// Performing is what steps need to be performed.
type Performing struct {
	Kinds   []prentice.StepKind
	Secrets Secrets
	Logs    Logs
	Reaper  Reaper
	Hosts   Hosts    // nil: no one knows
	Env     []string // what every step gets: PATH, PRENTICE_STATE …
	Install string   // the installation's id, which no other has
	Session int      // of this process, to tell a crashed one's children from ours
}

// Switch stops everything at once.
type Switch struct {
	Stopped  func() bool
	StopSays func() string // who turned it on and why, or ""
}

// Inbox is where events come from, and where they are told to.
type Inbox struct {
	Send   func(context.Context, prentice.Event) error                           // tells what happened to a run
	SendIn func(*db.Tx, prentice.Event) error                                    // the same, within the write that makes it true
	Event  func(ctx context.Context, number int64) (prentice.EventRecord, error) // one that was told
}

// Incidents are what runs are about. No one knows any where these are nil.
type Incidents struct {
	Incident func(ctx context.Context, incident, about prentice.Ref) (Incident, error) // as it stands towards what a run is about
	Opened   func(ctx context.Context, incident prentice.Ref) ([]prentice.Ref, error)  // the people who opened it or fed it; nil: no one did
	Over     func(ctx context.Context, run int64, incident prentice.Ref) (bool, error) // whether no open incident waits for a run any more; nil: one always does
	Relieved func(ctx context.Context, incident prentice.Ref) (time.Time, error)       // since when it has no symptom left; zero while it has; nil: it always has
}

// Planner renders a request into a plan, from the procedures and the catalog
// of this moment.
type Planner interface {
	Render(context.Context, prentice.RunRequest) (prentice.Plan, error)
}

// Policy decides. It must be pure.
type Policy interface {
	Decide(context.Context, prentice.Moment) prentice.Decision
}

// Health says how many services, leaving out those named and whatever depends
// on them, are known to be unhealthy, of how many known.
type Health interface {
	Unhealthy(ctx context.Context, except []prentice.Ref) (unhealthy, known int, err error)
}

// Secrets gives the value of a secret by name, at run time only.
type Secrets interface {
	Value(ctx context.Context, name string) (string, error)
}

// Logs keep what steps print. Writer masks the secrets before anything is
// written; its Close flushes.
type Logs interface {
	Writer(run int64, step string, target prentice.Ref, secrets []string) io.WriteCloser
}

// Reaper ends what a crash left of a step: the processes that carry its key and
// belong to the session that started it. Daemons that the step set free on
// purpose are in sessions of their own and stay.
type Reaper interface {
	Reap(ctx context.Context, key string, session int) (ended int, err error)
}
