package boot

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/adapter/httpstep"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/secret"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/state"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/run"
	"prentice/internal/engine/runner"
	"prentice/internal/kit/proc"
	"prentice/internal/skill"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/metrics"
	"prentice/internal/skill/objectives"
	"prentice/internal/skill/support"
)

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
	s.openChoices()
	s.openSilences()
	s.jobs = s.newJobs()
	s.claimed = &claims.Store{DB: s.db}
	s.runner = runner.New(runner.Deps{
		Store:      &run.Store{DB: s.db, Ledger: s.ledger, Clock: time.Now},
		Judging:    runner.Judging{Planner: s.Team, Policy: s.Team, People: places{s}, Health: unwell{s}, Calendar: s.Team, Estate: estate{s}, Edition: func() any { return s.Team.now.Load() }},
		Performing: runner.Performing{Secrets: s.secrets, Logs: logs, Reaper: reaper{s.path("work")}, Hosts: &s.contacts, Env: s.stepEnv(), Install: s.claims.Install, Session: proc.Session()},
		Switch:     runner.Switch{Stopped: s.stop.Stopped, StopSays: s.stop.Says},
		Inbox:      runner.Inbox{Send: s.inbox.Send, SendIn: s.inbox.SendIn, Event: s.inbox.Show},
		Incidents:  s.aboutRuns(),
		Peers:      s.peers(acting),
		Budget:     s.budgetOf,
		Log:        s.log,
	})
	s.logs = logs
	s.openOutbox()
	s.prober = probe.New().Give(s.secretForProbes())
	s.Skills = s.skills(logs)
	s.prober.Know(skill.Probes(s.Skills))
	s.lookout, s.desk = skill.At[*availability.Lookout](s.Skills), skill.At[*support.Support](s.Skills)
	s.owed, s.measured = skill.At[*objectives.Desk](s.Skills), skill.At[*metrics.Desk](s.Skills)
	s.Team.kinds, s.Team.files = s.kinds(), teamFiles(s.Skills)
	s.runner.Know(s.Team.kinds)
	s.Team.where = s.teamRoot
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
	skills := Describe()
	return kindsWith(services, sh, probe.New().Know(skill.Probes(skills)), skills)
}

func kindsWith(services probe.Services, sh *shell.Kind, prober *probe.Prober, skills []skill.Skill) []prentice.StepKind {
	kinds := []prentice.StepKind{sh, shell.Bash{Kind: sh}, &probe.Kind{Services: services, Prober: prober}, httpstep.New()}
	kinds = append(kinds, state.Kinds(sh)...)
	return append(append(kinds, skill.Kinds(skills)...), runner.Wait{}, runner.Human{})
}

// reaper ends what a crash left of a step. Another prentice on this machine may
// be at a step of the same name; its state is in another folder.
type reaper struct{ state string }

func (r reaper) Reap(ctx context.Context, key string, session int) (int, error) {
	return proc.EndMarked(ctx, session, "PRENTICE_STEP="+key, "PRENTICE_STATE="+r.state)
}
