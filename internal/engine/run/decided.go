package run

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// decidedPage is how many decisions are read at once, and decidedPlans how many
// plans are kept beside them: many runs share few plans.
const (
	decidedPage  = 500
	decidedPlans = 1000
)

const decidedColumns = `number, plan, request, decision, record, created`

// Decided is the decision about a run, with all that it was made from.
func (r *Store) Decided(ctx context.Context, number int64) (d prentice.Decided, err error) {
	p := &pastDecisions{runs: r}
	err = r.DB.QueryRow(ctx, `SELECT `+decidedColumns+` FROM runs WHERE number = ?`, []any{number}, p.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return d, noRun(r.DB.Asking(ctx), number)
	}
	if err != nil {
		return d, fmt.Errorf("read the decision on run %d: %w", number, err)
	}
	return p.decided(ctx)
}

// Decisions hands over every decision since a time, oldest first. It reads them
// in pages, so that neither memory nor the database is held for long. One that
// cannot be read is handed over as such, and keeps no other back.
func (r *Store) Decisions(ctx context.Context, since time.Time, emit func(prentice.Decided) error) error {
	p := &pastDecisions{runs: r}
	var after int64
	err := r.DB.QueryRow(ctx, `SELECT COALESCE(MIN(number), 0) - 1 FROM runs WHERE created >= ?`, []any{db.Micros(since)}, &after)
	if err != nil {
		return fmt.Errorf("look for past decisions: %w", err)
	}
	for {
		page, err := p.page(ctx, after, since)
		if err != nil {
			return fmt.Errorf("read past decisions: %w", err)
		}
		for _, row := range page {
			after, p.row = row.number, row
			d, err := p.decided(ctx)
			if bad, ok := errors.AsType[unreadable](err); ok {
				d, err = prentice.Decided{Run: row.number, Unread: bad.Error()}, nil
			}
			if err != nil {
				return err
			}
			if err := emit(d); err != nil {
				return err
			}
		}
		if len(page) < decidedPage {
			return nil
		}
	}
}

// unreadable is what is wrong with one row, while the database is well.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }

// pastDecisions reads decisions one after the other.
type pastDecisions struct {
	runs  *Store
	row   decidedRow
	plans map[string]*prentice.Plan
}

type decidedRow struct {
	number, created                 int64
	plan, request, decision, record string
}

func (p *pastDecisions) dest() []any {
	return []any{&p.row.number, &p.row.plan, &p.row.request, &p.row.decision, &p.row.record, &p.row.created}
}

func (p *pastDecisions) page(ctx context.Context, after int64, since time.Time) ([]decidedRow, error) {
	rows, err := p.runs.DB.Query(ctx, `SELECT `+decidedColumns+` FROM runs WHERE number > ? AND created >= ? ORDER BY number LIMIT ?`, after, db.Micros(since), decidedPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []decidedRow
	for rows.Next() {
		if err := rows.Scan(p.dest()...); err != nil {
			return nil, err
		}
		page = append(page, p.row)
	}
	return page, rows.Err()
}

// decided reads the row at hand.
func (p *pastDecisions) decided(ctx context.Context) (d prentice.Decided, err error) {
	var asked struct{ Actor prentice.Actor }
	d.Run = p.row.number
	d.Moment = prentice.Moment{Now: db.Time(p.row.created)}
	for _, f := range []struct {
		from string
		to   any
	}{{p.row.request, &asked}, {p.row.decision, &d.Decision}, {p.row.record, &d.Moment.Record}} {
		if err := json.Unmarshal([]byte(f.from), f.to); err != nil {
			return d, unreadable{fmt.Errorf("read the decision on run %d: %w", d.Run, err)}
		}
	}
	d.Moment.Actor = asked.Actor
	if d.Moment.Plan, err = p.planOf(ctx); err != nil {
		return d, err
	}
	d.Moment.Op = prentice.OpFor(d.Moment.Plan.Procedure)
	return d, nil
}

func (p *pastDecisions) planOf(ctx context.Context) (*prentice.Plan, error) {
	if plan := p.plans[p.row.plan]; plan != nil {
		return plan, nil
	}
	var canonical string
	err := p.runs.DB.QueryRow(ctx, `SELECT canonical FROM run_plans WHERE plan = ?`, []any{p.row.plan}, &canonical)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, unreadable{fmt.Errorf("the plan of run %d is not there", p.row.number)}
	}
	if err != nil {
		return nil, fmt.Errorf("read the plan of run %d: %w", p.row.number, err)
	}
	plan := &prentice.Plan{}
	if err := json.Unmarshal([]byte(canonical), plan); err != nil {
		return nil, unreadable{fmt.Errorf("read the plan of run %d: %w", p.row.number, err)}
	}
	if len(p.plans) >= decidedPlans || p.plans == nil {
		p.plans = map[string]*prentice.Plan{}
	}
	p.plans[p.row.plan] = plan
	return plan, nil
}
