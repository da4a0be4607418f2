package run

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

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

// alike, of a plan and its hash, is the key of which the database lets only one run be under way: the
// procedure, what it is about and the inputs. Two commands for one host are two
// things, and so are two sizes for one disk.
func alike(plan prentice.Plan, hash string) string {
	parts := []string{plan.Procedure, string(plan.Subject)}
	switch {
	case plan.Procedure == prentice.AdhocName:
		parts = append(parts, hash)
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

// Insert writes a run that is new, with whatever more must be true at the same
// moment. One that is another's twin is db.ErrTaken.
func (r *Store) Insert(ctx context.Context, d *Detail, more func(*db.Tx)) error {
	var texts [3]string
	for i, v := range []any{d.Request, d.Decision, d.Record} {
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
		if err := insertPlan(tx, d.Plan, d.ThePlan); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires, hold, kin, in_window, owner, alike)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, '', ?, ?, 0, ?, 0, ?, ?, ?, ?, ?)`,
			d.Number, d.Procedure, d.Plan, string(d.Subject), string(d.State), d.Says, d.Risk.String(), string(d.Requester), string(d.Incident), d.Event,
			texts[0], texts[1], texts[2], d.Attempt, d.Reason, once(d.Request, d.Number), db.Micros(d.Created), db.Micros(d.Ended), encodeHold(d.Hold), d.PlanGroup, flag(d.Window), d.Owner, alike(d.ThePlan, d.Plan))
		if err != nil {
			return err
		}
		if err := writeCalls(tx, d.Number, d.ThePlan); err != nil {
			return err
		}
		data := map[string]any{
			"procedure": d.Procedure, "plan": d.Plan, "state": d.State, "says": d.Says, "verdict": d.Decision.Verdict,
			"rules": d.Decision.Rules, "reasons": d.Decision.Reasons, "event": d.Event, "reason": d.Reason, "targets": d.Targets, "hold": d.Hold,
			"causes": d.Causes, "token": d.Request.Actor.Token,
		}
		if d.Owner != "" {
			data["replica"] = d.Owner
		}
		more(tx)
		return r.Ledger.Append(tx, d.Created, prentice.Note{Kind: "run.planned", Actor: d.Requester, Refs: Refs(d.Run), Data: data})
	})
}

// Twin finds the run that a request would only repeat: its plan has this hash.
func (r *Store) Twin(ctx context.Context, req prentice.RunRequest, plan prentice.Plan, hash string) (prentice.Run, bool, error) {
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
	run, found, err := look("ended = 0 AND procedure = ? AND (alike IN (?, ?) OR alike = '' AND subject = ?)", plan.Procedure, alike(plan, hash), alikeBefore(plan), string(plan.Subject))
	if found && req.Actor.Kind != prentice.Self && err == nil {
		return run, true, gate.Hold(prentice.HoldDuplicate, fmt.Sprintf("look at it with: prentice run show %d", run.Number),
			"run/%d does this already: it is %s", run.Number, run.State).Error(prentice.Conflict)
	}
	return run, found, err
}

// Refs is what evidence about a run is about.
func Refs(run prentice.Run) []prentice.Ref {
	refs := append([]prentice.Ref{run.Ref()}, prentice.NewRef("procedure", run.Procedure))
	if run.Subject != "" {
		refs = append(refs, run.Subject)
	}
	if run.Incident != "" {
		refs = append(refs, run.Incident)
	}
	return refs
}
