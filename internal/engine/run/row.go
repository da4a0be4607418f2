package run

import (
	"prentice"
	"prentice/internal/kit/db"
)

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
	run.State, run.Hold = prentice.State(state), decodeHold(hold)
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
		return UnreadRun(run, err), nil
	}
	return run, err
}

// rowScan lets scanRun read the one row of QueryRow.
type rowScan func(dest ...any) error

func (f rowScan) Scan(dest ...any) error { return f(dest...) }

// TargetRefs are the targets of a plan by name.
func TargetRefs(p prentice.Plan) []prentice.Ref { return prentice.RefsOf(p.Targets) }

const approvalsQuery = `SELECT run, plan, actor, door, yes, reason, time, stand_for, token, people FROM run_approvals`

func scanApproval(row scanner) (a Approval, err error) {
	var yes, at int64
	var people string
	err = row.Scan(&a.Run, &a.Plan, &a.Actor, &a.Door, &yes, &a.Reason, &at, &a.For, &a.Token, &people)
	a.Yes, a.Time, a.People = yes != 0, db.Time(at), prentice.RefsIn(people)
	return a, err
}

// AskAgain is the command that asks for a procedure once more.
func AskAgain(procedure string) string {
	if procedure == prentice.AdhocName {
		return "prentice run adhoc"
	}
	return "prentice run start " + procedure
}
