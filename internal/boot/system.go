package boot

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/blob"
	"prentice/internal/adapter/httpstep"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/secret"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/ssh"
	"prentice/internal/adapter/state"
	"prentice/internal/adapter/stopfile"
	"prentice/internal/app"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/log"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/replica"
	"prentice/internal/engine/retention"
	"prentice/internal/engine/run"
	"prentice/internal/engine/runner"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/kit/proc"
	"prentice/internal/skill"
	"prentice/internal/skill/availability"
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

	log       *slog.Logger
	db        *db.DB
	ledger    *ledger.Ledger
	inbox     *inbox.Inbox
	schedules *inbox.Schedules
	runner    *runner.Runner
	logs      *log.Logs
	blobs     *blob.Bucket
	secrets   *secret.Secrets
	reach     *ssh.Reach
	claims    *shell.Claims
	tried     tries
	contacts  contacts
	lookout   *availability.Lookout
	prober    *probe.Prober
	claimed   *claims.Store
	desk      *support.Support
	silences  *silence.Silences
	mirror    *silence.Mirror // of silences in an Alertmanager; nil is none
	outbox    *notice.Outbox
	retention *retention.Keeper
	replicas  *replica.Registry // those that may work on the database; nil with SQLite, whose file one process has
	standing  ledger.Standing
	reads     bool // nothing is written
	acts      bool // it performs runs
	shape     shape
	lost      error // what was signed here is not in the database, and only looking is allowed; nil if nothing is missing
	stop      stopfile.Path
	closers   []func() error // in the order of opening
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
	if s.Team.ask, err = set.ask(acting); err != nil {
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

// openDatabase opens the database, and keeps others who open it at the same moment
// waiting until free is called.
func (s *System) openDatabase(ctx context.Context, held *folder) (free func(), err error) {
	if s.reads {
		return func() {}, s.readDatabase(ctx, held)
	}
	if file, named := strings.CutPrefix(s.Settings.Database, "sqlite:"); named { // other data folders may name it as well
		alone, err := takeFile(file)
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, alone.Close)
	}
	if s.db, err = db.Open(ctx, s.Settings.address()); err != nil {
		return nil, storeTrouble(s.Settings.address(), err)
	}
	s.closers = append(s.closers, s.db.Close)
	if free, err = s.db.Hold(ctx, "opening"); err != nil {
		return nil, storeTrouble(s.Settings.address(), err)
	}
	return free, nil
}

// openStore brings every owner's tables up to date.
func (s *System) openStore(ctx context.Context) (err error) {
	if err := s.db.Prepare(ctx); err != nil {
		return storeTrouble(s.Settings.address(), err)
	}
	owners := tables()
	if s.replicas != nil && !s.reads {
		if err := s.unchanged(ctx, owners); err != nil {
			return err
		}
	}
	for _, owner := range owners {
		if err := s.db.Migrate(ctx, owner.name, owner.files); err != nil {
			return storeTrouble(s.Settings.address(), err)
		}
	}
	if !s.reads {
		if s.shape, err = shapeOf(ctx, s.db, owners); err != nil {
			return storeTrouble(s.Settings.address(), err)
		}
	}
	if s.ledger, err = ledger.Open(s.db, s.path("keys")); err != nil {
		return err
	}
	s.ledger.Log = s.log
	if s.Settings.Accept == AcceptRollback {
		s.ledger.Disregard()
	}
	if s.replicas != nil {
		s.replicas.Record = s.ledger
	}
	return s.entitle(ctx)
}

// storeTrouble says what an operator can do about a database that does not open.
func storeTrouble(address string, err error) error {
	where, isFile := strings.CutPrefix(address, "sqlite:")
	if !isFile {
		where = "the PostgreSQL database"
	}
	switch {
	case errors.Is(err, db.ErrCorrupt):
		return prentice.Errorf(prentice.Unavailable, "%s is damaged: %w", where, err).
			Try("stop here, keep a copy of the data folder, and restore the last backup; sqlite3's .recover can save what is readable")
	case errors.Is(err, db.ErrFull):
		return prentice.Errorf(prentice.Unavailable, "the disk under %s is full: %w", where, err).Try("free space and start again; nothing is lost")
	case errors.Is(err, db.ErrReadOnly) && !isFile:
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", where, err).
			Try("this server is a standby or read-only: give the address of the primary, or let the database take writes again (default_transaction_read_only)")
	case errors.Is(err, db.ErrReadOnly):
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", where, err).Try("correct the permissions of the data folder, or name another with --data")
	case errors.Is(err, db.ErrNewer):
		return prentice.Errorf(prentice.Conflict, "%s was brought up to date by a later version of prentice: %w", where, err).
			Try("start that version; or put back the copy of the data folder, and of the database, from before the upgrade")
	case errors.Is(err, db.ErrOlder):
		return prentice.Errorf(prentice.Conflict, "%s is of an earlier version of prentice, or was never started to the end, and reading does not change it: %w", where, err).
			Try("bring it up to date with: prentice up — or read it with the version that wrote it")
	case errors.Is(err, db.ErrShared):
		return prentice.Errorf(prentice.Refused, "%s is reached through a pooler that cannot be used: %w", where, err).
			Try("give the server's own address, or let the pooler hand out sessions (PgBouncer: pool_mode = session)")
	case errors.Is(err, db.ErrBusy):
		return prentice.Errorf(prentice.Conflict, "%s is locked by another process: %w", where, err).Try("stop that process")
	}
	return prentice.Errorf(prentice.Unavailable, "%s cannot be opened: %w", where, err).Try("look whether the server runs and the address is right")
}

