package crash

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
)

// judge looks at what a trial has left, beside the server that is at rest.
func (p *play) judge(out *outcome) error {
	l := p.lane
	d, err := db.Open(ctx(), l.where.address())
	if err != nil {
		return err
	}
	defer d.Close()
	states, err := column[prentice.State](d, `SELECT state FROM runs WHERE number > ? ORDER BY number`, p.base)
	if err != nil {
		return err
	}
	out.states, out.ended = states, len(states) > 0
	said, err := column[string](d, `SELECT state || ': ' || says FROM runs WHERE number > ? ORDER BY number`, p.base)
	if err != nil {
		return err
	}
	p.say("in the end: %s", strings.Join(said, "; "))
	for _, s := range states {
		out.ended = out.ended && s.Ended()
	}
	done := p.scenario.effects(l.state)
	out.doubled = max(0, done-1)
	return errors.Join(l.ends(p.scenario, out, done), atRest(d), p.record(d), p.strays())
}

// ends looks at how the run has ended, and how often the effect has happened.
func (l *lane) ends(sc scenario, out *outcome, done int) error {
	var wrong []error
	if len(out.states) != 1 {
		wrong = append(wrong, fmt.Errorf("there are %d runs: %v", len(out.states), out.states))
	}
	for _, s := range out.states {
		switch {
		case !s.Ended():
			wrong = append(wrong, fmt.Errorf("a run is still %s", s))
		case s == prentice.Uncertain && sc.maybe && out.dark:
		case !slices.Contains(sc.ends, s):
			wrong = append(wrong, fmt.Errorf("the run ended %s, want %v", s, sc.ends))
		case s == prentice.RunRefused && done != 0:
			wrong = append(wrong, fmt.Errorf("the run is refused, and its effect has happened %d times", done))
		case s == prentice.Verified && done != 1:
			wrong = append(wrong, fmt.Errorf("the run is verified, and its effect has happened %d times", done))
		}
	}
	if done > 1 {
		wrong = append(wrong, fmt.Errorf("the effect has happened %d times", done))
	}
	return errors.Join(wrong...)
}

// atRest looks for what is left over in the database.
func atRest(d *db.DB) error {
	var wrong []error
	for what, query := range map[string]string{
		"a lock is held for no one":            `SELECT target FROM run_locks WHERE run > 0`,
		"a step of an ended run is still open": `SELECT step FROM run_steps WHERE state = 'intended' AND run IN (SELECT number FROM runs WHERE state <> 'cancelled')`,
		"an incident fixes forever":            `SELECT summary FROM incidents WHERE state = 'fixing'`,
	} {
		left, err := column[string](d, query)
		if err != nil || len(left) > 0 {
			wrong = append(wrong, errors.Join(fmt.Errorf("%s: %v", what, left), err))
		}
	}
	return errors.Join(wrong...)
}

// record looks at the ledger: every line is whole, and nothing is told twice.
func (p *play) record(d *db.DB) error {
	book, err := ledger.Open(d, filepath.Join(p.lane.where.data, "keys"))
	if err != nil {
		return err
	}
	report, err := book.VerifyChain(ctx())
	if err != nil {
		return err
	}
	var wrong []error
	if !report.OK {
		wrong = append(wrong, fmt.Errorf("the ledger does not verify: %v", report.Faults))
	}
	// Each life that takes the run up says so, and for the how manieth time.
	twice, err := column[string](d, `SELECT kind FROM ledger_line l JOIN ledger_ref r ON r.seq = l.seq
		WHERE r.ref = ? AND (kind LIKE 'run.%' OR kind LIKE 'approval.%') AND kind <> 'run.queued'
		GROUP BY kind, CASE WHEN kind = 'run.taken-over' THEN data ELSE '' END HAVING COUNT(*) > 1`, fmt.Sprintf("run/%d", p.base+1))
	if err != nil || len(twice) > 0 {
		wrong = append(wrong, errors.Join(fmt.Errorf("the ledger tells twice of %v", twice), err))
	}
	return errors.Join(wrong...)
}

func column[T ~string](d *db.DB, query string, args ...any) ([]T, error) {
	rows, err := d.Query(ctx(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// strays looks for processes that a crash has left behind: those that carry the
// environment of a step. It can look on Linux only.
func (p *play) strays() error {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	mark := []byte("PRENTICE_STATE=" + p.lane.state + "\x00")
	var wrong []error
	for _, f := range files {
		environ, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(environ, mark) {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline")) // it may have gone
		wrong = append(wrong, fmt.Errorf("a crash has left a process behind: %s", bytes.ReplaceAll(command, []byte{0}, []byte(" "))))
	}
	return errors.Join(wrong...)
}
