package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/replica"
	"prentice/internal/engine/run"
	"prentice/internal/engine/runner"
	"prentice/internal/kit/proc"
)

// checkReplica refuses a name that cannot be one, and several processes on a
// database that has one writer.
func (s Settings) checkReplica() error {
	switch {
	case s.Replica == "":
		return nil
	case !prentice.ValidName(s.Replica):
		return prentice.Errorf(prentice.Invalid, "replica %q is not a name", s.Replica).Try("use letters, digits and . _ -, such as --replica a")
	case s.Replica == replica.SingleName:
		return prentice.Errorf(prentice.Invalid, "no replica can be called %s: so is a process that has the database to itself", s.Replica).Try("use another name, such as --replica a")
	case !s.postgres():
		return prentice.Errorf(prentice.Invalid, "replica %s has no database to share: SQLite is for one process", s.Replica).Try("name a PostgreSQL database with --database postgres://…")
	}
	return nil
}

// openReplicas makes this process one of those that may work on the database: one of
// several, if it has a name among them, and otherwise the only one. Of SQLite it has
// the file, and no one else can have it.
func (s *System) openReplicas() error {
	if !s.Settings.postgres() {
		return nil
	}
	id, err := s.installation()
	if err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	s.replicas = &replica.Registry{DB: s.db, Clock: time.Now, Log: s.log, Name: cmp.Or(s.Settings.Replica, replica.SingleName), Folder: id, Machine: proc.Place(), Copy: copyOf(s.Settings.Data)}
	s.replicas.OnUnfit(func() { s.runner.InterruptAll() }) // the runner is there before anyone joins
	return nil
}

// copyOf tells a folder from its copies, on this machine.
func copyOf(path string) string {
	about, err := os.Stat(path)
	if err != nil {
		return ""
	}
	if is, ok := about.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%d:%d", is.Dev, is.Ino)
	}
	return ""
}

// peers is those that work on the database, for the runner; nil for a process that
// does not act, and for one that has it by having its file.
func (s *System) peers(acting Acting) runner.Peers {
	if s.replicas == nil || acting != Acts && s.Settings.Replica == "" {
		return nil
	}
	return s.replicas
}

// lead does something while this replica leads; nil when this process has the
// database alone.
func (s *System) lead() func(context.Context, func(context.Context) error) error {
	if s.replicas == nil {
		return nil
	}
	return s.replicas.Leading
}

// once is work that one process does for all.
func (s *System) once(do func(context.Context) error) func(context.Context) error {
	if s.replicas == nil {
		return do
	}
	return func(ctx context.Context) error { return s.replicas.Leading(ctx, do) }
}

// listReplicas is the replicas, with how many runs each performs; none when this
// process has the database alone.
func (s *System) listReplicas(ctx context.Context) ([]replica.Replica, error) {
	if s.Settings.Replica == "" {
		return []replica.Replica{}, nil
	}
	list, err := s.replicas.List(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := s.runner.Attended(ctx)
	for i := range list {
		list[i].Runs = runs[list[i].ID]
	}
	return list, err
}

// joinReplicas makes this process a living replica, and says after which line of
// evidence all is news to it.
func (s *System) joinReplicas(ctx context.Context) (news int64, err error) {
	if s.replicas == nil {
		return 0, nil
	}
	head, err := s.ledger.Head(ctx)
	if err != nil {
		return 0, err
	}
	return head.Seq, s.replicas.Join(ctx)
}

// leaveReplicas lets the others have the runs at once.
func (s *System) leaveReplicas() error {
	if s.replicas == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.replicas.Leave(ctx)
}

// hearEvery is how often the evidence is looked through for what others did.
const hearEvery = 250 * time.Millisecond

// hearOthers tells this process what the others did after a line of evidence: it
// says all that happens, in order, anyone who did it.
func (s *System) hearOthers(ctx context.Context, after int64) error {
	tick := time.NewTicker(hearEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		lines, err := s.ledger.List(ctx, ledger.Filter{After: max(1, after), Limit: 500})
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("hear what other replicas did", "err", err)
			}
			continue
		}
		if len(lines) == 0 {
			continue
		}
		after = lines[len(lines)-1].Seq
		for _, line := range lines {
			if err := s.hear(ctx, line); err != nil && ctx.Err() == nil {
				s.log.Error("hear what other replicas did", "evidence", line.Seq, "err", err)
			}
		}
		s.inbox.Ring()
		s.ring()
	}
}

// hear tells those whom a line of evidence concerns.
func (s *System) hear(ctx context.Context, line prentice.Evidence) error {
	switch {
	case strings.HasPrefix(line.Kind, "policy."):
		err := s.Team.read(ctx)
		if err != nil {
			s.Team.missed.Store(true) // it is read again until it can be
		}
		return err
	case line.Kind == "run.stop-wanted":
		if run, ok := runOf(line); ok {
			return s.runner.StopWanted(ctx, run)
		}
	case strings.HasPrefix(line.Kind, "run."), strings.HasPrefix(line.Kind, "step."):
		m, by, ok := momentOf(line)
		if !ok || by == s.replicas.ID() {
			return nil
		}
		var err error
		if m.State.Ended() { // who watches hears no more after it
			err = s.logs.CatchUp(ctx)
		}
		s.runner.Heard(m)
		return err
	}
	return nil
}

func runOf(line prentice.Evidence) (int64, bool) {
	if len(line.Refs) == 0 || line.Refs[0].Kind() != "run" {
		return 0, false
	}
	n, err := strconv.ParseInt(line.Refs[0].Name(), 10, 64)
	return n, err == nil
}

// momentOf is what a line says of a run, and which replica wrote it.
func momentOf(line prentice.Evidence) (m run.Moment, by string, ok bool) {
	var data struct {
		State               prentice.State
		Says, Step, Replica string
		Target              prentice.Ref
	}
	number, ok := runOf(line)
	if !ok || json.Unmarshal(line.Data, &data) != nil || data.State == "" {
		return m, "", false
	}
	m = run.Moment{Run: number, Time: line.Time, State: data.State, Step: data.Step, Says: data.Says}
	if data.Step != "" {
		m.Target, m.Stands = data.Target, run.StepState(strings.TrimPrefix(line.Kind, "step."))
		m.Says = fmt.Sprintf("%s: %s. %s", data.Step, m.Stands, data.Says)
	}
	return m, data.Replica, true
}
