package heartbeat

import (
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of heartbeats; their owner is "heartbeat".
func Schema() fs.FS { return db.Under(files, "schema") }

// How much is kept of each job.
const (
	keepRuns  = 200
	keepSlots = 100
	keepDays  = 400
	keepAways = 100
)

// row is a job as it is kept.
type row struct {
	Job
	Standing
	filed    bool
	revision int64
}

const rowColumns = `SELECT filed, job, standing, revision FROM heartbeat_jobs`

func scanRow(scan func(...any) error) (r row, err error) {
	var filed int64
	var job, standing string
	if err = scan(&filed, &job, &standing, &r.revision); err != nil {
		return r, err
	}
	r.filed = filed == 1
	return r, errors.Join(json.Unmarshal([]byte(job), &r.Job), json.Unmarshal([]byte(standing), &r.Standing))
}

func rowOf(tx *db.Tx, name string) (row, error) {
	r, err := scanRow(func(dest ...any) error { return tx.QueryRow(rowColumns+` WHERE name = ?`, []any{name}, dest...) })
	if errors.Is(err, sql.ErrNoRows) {
		return r, notFound(name)
	}
	return r, err
}

func notFound(name string) error {
	return prentice.Errorf(prentice.NotFound, "there is no job %q", name).Try("list them with: prentice heartbeat list")
}

// errAgain is that another write changed the job at the same moment.
var errAgain = errors.New("another write changed the job at the same moment")

// save keeps how a job stands; others may have written it since it was read.
func (r row) save(tx *db.Tx, wake time.Time) error {
	job, err := json.Marshal(r.Job)
	if err != nil {
		return err
	}
	standing, err := json.Marshal(r.Standing)
	if err != nil {
		return err
	}
	if r.revision == 0 {
		_, err = tx.Exec(`INSERT INTO heartbeat_jobs (name, filed, job, standing, revision, wake) VALUES (?, ?, ?, ?, 1, ?)`, r.Name, flag(r.filed), string(job), string(standing), db.Micros(wake))
		return err
	}
	n, err := tx.Exec(`UPDATE heartbeat_jobs SET filed = ?, job = ?, standing = ?, revision = revision + 1, wake = ? WHERE name = ? AND revision = ?`,
		flag(r.filed), string(job), string(standing), db.Micros(wake), r.Name, r.revision)
	if err == nil && n == 0 {
		return errAgain
	}
	return err
}

func flag(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// settle counts slots that are over.
func settle(tx *db.Tx, job string, slots []Slot) error {
	for _, s := range slots {
		n, err := tx.Exec(`INSERT INTO heartbeat_slots (job, due, state) VALUES (?, ?, ?) ON CONFLICT (job, due) DO NOTHING`, job, db.Micros(s.Due), string(s.State))
		if err != nil {
			return err
		}
		if n == 0 { // it was counted
			continue
		}
		_, err = tx.Exec(`INSERT INTO heartbeat_days (job, day, kept, missed, unknown) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (job, day) DO UPDATE SET kept = heartbeat_days.kept + excluded.kept, missed = heartbeat_days.missed + excluded.missed, unknown = heartbeat_days.unknown + excluded.unknown`,
			job, dayOf(s.Due), flag(s.State == Kept), flag(s.State == Missed), flag(s.State == Unknown))
		if err != nil {
			return err
		}
	}
	if len(slots) == 0 {
		return nil
	}
	_, err := tx.Exec(`DELETE FROM heartbeat_slots WHERE job = ? AND due < (SELECT MIN(due) FROM (SELECT due FROM heartbeat_slots WHERE job = ? ORDER BY due DESC LIMIT ?) newest)`, job, job, keepSlots)
	if err == nil {
		_, err = tx.Exec(`DELETE FROM heartbeat_days WHERE job = ? AND day < ?`, job, dayOf(slots[len(slots)-1].Due)-keepDays)
	}
	return err
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// Run is a performance of a job, or a single ping, as it is kept.
type Run struct {
	Number  int64     `json:"number"`
	ID      string    `json:"id,omitempty"`
	State   string    `json:"state"` // running, done, failed, overdue, replaced or log
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Took    string    `json:"took,omitempty"`
	Code    int       `json:"code,omitempty"`
	Beside  int       `json:"beside,omitempty"` // other runs that went on when it began
	Says    string    `json:"says,omitempty"`
	Body    string    `json:"body,omitempty"`
}

// The states of a run, as they are shown.
const (
	runGoes     = "running"
	runDone     = "done"
	runFailed   = "failed"
	runOverdue  = "overdue"
	runReplaced = "replaced" // it began again, without an id, before it ended
	runLog      = "log"
)

// openOf are the runs of a job that have begun and not ended.
func openOf(query func(string, ...any) (*sql.Rows, error), job string) ([]Open, error) {
	rows, err := query(`SELECT rid, started FROM heartbeat_runs WHERE job = ? AND state = 'running' ORDER BY seq`, job)
	return db.List(rows, err, func(scan func(...any) error, o *Open) error {
		var at int64
		err := scan(&o.Run, &at)
		o.Started = db.Time(at)
		return err
	}, nil)
}

// begun is the number of the newest run of an id that has not ended, or that took too long,
// and when it began. Without one the number is 0.
func begun(tx *db.Tx, job, rid string) (seq int64, at time.Time, err error) {
	var micros int64
	err = tx.QueryRow(`SELECT seq, started FROM heartbeat_runs WHERE job = ? AND rid = ? AND state IN ('running', 'overdue') ORDER BY seq DESC LIMIT 1`, []any{job, rid}, &seq, &micros)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return seq, db.Time(micros), err
}

// note keeps what a ping says of a run.
func note(tx *db.Tx, job string, p Ping) error {
	open, err := openOf(tx.Query, job)
	if err != nil {
		return err
	}
	run, at, err := begun(tx, job, p.Run)
	if err != nil {
		return err
	}
	state, started, ended, took := runDone, time.Time{}, p.At, int64(-1)
	switch p.Kind {
	case Start:
		if run > 0 {
			if _, err := tx.Exec(`UPDATE heartbeat_runs SET state = ? WHERE job = ? AND rid = ? AND state = 'running'`, runReplaced, job, p.Run); err != nil {
				return err
			}
		}
		if len(open) >= mostOpen {
			return prentice.Errorf(prentice.Limited, "%d runs of %s go on already", len(open), job).Try("end each with a success or a fail of the same rid")
		}
		state, started, ended = runGoes, p.At, time.Time{}
	case Fail:
		state = runFailed
	case Log:
		state, run = runLog, 0
	case Success:
	}
	if p.Took > 0 {
		took = p.Took.Microseconds()
	}
	if run > 0 && p.Kind != Start {
		if p.Took <= 0 {
			took = max(p.At.Sub(at).Microseconds(), 0)
		}
		_, err = tx.Exec(`UPDATE heartbeat_runs SET state = ?, ended = ?, took = ?, code = ?, says = ?, body = ? WHERE seq = ?`,
			state, db.Micros(ended), took, p.Code, p.Says, p.Body, run)
		return err
	}
	seq, err := tx.Next("heartbeat_runs")
	if err != nil {
		return err
	}
	beside := 0
	if p.Kind == Start {
		for _, o := range open {
			if o.Run != p.Run {
				beside++
			}
		}
	}
	if _, err = tx.Exec(`INSERT INTO heartbeat_runs (seq, job, rid, state, started, ended, took, code, beside, says, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		seq, job, p.Run, state, db.Micros(started), db.Micros(ended), took, p.Code, beside, p.Says, p.Body); err != nil {
		return err
	}
	_, err = tx.Exec(`DELETE FROM heartbeat_runs WHERE job = ? AND state <> 'running' AND seq < (SELECT MIN(seq) FROM (SELECT seq FROM heartbeat_runs WHERE job = ? ORDER BY seq DESC LIMIT ?) newest)`, job, job, keepRuns)
	return err
}

// mostOpen is how many runs of a job may go on at once.
const mostOpen = 100

// removeJob removes a job with all that is kept of it.
func removeJob(tx *db.Tx, name string) error {
	for _, table := range []string{"heartbeat_keys", "heartbeat_runs", "heartbeat_slots", "heartbeat_days"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE job = ?`, name); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
	}
	_, err := tx.Exec(`DELETE FROM heartbeat_jobs WHERE name = ?`, name)
	return err
}
