package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// mostQuestions is the longest page of questions.
const mostQuestions = 100

// Questioned is a page of the runs that wait for people, soonest to expire first, each
// with its plan, who was asked and who answered, and how the plan differs from the
// last one that was agreed to. It costs two queries, however many wait.
func (r *Store) Questioned(ctx context.Context, after string, limit int) (page Questions, details []*Detail, err error) {
	expires, number, err := placeOf(after)
	if err != nil {
		return page, nil, err
	}
	if limit <= 0 || limit > mostQuestions {
		limit = mostQuestions
	}
	rows, err := r.DB.Query(ctx, `SELECT `+prefixed("r.", runColumns)+`, r.request, r.decision, r.record, r.kin, COALESCE(p.canonical, ''),
		COALESCE(a.run, 0), COALESCE(a.plan, ''), COALESCE(a.time, 0), COALESCE(o.canonical, '')
		FROM runs r LEFT JOIN run_plans p ON p.plan = r.plan
		LEFT JOIN run_agreed a ON a.procedure = r.procedure AND a.subject = r.subject
		LEFT JOIN run_plans o ON o.plan = a.plan
		WHERE r.state = 'waiting' AND (r.expires, r.number) > (?, ?) ORDER BY r.expires, r.number LIMIT ?`, expires, number, limit+1)
	if err != nil {
		return page, nil, fmt.Errorf("list what waits: %w", err)
	}
	defer rows.Close()
	page.List = []Question{}
	for rows.Next() {
		q, d, err := scanQuestion(rows)
		if err != nil {
			return page, nil, fmt.Errorf("list what waits: %w", err)
		}
		page.List, details = append(page.List, q), append(details, d)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return page, nil, err
	}
	if len(page.List) > limit {
		page.List = page.List[:limit]
		last := page.List[limit-1]
		page.Next = fmt.Sprintf("%d-%d", db.Micros(last.Expires), last.Number)
	}
	return page, details, r.answered(ctx, page.List, details)
}

// Waiting is the first of the runs that wait for people, soonest to expire first,
// with what they would touch and no more.
func (r *Store) Waiting(ctx context.Context, limit int) ([]prentice.Run, error) {
	rows, err := r.DB.Query(ctx, `SELECT `+prefixed("r.", runColumns)+`, COALESCE(p.canonical, '') FROM runs r LEFT JOIN run_plans p ON p.plan = r.plan
		WHERE r.state = 'waiting' ORDER BY r.expires, r.number LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	defer rows.Close()
	var list []prentice.Run
	for rows.Next() {
		var canonical string
		run, err := scanListed(rows, &canonical)
		if err != nil {
			return nil, fmt.Errorf("list what waits: %w", err)
		}
		var plan struct {
			Targets []prentice.Target
			Steps   []prentice.PlannedStep
		}
		if err := json.Unmarshal([]byte(canonical), &plan); err != nil {
			run.Unread = Unread(err)
		}
		run.Targets = TargetRefs(prentice.Plan{Targets: plan.Targets})
		run.Hosts, run.Command = len(run.Targets), Command(run.Procedure, plan.Steps)
		list = append(list, run)
	}
	return list, rows.Err()
}

// Command is the command of an ad-hoc run, whose plan has one step.
func Command(procedure string, steps []prentice.PlannedStep) string {
	if procedure != prentice.AdhocName || len(steps) == 0 {
		return ""
	}
	return steps[0].Says
}

// placeOf reads where a page begins.
func placeOf(cursor string) (expires, number int64, err error) {
	if cursor == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(cursor, "-")
	expires, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		number, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, prentice.Errorf(prentice.Invalid, "%q is no place in the list", cursor).Try("take next of an earlier answer")
	}
	return expires, number, nil
}

// scanQuestion reads a question, and what of its run decides who may answer it.
func scanQuestion(row scanner) (q Question, d *Detail, err error) {
	var request, decision, record, canonical, old string
	var last Agreed
	var at int64
	d = &Detail{}
	if q.Run, err = scanListed(row, &request, &decision, &record, &q.PlanGroup, &canonical, &last.Run, &last.Plan, &at, &old); err != nil || q.Unread != "" {
		return q, d, err
	}
	for _, f := range []struct {
		from string
		to   any
	}{{request, &d.Request}, {decision, &d.Decision}, {record, &q.Record}, {canonical, &d.ThePlan}} {
		if err := json.Unmarshal([]byte(f.from), f.to); err != nil {
			return Question{Run: UnreadRun(q.Run, err)}, d, nil
		}
	}
	plan := d.ThePlan
	q.Targets, q.Summary, q.Undoable = TargetRefs(plan), plan.Summary, plan.Undoable
	q.Hosts, q.Command = len(q.Targets), Command(q.Procedure, plan.Steps)
	q.Reasons, q.Rules, q.Needed, q.Role, q.From, q.Owners, q.NeedsReason = d.Decision.Reasons, d.Decision.Rules, d.Decision.Approvers, d.Decision.Role, d.Decision.From, d.Decision.Owners, d.Decision.NeedsReason
	d.Run, d.Waits, d.Causes = q.Run, q.Waits, Causes(d.Request)
	for _, s := range plan.Steps {
		if s.ID == q.Waits {
			q.StepSays = s.Says
		}
	}
	if last.Run == 0 || q.Waits != WaitsApproval {
		return q, d, nil
	}
	last.Time = db.Time(at)
	q.Last = &last
	if last.Plan == q.Plan {
		return q, d, nil
	}
	if err := compare(q.Last, old, plan); err != nil {
		q.Last = nil // what was agreed to before cannot be read, and is compared with nothing
	}
	return q, d, nil
}

// Unread says why what is stored of a run cannot be read. One such run keeps no other
// from being listed.
func Unread(err error) string {
	return fmt.Sprintf("what is stored of it cannot be read, so no one can approve it: %v", err)
}

// UnreadRun is a run that is listed without what cannot be read of it.
func UnreadRun(run prentice.Run, err error) prentice.Run {
	run.Unread = Unread(err)
	return run
}

// answered adds who has answered so far.
func (r *Store) answered(ctx context.Context, list []Question, details []*Detail) error {
	if len(list) == 0 {
		return nil
	}
	args := make([]any, len(list))
	at := map[int64]int{}
	for i := range list {
		args[i], at[list[i].Number] = list[i].Number, i
	}
	rows, err := r.DB.Query(ctx, approvalsQuery+` WHERE run IN (?`+strings.Repeat(", ?", len(args)-1)+`) ORDER BY time`, args...)
	if err != nil {
		return fmt.Errorf("read who approved: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanApproval(rows)
		if err != nil {
			return fmt.Errorf("read who approved: %w", err)
		}
		i := at[a.Run]
		details[i].Approvals = append(details[i].Approvals, a)
		if a.Yes {
			list[i].Approvers = append(list[i].Approvers, a.Actor)
		}
	}
	return rows.Err()
}
