package runner

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// Start plans a run, decides whether it may be, and begins to check. It returns
// a run in every case that can be shown, also one that is refused at once; an
// error means that there is nothing to show. The same event never starts a
// procedure twice, and of those that ask for what is under way already, with the
// same inputs for the same subject, prentice itself gets the run that exists and
// everyone else is told of it.
func (r *Runner) Start(ctx context.Context, req prentice.RunRequest) (prentice.Run, error) {
	if !req.Actor.Known() {
		return prentice.Run{}, prentice.Errorf(prentice.Unauthenticated, "no one asks for %s", req.Procedure).Try("sign in")
	}
	req, err := r.cite(ctx, req)
	if err != nil {
		return prentice.Run{}, err
	}
	plan, err := r.Planner.Render(ctx, req)
	if err != nil {
		return prentice.Run{}, err
	}
	if run, found, err := r.underWay(ctx, req, plan); found || err != nil {
		return run, err
	}
	if req, err = r.concern(ctx, req, plan); err != nil {
		return prentice.Run{}, err
	}
	if req.Causes, err = r.causes(ctx, req); err != nil {
		return prentice.Run{}, err
	}
	record, err := r.Record(ctx, plan.Procedure, plan.Subject)
	if err != nil {
		return prentice.Run{}, err
	}
	s, err := r.facts(ctx, plan, req.Actor.Kind, record)
	if err != nil {
		return prentice.Run{}, err
	}
	d := &detail{request: req, attempt: 1, owner: r.taker()}
	d.ThePlan, d.Record = plan, record
	d.Window, d.Causes = req.Window, req.Causes
	d.Decision = r.decide(ctx, prentice.Moment{Now: s.Now, Actor: req.Actor, Op: prentice.OpFor(plan.Procedure), Plan: &plan, Record: record})
	if req.Window {
		s.Frozen = "" // the calendar is asked again once the run has leave
	}
	unanswerable, err := r.askable(ctx, req, plan, d.Decision)
	if err != nil {
		return prentice.Run{}, err
	}
	d.Run = opening(s, req, plan, d.Decision, unanswerable)
	if d.Decision.Verdict == prentice.Ask {
		d.PlanGroup = plan.PlanGroup()
	}
	if run, found, err := r.insertOnly(ctx, d); found || err != nil {
		return run, err
	}
	r.tell(d.Run, "")
	if d.State.Ended() {
		return d.Run, nil
	}
	r.perform(d)
	if err := r.sayAnswerers(ctx, d); err != nil {
		r.Log.Error("look who can answer", "run", d.Number, "err", err) // the run has begun all the same
	}
	return d.Run, nil
}

// opening is the run as it begins: checking, or refused with the reasons.
func opening(s gate.Facts, req prentice.RunRequest, plan prentice.Plan, decision prentice.Decision, unanswerable string) prentice.Run {
	run := prentice.Run{
		Procedure: plan.Procedure, Plan: plan.Hash(), Subject: plan.Subject, Risk: plan.Risk, Targets: targetRefs(plan), Hosts: len(plan.Targets),
		Requester: req.Actor.Ref(), Incident: req.Incident, Reason: req.Reason, Created: s.Now,
		State: prentice.Checking, Says: beginning(plan),
	}
	if req.EventNumber != 0 {
		run.Event = string(prentice.EventRecord{Number: req.EventNumber}.Ref())
	}
	h := gate.Check(s)
	run.Hold = h.OrNil()
	no := h.Says
	if no == "" {
		no = unanswerable
	}
	if decision.Verdict == prentice.Refuse {
		no = "policy: " + strings.Join(decision.Reasons, "; ")
	}
	if no != "" {
		run.State, run.Says, run.Ended = prentice.RunRefused, no, s.Now
	}
	return run
}

// beginning is what a run does before it asks for leave.
func beginning(plan prentice.Plan) string {
	if len(plan.In(prentice.Check)) == 0 {
		return "about to begin"
	}
	return "looking whether this is the fault"
}

// once is the key under which a second request is the first one's twin. Only what
// prentice itself starts for an event has a twin: no one else's request can stand
// in the way of it.
func once(req prentice.RunRequest, number int64) string {
	if !answers(req) {
		return fmt.Sprintf("run %d", number)
	}
	return strings.Join([]string{"event", fmt.Sprint(req.EventNumber), req.Procedure}, "\x1f")
}

