package run

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// Load reads a run with its plan, its steps and its approvals.
func (r *Store) Load(ctx context.Context, number int64) (*Detail, error) {
	var request, decision, record, canonical string
	src, d := reader{ctx, r.DB}, &Detail{}
	d.Number = number
	err := d.readRow(src, `SELECT `+prefixed("r.", rowColumns)+`, request, decision, record, canonical FROM runs r JOIN run_plans p ON p.plan = r.plan WHERE number = ?`,
		&request, &decision, &record, &canonical)
	if err != nil {
		return nil, err
	}
	texts := []kept{{request, &d.Request}, {decision, &d.Decision}, {record, &d.Record}, {canonical, &d.ThePlan}}
	if d.Voided != "" {
		texts = append(texts, kept{d.Voided, &d.Void})
	}
	for _, t := range texts {
		if err := json.Unmarshal([]byte(t.text), t.to); err != nil {
			return nil, fmt.Errorf("read run %d: %w", number, err)
		}
	}
	if got := prentice.Digest([]byte(canonical)); got != d.Plan {
		return nil, prentice.Errorf(prentice.Conflict, "the stored plan of run %d is not the one that was approved (%s, not %s)", number, got, d.Plan).
			Try("someone changed the database: look with prentice evidence check")
	}
	d.Causes, d.Targets = Causes(d.Request), TargetRefs(d.ThePlan)
	d.Hosts, d.Command = len(d.Targets), Command(d.Procedure, d.ThePlan.Steps)
	if err := d.readSteps(src); err != nil {
		return nil, err
	}
	return d, d.readApprovals(src)
}

// kept is a part of a run that stands as JSON.
type kept struct {
	text string
	to   any
}

func (d *Detail) readSteps(src Source) error {
	rows, err := src.Query(`SELECT run, step, section, kind, target, round, state, says, code, attempts, session, place, lasting, seal, begun, started, ended, handed_on, again
		FROM run_steps WHERE run = ? ORDER BY started, round, step, target`, d.Number)
	if err != nil {
		return fmt.Errorf("read the steps of run %d: %w", d.Number, err)
	}
	defer rows.Close()
	d.Steps, d.at, d.handed, d.origins = nil, nil, nil, map[entry]Origin{}
	for rows.Next() {
		var s StepRecord
		var started, ended int64
		var from Origin
		var begun int
		var out string
		if err := rows.Scan(&s.Run, &s.Step, &s.Section, &s.Kind, &s.Target, &s.Round, &s.State, &s.Says, &s.Code, &s.Attempts, &from.Session, &from.Place, &from.Lasting, &from.Seal, &begun, &started, &ended, &out, &from.Again); err != nil {
			return fmt.Errorf("read the steps of run %d: %w", d.Number, err)
		}
		if s.Out, err = decodeValues(out); err != nil {
			return fmt.Errorf("read what step %s of run %d handed on: %w", s.Step, d.Number, err)
		}
		s.Started, s.Ended = db.Time(started), db.Time(ended)
		from.Begun = begun != 0
		d.origins[entryOf(s)] = from
		d.Steps = append(d.Steps, s)
	}
	return rows.Err()
}

func (d *Detail) readApprovals(src Source) error {
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

// readRow reads rowColumns, and more if the query asks for more.
func (d *Detail) readRow(src Source, query string, more ...any) (err error) {
	number, inWindow := d.Number, 0
	d.Run, err = scanRun(rowScan(func(dest ...any) error { return src.QueryRow(query, []any{number}, dest...) }),
		append([]any{&d.Attempt, &d.Revision, &d.Cancel, &d.Owner, &d.PlanGroup, &d.BreakGlassBy, &inWindow, &d.Voided}, more...)...)
	d.Number, d.Window = number, inWindow != 0
	if errors.Is(err, sql.ErrNoRows) {
		return noRun(src.QueryRow, number)
	}
	if err != nil {
		return fmt.Errorf("read run %d: %w", number, err)
	}
	return nil
}

// rowColumns are what may change of a run, as again reads it.
const rowColumns = runColumns + `, attempt, revision, cancel, owner, kin, glass, in_window, void`

func prefixed(prefix, columns string) string {
	return prefix + strings.ReplaceAll(columns, ", ", ", "+prefix)
}
