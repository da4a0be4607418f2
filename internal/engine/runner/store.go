package runner

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// mostListed is the longest list of runs that one call returns.
const mostListed = 500

const runColumns = `number, procedure, plan, subject, state, says, risk, requester, incident, event, reason, created, started, ended, expires, hold, waits`

type scanner interface{ Scan(dest ...any) error }

func scanRun(row scanner, more ...any) (run prentice.Run, err error) {
	var state, risk, hold string
	var created, started, ended, expires int64
	dest := []any{&run.Number, &run.Procedure, &run.Plan, &run.Subject, &state, &run.Says, &risk, &run.Requester,
		&run.Incident, &run.Event, &run.Reason, &created, &started, &ended, &expires, &hold, &run.Waits}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return prentice.Run{Number: run.Number, Procedure: run.Procedure, State: prentice.State(state)}, err
	}
	run.State, run.Hold = prentice.State(state), holdOf(hold)
	if run.Risk, err = prentice.ParseRisk(risk); err != nil {
		run.Risk, err = prentice.Danger, nil // a list is not withheld because of it
	}
	run.Created, run.Started, run.Ended, run.Expires = db.Time(created), db.Time(started), db.Time(ended), db.Time(expires)
	return run, err
}

// scanListed is scanRun for a list: a run of which a value cannot be read, as SQLite
// keeps words where numbers belong, is listed as such and hides no other.
func scanListed(row scanner, more ...any) (prentice.Run, error) {
	run, err := scanRun(row, more...)
	if err != nil && run.Number > 0 {
		return unreadRun(run, err), nil
	}
	return run, err
}

// rowScan lets scanRun read the one row of QueryRow.
type rowScan func(dest ...any) error

func (f rowScan) Scan(dest ...any) error { return f(dest...) }

// source is where rows are read: the database, or a write under way.
type source interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args []any, dest ...any) error
}

// reader is the database as a source.
type reader struct {
	ctx context.Context
	db  *db.DB
}

func (r reader) Query(query string, args ...any) (*sql.Rows, error) {
	return r.db.Query(r.ctx, query, args...)
}

func (r reader) QueryRow(query string, args []any, dest ...any) error {
	return r.db.QueryRow(r.ctx, query, args, dest...)
}

// rowColumns are what may change of a run, as again reads it.
const rowColumns = runColumns + `, attempt, revision, cancel, owner, kin, glass, in_window, void`

// readRow reads rowColumns, and more if the query asks for more.
func (d *detail) readRow(src source, query string, more ...any) (err error) {
	number, inWindow := d.Number, 0
	d.Run, err = scanRun(rowScan(func(dest ...any) error { return src.QueryRow(query, []any{number}, dest...) }),
		append([]any{&d.attempt, &d.revision, &d.cancel, &d.owner, &d.PlanGroup, &d.BreakGlassBy, &inWindow, &d.voided}, more...)...)
	d.Number, d.Window = number, inWindow != 0
	if errors.Is(err, sql.ErrNoRows) {
		return noRun(src.QueryRow, number)
	}
	if err != nil {
		return fmt.Errorf("read run %d: %w", number, err)
	}
	return nil
}

// load reads a run with its plan, its steps and its approvals.
func (r *Runner) load(ctx context.Context, number int64) (*detail, error) {
	var request, decision, record, canonical string
	src, d := reader{ctx, r.DB}, &detail{}
	d.Number = number
	err := d.readRow(src, `SELECT `+prefixed("r.", rowColumns)+`, request, decision, record, canonical FROM runs r JOIN run_plans p ON p.plan = r.plan WHERE number = ?`,
		&request, &decision, &record, &canonical)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		from string
		to   any
	}{{request, &d.request}, {decision, &d.Decision}, {record, &d.Record}, {canonical, &d.ThePlan}, {cmp.Or(d.voided, "null"), &d.Void}} {
		if err := json.Unmarshal([]byte(f.from), f.to); err != nil {
			return nil, fmt.Errorf("read run %d: %w", number, err)
		}
	}
	if got := prentice.Digest([]byte(canonical)); got != d.Plan {
		return nil, prentice.Errorf(prentice.Conflict, "the stored plan of run %d is not the one that was approved (%s, not %s)", number, got, d.Plan).
			Try("someone changed the database: look with prentice evidence check")
	}
	d.Causes, d.Targets = causesKept(d.request), targetRefs(d.ThePlan)
	d.Hosts, d.Command = len(d.Targets), commandOf(d.Procedure, d.ThePlan.Steps)
	if err := d.readSteps(src); err != nil {
		return nil, err
	}
	return d, d.readApprovals(src)
}