// onceBefore is the key of the same before events were known by their number.
func onceBefore(req prentice.RunRequest) string {
	return strings.Join([]string{"event", req.Event.Source, req.Event.ID, req.Procedure}, "\x1f")
}

// answers says whether a request is prentice's own answer to an event.
func answers(req prentice.RunRequest) bool {
	return req.EventNumber != 0 && req.Actor.Kind == prentice.Self && req.RetryOf == 0
}

// alike is the key of which the database lets only one run be under way: the
// procedure, what it is about and the inputs. Two commands for one host are two
// things, and so are two sizes for one disk.
func alike(plan prentice.Plan) string {
	parts := []string{plan.Procedure, string(plan.Subject)}
	switch {
	case plan.Procedure == prentice.AdhocName:
		parts = append(parts, plan.Hash())
	case len(plan.Inputs) > 0:
		inputs, _ := json.Marshal(plan.Inputs) // a map of texts, sorted by key
		parts = append(parts, prentice.Digest(inputs))
	}
	return strings.Join(parts, "\x1f")
}

// alikeBefore is the key of the same before inputs were told apart.
func alikeBefore(plan prentice.Plan) string {
	return strings.Join([]string{plan.Procedure, string(plan.Subject)}, "\x1f")
}

// insertOnly writes a run, or finds the one that it would only repeat and that came
// first at this very moment.
func (r *Runner) insertOnly(ctx context.Context, d *detail) (twin prentice.Run, found bool, err error) {
	for range 3 { // the twin may have ended before anyone saw it
		if err = r.insert(ctx, d); !errors.Is(err, db.ErrTaken) {
			return prentice.Run{}, false, err
		}
		if twin, found, err = r.underWay(ctx, d.request, d.ThePlan); found || err != nil {
			return twin, found, err
		}
	}
	return prentice.Run{}, false, prentice.Errorf(prentice.Conflict, "%s is started again and again at this moment", d.Procedure).Try("ask again in a moment")
}

func (r *Runner) insert(ctx context.Context, d *detail) error {
	var texts [3]string
	for i, v := range []any{d.request, d.Decision, d.Record} {
		raw, err := json.Marshal(v)
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "request for %s: %w", d.Procedure, err)
		}
		texts[i] = string(raw)
	}
	return r.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if d.Number, err = tx.Next("run"); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO run_plans (plan, canonical, hosts, command) VALUES (?, ?, ?, ?) ON CONFLICT (plan) DO NOTHING`,
			d.Plan, string(d.ThePlan.Canonical()), len(d.Targets), commandOf(d.Procedure, d.ThePlan.Steps)); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires, hold, kin, in_window, owner, alike)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, '', ?, ?, 0, ?, 0, ?, ?, ?, ?, ?)`,
			d.Number, d.Procedure, d.Plan, string(d.Subject), string(d.State), d.Says, d.Risk.String(), string(d.Requester), string(d.Incident), d.Event,
			texts[0], texts[1], texts[2], d.attempt, d.Reason, once(d.request, d.Number), db.Micros(d.Created), db.Micros(d.Ended), holdText(d.Hold), d.PlanGroup, flag(d.Window), d.owner, alike(d.ThePlan))
		if err != nil {
			return err
		}
		data := map[string]any{
			"procedure": d.Procedure, "plan": d.Plan, "state": d.State, "says": d.Says, "verdict": d.Decision.Verdict,
			"rules": d.Decision.Rules, "reasons": d.Decision.Reasons, "event": d.Event, "reason": d.Reason, "targets": d.Targets, "hold": d.Hold,
			"causes": d.Causes, "token": d.request.Actor.Token,
		}
		if d.owner != "" {
			data["replica"] = d.owner
		}
		r.announceIn(tx, d.Run, d.Causes)
		return r.Ledger.Append(tx, d.Created, prentice.Note{Kind: "run.planned", Actor: d.Requester, Refs: refsOf(d.Run), Data: data})
	})
}

