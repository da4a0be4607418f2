package runner

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // its SQLite store

	"prentice/internal/kit/db"
)

// The names under which DBOS keeps our work. They are constants of the format,
// not of the program: a run begun by one version is finished by the next.
const (
	dbosApp      = "prentice"
	dbosVersion  = "1"
	dbosWorkflow = "stage"
)

// aloneExecutor is who performs the work when no replica has a name.
const aloneExecutor = "1"

// DBOS is the Engine on DBOS Transact (https://docs.dbos.dev). One workflow is
// one stage of one run. It holds no DBOS steps: what has been done is in the
// journal, once, and the workflow reads it there.
type DBOS struct {
	address  string
	executor string
	log      *slog.Logger
	ctx      dbos.Context
	stage    func(context.Context, int64)
}

// NewDBOS is an engine that keeps its work at a database address: sqlite:PATH or
// postgres://…. Replica is the name that tells it from others on the same database;
// "" is none. After a crash it brings back only its own work.
func NewDBOS(address, replica string, log *slog.Logger) *DBOS {
	return &DBOS{address: address, executor: cmp.Or(replica, aloneExecutor), log: log}
}

// Launch implements Engine. The store is opened once before: what is wrong with
// it is then an error that says so.
func (e *DBOS) Launch(ctx context.Context, stage func(context.Context, int64)) error {
	store, err := db.Open(ctx, e.address)
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	config := dbos.Config{
		AppName: dbosApp, DatabaseURL: e.address, Logger: e.log,
		ApplicationVersion: dbosVersion, ExecutorID: e.executor,
		SchedulerPollingInterval: time.Hour, // we keep schedules ourselves
	}
	if store.Postgres() { // with a pool it does not ask the database "postgres" whether ours is there
		if config.SystemDBPool, err = db.Pool(context.WithoutCancel(ctx), e.address); err != nil {
			return err
		}
		config.DatabaseURL = ""
	}
	c, err := dbos.NewContext(context.WithoutCancel(ctx), config)
	if err != nil {
		if config.SystemDBPool != nil {
			config.SystemDBPool.Close()
		}
		return err
	}
	e.ctx, e.stage = c, stage
	dbos.RegisterWorkflow(c, e.workflow, dbos.WithWorkflowName(dbosWorkflow), dbos.WithMaxRecoveryAttempts(1_000_000))
	return dbos.Launch(c)
}

func (e *DBOS) workflow(ctx dbos.Context, run int64) (string, error) {
	e.stage(ctx, run)
	return "", ctx.Err()
}

// Start implements Engine.
func (e *DBOS) Start(_ context.Context, run int64, id string) error {
	_, err := dbos.RunWorkflow(e.ctx, e.workflow, run, dbos.WithWorkflowID(id))
	return err
}

// Stop implements Engine.
func (e *DBOS) Stop(timeout time.Duration) error {
	if e.ctx == nil {
		return nil
	}
	return dbos.Shutdown(e.ctx, timeout)
}

var _ Engine = (*DBOS)(nil)