func prefixed(prefix, columns string) string {
	return prefix + strings.ReplaceAll(columns, ", ", ", "+prefix)
}

func targetRefs(p prentice.Plan) []prentice.Ref {
	refs := make([]prentice.Ref, len(p.Targets))
	for i, t := range p.Targets {
		refs[i] = t.Ref
	}
	return refs
}

// Show is a run with all that belongs to it.
func (r *Runner) Show(ctx context.Context, number int64) (prentice.RunDetail, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.RunDetail{}, err
	}
	if d.Decision.Verdict == prentice.Ask {
		if d.Last, err = r.lastAgreed(ctx, number, d.ThePlan); err != nil {
			return prentice.RunDetail{}, err
		}
	}
	if d.BreakGlassBy != "" {
		found, err := r.Reviews(ctx, false, number+1)
		if err != nil {
			return prentice.RunDetail{}, err
		}
		if len(found) > 0 && found[0].Run == number {
			d.RunDetail.Review = &found[0]
		}
	}
	r.stuck.says(&d.Run)
	r.drains(&d.Run)
	return d.RunDetail, nil
}

func (d *detail) readSteps(src source) error {
	rows, err := src.Query(`SELECT run, step, section, kind, target, round, state, says, code, attempts, session, place, lasting, seal, begun, started, ended
		FROM run_steps WHERE run = ? ORDER BY started, round, step, target`, d.Number)
	if err != nil {
		return fmt.Errorf("read the steps of run %d: %w", d.Number, err)
	}
	defer rows.Close()
	d.Steps, d.at, d.origins = nil, nil, map[entry]origin{}
	for rows.Next() {
		var s prentice.StepRecord
		var started, ended int64
		var from origin
		var begun int
		if err := rows.Scan(&s.Run, &s.Step, &s.Section, &s.Kind, &s.Target, &s.Round, &s.State, &s.Says, &s.Code, &s.Attempts, &from.session, &from.place, &from.lasting, &from.seal, &begun, &started, &ended); err != nil {
			return fmt.Errorf("read the steps of run %d: %w", d.Number, err)
		}
		s.Started, s.Ended = db.Time(started), db.Time(ended)
		from.begun = begun != 0
		d.origins[entryOf(s)] = from
		d.Steps = append(d.Steps, s)
	}
	return rows.Err()
}

const approvalsQuery = `SELECT run, plan, actor, door, yes, reason, time, stand_for, token, people FROM run_approvals`

func scanApproval(row scanner) (a prentice.Approval, err error) {
	var yes, at int64
	var people string
	err = row.Scan(&a.Run, &a.Plan, &a.Actor, &a.Door, &yes, &a.Reason, &at, &a.For, &a.Token, &people)
	a.Yes, a.Time, a.People = yes != 0, db.Time(at), prentice.RefsIn(people)
	return a, err
}