// openRunner builds what performs runs.
func (s *System) openRunner(ctx context.Context, acting Acting) error {
	logs, err := s.openLogs()
	if err != nil {
		return err
	}
	if err := s.openReach(); err != nil {
		return err
	}
	s.Team.book = &policy.Book{DB: s.db, Recorder: s.ledger, Clock: time.Now, Role: s.roleOf}
	s.Team.groups = &policy.Book{OfGroups: true, DB: s.db, Recorder: s.ledger, Clock: time.Now, Role: s.roleOf}
	s.Team.granted = s.Identity.GrantedOnBelongings
	s.secrets = &secret.Secrets{Folder: s.path("secrets"), Key: filepath.Join(s.path("keys"), "secrets.key"), Declared: s.Team.Secrets}
	s.Team.missing = s.secrets.Missing
	s.openSilences()
	s.claimed = &claims.Store{DB: s.db}
	s.runner = runner.New(runner.Deps{
		Store:      &run.Store{DB: s.db, Ledger: s.ledger, Clock: time.Now},
		Judging:    runner.Judging{Planner: s.Team, Policy: s.Team, People: places{s}, Health: unwell{s}, Calendar: s.Team, Estate: estate{s}, Edition: func() any { return s.Team.now.Load() }},
		Performing: runner.Performing{Secrets: s.secrets, Logs: logs, Reaper: reaper{s.path("work")}, Hosts: &s.contacts, Env: s.stepEnv(), Install: s.claims.Install, Session: proc.Session()},
		Switch:     runner.Switch{Stopped: s.stop.Stopped, StopSays: s.stop.Says},
		Inbox:      runner.Inbox{Send: s.inbox.Send, SendIn: s.inbox.SendIn, Event: s.inbox.Show},
		Incidents:  s.aboutRuns(),
		Peers:      s.peers(acting),
		Log:        s.log,
	})
	s.logs = logs
	s.openOutbox()
	s.prober = probe.New()
	s.Skills = s.skills(logs)
	s.prober.Know(skill.Probes(s.Skills))
	s.lookout, s.desk = skill.At[*availability.Lookout](s.Skills), skill.At[*support.Support](s.Skills)
	s.Team.kinds, s.Team.files = s.kinds(), teamFiles(s.Skills)
	s.runner.Know(s.Team.kinds)
	if err := s.Team.read(ctx); err != nil {
		return err
	}
	return s.openRetention()
}

// aboutRuns is what the desk of incidents knows. It is there before any run is.
func (s *System) aboutRuns() runner.Incidents {
	return runner.Incidents{
		Incident: s.incident,
		Relieved: func(ctx context.Context, incident prentice.Ref) (time.Time, error) {
			return s.desk.Relieved(ctx, incident)
		},
		Over: func(ctx context.Context, run int64, incident prentice.Ref) (bool, error) {
			return s.desk.Over(ctx, run, incident)
		},
		Opened: func(ctx context.Context, incident prentice.Ref) ([]prentice.Ref, error) {
			return s.desk.Opened(ctx, incident)
		},
	}
}

// stepEnv is what every step gets beside its plan: where the team's own state
// is, and this program for steps that want to call it.
func (s *System) stepEnv() []string {
	env := []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "HOME=" + s.path("work"), "TMPDIR=" + s.own("scratch"), "PRENTICE_STATE=" + s.path("work")}
	if self, err := os.Executable(); err == nil {
		env = append(env, "PRENTICE_BIN="+self)
	}
	return env
}

// stepKinds is the kinds of step there are.
func stepKinds(services probe.Services, sh *shell.Kind) []prentice.StepKind {
	return kindsWith(services, sh, Describe())
}

func kindsWith(services probe.Services, sh *shell.Kind, skills []skill.Skill) []prentice.StepKind {
	prober := probe.New().Know(skill.Probes(skills))
	kinds := []prentice.StepKind{sh, shell.Bash{Kind: sh}, &probe.Kind{Services: services, Prober: prober}, httpstep.New()}
	kinds = append(kinds, state.Kinds(sh)...)
	return append(append(kinds, skill.Kinds(skills)...), runner.Wait{}, runner.Human{})
}

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

// reaper ends what a crash left of a step. Another prentice on this machine may
// be at a step of the same name; its state is in another folder.
type reaper struct{ state string }

func (r reaper) Reap(ctx context.Context, key string, session int) (int, error) {
	return proc.EndMarked(ctx, session, "PRENTICE_STEP="+key, "PRENTICE_STATE="+r.state)
}

func newLog(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