// underWay finds the run that a request would only repeat.
func (r *Runner) underWay(ctx context.Context, req prentice.RunRequest, plan prentice.Plan) (prentice.Run, bool, error) {
	look := func(where string, args ...any) (prentice.Run, bool, error) {
		run, err := scanRun(rowScan(func(dest ...any) error {
			return r.DB.QueryRow(ctx, `SELECT `+runColumns+` FROM runs WHERE `+where+` ORDER BY number LIMIT 1`, args, dest...)
		}))
		if errors.Is(err, sql.ErrNoRows) {
			return prentice.Run{}, false, nil
		}
		return run, err == nil, err
	}
	if answers(req) {
		if run, found, err := look("once = ? OR once = ? AND requester = ?", once(req, 0), onceBefore(req), string(req.Actor.Ref())); found || err != nil {
			return run, found, err
		}
	}
	run, found, err := look("ended = 0 AND procedure = ? AND subject = ? AND alike IN (?, ?, '')", plan.Procedure, string(plan.Subject), alike(plan), alikeBefore(plan))
	if found && req.Actor.Kind != prentice.Self && err == nil {
		return run, true, gate.Hold(prentice.HoldDuplicate, fmt.Sprintf("look at it with: prentice run show %d", run.Number),
			"run/%d does this already: it is %s", run.Number, run.State).Error(prentice.Conflict)
	}
	return run, found, err
}

// begin starts a fresh attempt at the stage of a run that nothing performs. If
// anyone has written the run since, it is left to them.
func (r *Runner) begin(ctx context.Context, run resting) error {
	var begun int64
	err := r.DB.Write(ctx, func(tx *db.Tx) (err error) {
		begun, err = tx.Exec(`UPDATE runs SET revision = revision + 1, attempt = attempt + 1, owner = ?, wakes = 0 WHERE number = ? AND revision = ? AND ended = 0 AND state <> 'waiting'`,
			r.taker(), run.number, run.revision)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin run %d: %w", run.number, err)
	}
	if begun > 0 {
		r.workers.begin(run.number)
	}
	return nil
}

// refsOf is what evidence about a run is about.
func refsOf(run prentice.Run) []prentice.Ref {
	refs := append([]prentice.Ref{run.Ref()}, prentice.NewRef("procedure", run.Procedure))
	if run.Subject != "" {
		refs = append(refs, run.Subject)
	}
	if run.Incident != "" {
		refs = append(refs, run.Incident)
	}
	return refs
}

// announceIn tells the inbox where a run stands, within the write that brings it
// there.
func (r *Runner) announceIn(tx *db.Tx, run prentice.Run, causes []prentice.Cause) {
	e, found := r.newsOf(run, causes)
	if !found {
		return
	}
	if err := r.SendIn(tx, e); err != nil { // it is no event: a run is not held up by what is said of it
		r.Log.Error("announce run", "run", run.Number, "err", err)
	}
}

// announce tells it once more. The event's id makes a repeat harmless.
func (r *Runner) announce(ctx context.Context, run prentice.Run, causes []prentice.Cause) {
	e, found := r.newsOf(run, causes)
	if !found {
		return
	}
	if err := r.Send(context.WithoutCancel(ctx), e); err != nil {
		r.Log.Error("announce run", "run", run.Number, "err", err)
	}
}

// newsOf is what the inbox is told of where a run stands, if that is news.
func (r *Runner) newsOf(run prentice.Run, causes []prentice.Cause) (_ prentice.Event, found bool) {
	kind := map[prentice.State]string{prentice.Waiting: "run.waiting", prentice.Running: "run.started"}[run.State]
	if run.State.Ended() {
		kind = "run.ended"
	}
	if kind == "" {
		return prentice.Event{}, false
	}
	if run.State == prentice.RunHeld { // what is told again says what was told before
		run.State = prentice.RunRefused
	}
	data, err := json.Marshal(map[string]any{"run": run.Number, "procedure": run.Procedure, "state": run.State, "says": run.Says,
		"incident": run.Incident, "subject": run.Subject, "risk": run.Risk.String(), "hold": run.Hold, "event": run.Event})
	if err != nil {
		r.Log.Error("announce run", "run", run.Number, "err", err)
		return prentice.Event{}, false
	}
	e := prentice.Event{ID: fmt.Sprintf("%s %s", run.Ref(), run.State), Source: "prentice/runner", Type: kind, Subject: run.Ref(), Time: r.Clock(), Data: data, Causes: prentice.Causers(causes)}
	if run.State == prentice.Waiting {
		// A run may wait more than once, and for fewer people than before. The time is
		// what the database keeps of it, so that it is the same after a restart.
		e.ID += " " + run.Expires.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) + " " + prentice.Digest([]byte(run.Says))[len("sha256:"):][:8]
	}
	return e, true
}

// tell tells anyone who watches.
func (r *Runner) tell(run prentice.Run, step string) {
	r.hub.tell(prentice.RunMoment{Run: run.Number, Time: r.Clock(), State: run.State, Step: step, Says: run.Says})
}