func (d *detail) readApprovals(src source) error {
	rows, err := src.Query(approvalsQuery+` WHERE run = ? ORDER BY time`, d.Number)
	if err != nil {
		return fmt.Errorf("read the approvals of run %d: %w", d.Number, err)
	}
	defer rows.Close()
	d.Approvals, d.Approvers = nil, nil
	for rows.Next() {
		a, err := scanApproval(rows)
		if err != nil {
			return fmt.Errorf("read the approvals of run %d: %w", d.Number, err)
		}
		d.Approvals = append(d.Approvals, a)
		if a.Yes {
			d.Approvers = append(d.Approvers, a.Actor)
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// List is runs, newest first. The lists carry neither approvers nor targets, but
// how many these are; Show does.
func (r *Runner) List(ctx context.Context, f prentice.RunFilter) ([]prentice.Run, error) {
	where, args := chosen(f)
	return r.list(ctx, where, args, f.Limit)
}

// list is the runs of a condition, newest first. The condition may ask for what
// their plans are.
func (r *Runner) list(ctx context.Context, where string, args []any, limit int) ([]prentice.Run, error) {
	if limit <= 0 {
		limit = 50
	}
	rows, err := r.DB.Query(ctx, "SELECT "+prefixed("r.", runColumns)+", COALESCE(p.hosts, 0), COALESCE(p.command, '') FROM runs r LEFT JOIN run_plans p ON p.plan = r.plan"+where+" ORDER BY number DESC LIMIT ?",
		append(args, min(limit, mostListed))...)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	runs := []prentice.Run{}
	for rows.Next() {
		var hosts int
		var command string
		run, err := scanListed(rows, &hosts, &command)
		if err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		run.Hosts, run.Command = hosts, command
		r.stuck.says(&run)
		r.drains(&run)
		runs = append(runs, run)
	}
	return runs, rows.Err()
}

// moving is every run that has neither ended nor waits for people, oldest first.
func (r *Runner) moving(ctx context.Context) ([]prentice.Run, error) {
	all := []prentice.Run{}
	for f := (prentice.RunFilter{Moving: true, Limit: mostListed}); ; f.Before = all[len(all)-1].Number {
		page, err := r.List(ctx, f)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < f.Limit {
			slices.Reverse(all)
			return all, nil
		}
	}
}

func chosen(f prentice.RunFilter) (string, []any) {
	var where []string
	var args []any
	also := func(condition string, value ...any) {
		where = append(where, condition)
		args = append(args, value...)
	}
	if f.Open {
		also("ended = 0")
	}
	if f.Moving {
		also("ended = 0 AND state <> ?", string(prentice.Waiting))
	}
	if f.Over {
		also("ended > 0")
	}
	if f.State != "" {
		also("state = ?", string(f.State))
	}
	if f.Procedure != "" {
		also("procedure = ?", f.Procedure)
	}
	if f.Subject != "" {
		also("subject = ?", string(f.Subject))
	}
	if f.Incident != "" {
		also("incident = ?", string(f.Incident))
	}
	if !f.Since.IsZero() {
		also("created >= ?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		also("created < ?", db.Micros(f.Until))
	}
	if f.Before > 0 {
		also("number < ?", f.Before)
	}
	if len(where) == 0 {
		return "", args
	}
	return " WHERE " + strings.Join(where, " AND "), args
}

// Count is how many runs a filter chooses, whatever its limit.
func (r *Runner) Count(ctx context.Context, f prentice.RunFilter) (n int, err error) {
	where, args := chosen(f)
	if err = r.DB.QueryRow(ctx, "SELECT COUNT(*) FROM runs"+where, args, &n); err != nil {
		err = fmt.Errorf("count runs: %w", err)
	}
	return n, err
}

// unsaid lists the runs of which no one may have been told how they stand: those
// that ended or wait, and anyone who brought them there may have gone before it said
// so. Only those of an owner, unless that is "".
func (r *Runner) unsaid(ctx context.Context, since time.Time, owner string) ([]prentice.Run, error) {
	rows, err := r.DB.Query(ctx, `SELECT `+runColumns+` FROM runs WHERE (ended > ? AND number > (SELECT COALESCE(MAX(number), 0) FROM runs) - 1000 OR state = 'waiting')
		AND (? = '' OR owner = ?) ORDER BY number DESC LIMIT ?`, db.Micros(since), owner, owner, 2*mostListed)
	if err != nil {
		return nil, fmt.Errorf("list runs that no one may have heard of: %w", err)
	}
	defer rows.Close()
	var runs []prentice.Run
	for rows.Next() {
		run, err := scanListed(rows)
		if err != nil {
			return nil, err
		}
		if run.Unread != "" { // no one knows what is to be said of it
			continue
		}
		runs = append(runs, run)
	}
	slices.Reverse(runs)
	return runs, rows.Err()
}

// Record is what a procedure has earned so far, and how often in a row it was
// of no use to a subject.
func (r *Runner) Record(ctx context.Context, procedure string, subject prentice.Ref) (rec prentice.Record, err error) {
	var ended int64
	err = r.DB.QueryRow(ctx, `SELECT runs, verified, harmful, ended FROM run_records WHERE procedure = ?`, []any{procedure}, &rec.Runs, &rec.Verified, &rec.Harmful, &ended)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return rec, fmt.Errorf("read the record of %s: %w", procedure, err)
	}
	rec.LastEnded = db.Time(ended)
	err = r.DB.QueryRow(ctx, `SELECT times FROM run_useless WHERE procedure = ? AND subject = ?`, []any{procedure, string(subject)}, &rec.Useless)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return rec, fmt.Errorf("read the record of %s: %w", procedure, err)
	}
	return rec, nil
}
