package boot

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"prentice/internal/adapter/blob"
	"prentice/internal/adapter/githost"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/secret"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/ssh"
	"prentice/internal/adapter/stopfile"
	"prentice/internal/app"
	"prentice/internal/engine/choices"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/log"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/engine/replica"
	"prentice/internal/engine/retention"
	"prentice/internal/engine/runner"
	"prentice/internal/engine/silence"
	"prentice/internal/face/preview"
	"prentice/internal/kit/db"
	"prentice/internal/skill"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/metrics"
	"prentice/internal/skill/objectives"
	"prentice/internal/skill/support"
)

// Build says what was built. Helpers are those for hosts; nil are those that were built in.
type Build struct {
	Version, Commit string
	Helpers         fs.FS
}

// System is one data folder, opened: everything is there, and nothing moves.
type System struct {
	Settings Settings
	Team     *Team
	Identity *identity.Identity
	Skills   []skill.Skill
	App      *app.App

	log        *slog.Logger
	db         *db.DB
	ledger     *ledger.Ledger
	inbox      *inbox.Inbox
	schedules  *inbox.Schedules
	runner     *runner.Runner
	logs       *log.Logs
	blobs      *blob.Bucket
	secrets    *secret.Secrets
	reach      *ssh.Reach
	claims     *shell.Claims
	tried      tries
	contacts   contacts
	lookout    *availability.Lookout
	owed       *objectives.Desk
	measured   *metrics.Desk
	prober     *probe.Prober
	jobs       *heartbeat.Keeper // listens for jobs that ping
	claimed    *claims.Store
	choices    *choices.Keeper
	desk       *support.Support
	hosting    *githost.Host
	silences   *silence.Silences
	mirror     *silence.Mirror // of silences in an Alertmanager; nil is none
	previewsAt net.Listener    // of previews alone; nil is that they answer where the pages do
	served     string          // where this process answers; "" is nowhere yet
	previews   *preview.Face   // environments at their addresses; nil before anything is served
	outbox     *notice.Outbox
	outgoing   *outgoing.Post
	retention  *retention.Keeper
	replicas   *replica.Registry // those that may work on the database; nil with SQLite, whose file one process has
	standing   ledger.Standing
	reads      bool // nothing is written
	acts       bool // it performs runs
	shape      shape
	lost       error // what was signed here is not in the database, and only looking is allowed; nil if nothing is missing
	stop       stopfile.Path
	closers    []func() error // in the order of opening
}

// Acting says what a system may do: only read, answer, or perform runs as well.
type Acting uint8

// The four.
const (
	Reads   Acting = iota // nothing is written, not even what is missing
	Tries                 // a question is answered in a data folder of no account
	Answers               // one operation is done
	Acts
)

// Open opens a data folder for this process alone. What was opened before an
// error is closed again.
func Open(ctx context.Context, set Settings, log *slog.Logger, acting Acting) (s *System, err error) {
	s = &System{Settings: set, log: log, stop: stopfile.Path(filepath.Join(set.Data, "STOP"))}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	s.reads, s.acts = acting == Reads, acting == Acts
	held, err := holdFor(ctx, set, acting)
	if err != nil {
		return s, err
	}
	s.closers = append(s.closers, held.release)
	free, err := s.openDatabase(ctx, held)
	if err != nil {
		return s, err
	}
	defer free()
	if err := s.admit(ctx, acting); err != nil {
		return s, err
	}
	if err := s.openStore(ctx); err != nil {
		return s, err
	}
	if acting == Acts {
		if err := s.db.Writable(ctx); err != nil {
			return s, storeTrouble(set.address(), err)
		}
	}
	if s.Identity, err = identity.Open(s.db, s.path("keys"), time.Now); err != nil {
		return s, err
	}
	s.closers = append(s.closers, s.Identity.Close)
	if s.Team, err = newTeam(set.Team, log, acting); err != nil {
		return s, err
	}
	if s.Team.ask, err = set.ask(acting, s.Team.dir); err != nil {
		return s, err
	}
	if s.Identity.Trusting = set.Enrolment == trusted; set.OIDC != nil {
		s.Identity.Provider = set.OIDC.provider()
	}
	s.Identity.Record = s.ledger.Append
	s.Identity.Groups = s.Team.GroupsOf
	s.Identity.Removed = s.lessons().Forget
	s.inbox = inbox.New(s.db, time.Now, s.ledger, log)
	s.inbox.Monitors = namesIn(set.Monitors)
	s.schedules = inbox.NewSchedules(s.inbox, time.Now, log)
	if err := s.openRunner(ctx, acting); err != nil {
		return s, err
	}
	if err := s.join(); err != nil {
		return s, err
	}
	if err := s.accept(ctx); err != nil {
		return s, err
	}
	if err := s.keepPlace(ctx, acting); err != nil {
		return s, err
	}
	return s, s.afterRestore(ctx)
}

func (s *System) path(name string) string { return filepath.Join(s.Settings.Data, name) }

// own is a path that no other replica uses.
func (s *System) own(name string) string { return s.path(inFolder(s.Settings.Replica, name)) }

// join hangs the skills into the door and the inbox.
func (s *System) join() (err error) {
	ops := skill.Ops(s.Skills)
	s.App, err = app.New(app.Deps{Ops: ops, DB: s.db, Policy: s.Team, Recorder: s.ledger, Places: places{s}, Clock: time.Now, Log: s.log})
	if err != nil {
		return err
	}
	for _, sk := range s.Skills {
		if sk.Listen != nil {
			s.inbox.Listen(sk.Listen)
		}
	}
	s.inbox.Listen(s.outbox.Listen)
	s.inbox.Listen(s.outgoing.Listen)
	s.Team.changed = append(s.Team.changed, s.follow, func(*teamNow) { s.ring() })
	s.follow(s.Team.now.Load())
	return nil
}

// ring tells the skills that there may be news for them.
func (s *System) ring() {
	for _, sk := range s.Skills {
		if sk.Ring != nil {
			sk.Ring()
		}
	}
}

// follow takes the schedules from the procedures in force.
func (s *System) follow(t *teamNow) {
	var list []inbox.Schedule
	for _, p := range t.library.All() {
		for _, on := range p.On {
			if on.Schedule != "" {
				list = append(list, inbox.Schedule{Procedure: p.Name, Cron: on.Schedule, Zone: on.Zone, With: on.With})
			}
		}
	}
	if err := s.schedules.Set(list); err != nil {
		s.log.Error("schedules", "err", err)
	}
}

// Close closes what Open opened, in reverse.
func (s *System) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func newLog(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
