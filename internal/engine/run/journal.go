package run

import (
	"strings"

	"prentice/internal/kit/db"
)

// A line of the journal is written together with those that other runs bring at
// the same moment: see db.Tx.Late. These are the keys.
type journal string

const (
	intentions journal = "intentions"
	proofs     journal = "proofs"
)

// Intend brings the intention of a step to a write.
func Intend(tx *db.Tx, rec StepRecord, from Origin) {
	tx.Late(intentions, stepRow{rec, from}, writeIntentions)
}

// Prove brings the proof of a step to a write.
func Prove(tx *db.Tx, rec StepRecord, from Origin) {
	tx.Late(proofs, stepRow{rec, from}, writeProofs)
}

// stepRow is how a step stands, and the process that says so.
type stepRow struct {
	StepRecord
	Origin
}

const stepColumns = `INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, place, lasting, seal, started, ended, handed_on, again)`

// writeIntentions notes steps that are about to be performed. One that was meant
// before, and not proved, is meant once more.
func writeIntentions(tx *db.Tx, rows []any) error {
	return tx.Insert(stepColumns, 18, stepValues(rows), ` ON CONFLICT (run, round, step, target) DO UPDATE SET attempts = run_steps.attempts + 1, session = excluded.session, place = excluded.place, lasting = excluded.lasting, seal = excluded.seal,
		begun = CASE WHEN run_steps.again = excluded.again THEN run_steps.begun ELSE 0 END, again = excluded.again`)
}

// writeProofs notes how steps came out.
func writeProofs(tx *db.Tx, rows []any) error {
	return tx.Insert(stepColumns, 18, stepValues(rows),
		` ON CONFLICT (run, round, step, target) DO UPDATE SET state = excluded.state, says = excluded.says, code = excluded.code, attempts = excluded.attempts, ended = excluded.ended, handed_on = excluded.handed_on`)
}

func stepValues(rows []any) (values []any) {
	for _, row := range rows {
		s := row.(stepRow)
		values = append(values, s.Run, s.Round, s.Step, string(s.Target), string(s.Section), s.Kind, string(s.State), s.Says, s.Code, s.Attempts, s.Session, s.Place, s.Lasting, s.Seal,
			db.Micros(s.Started), db.Micros(s.Ended), encodeValues(s.Out), s.Again)
	}
	return values
}

// Keepable is a text without what PostgreSQL keeps in none: a stranger may have
// said it, and a proof that cannot be written would be tried for ever.
func Keepable(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }
