package support

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// news is what the runner tells of a run.
type news struct {
	Run       int64          `json:"run"`
	Procedure string         `json:"procedure"`
	State     prentice.State `json:"state"`
	Says      string         `json:"says"`
	Incident  prentice.Ref   `json:"incident"`
	Risk      string         `json:"risk"`
	Event     prentice.Ref   `json:"event"` // that moved it

	Hold *prentice.HoldBack `json:"hold"` // what holds it back, if anything does
}

// joinNews brings a run's news to the incident that the run is for, if any.
func (s *Support) joinNews(tx *db.Tx, now time.Time, e prentice.Event) error {
	var n news
	if err := json.Unmarshal(e.Data, &n); err != nil || !n.State.Known() || n.Run < 1 {
		return prentice.Errorf(prentice.Invalid, "event %s of the runner does not say which run and state it tells of", clip(e.ID, 80))
	}
	n.Says = clip(n.Says, 500)
	if err := s.holdTick(tx, now, n); err != nil {
		return err
	}
	numbers, err := incidentsOf(tx, n)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		in, err := incidentWhere(tx, `number = ?`, number)
		if err != nil {
			return err
		}
		if in == nil {
			continue // a run may name an incident of some other system
		}
		if err := s.follow(tx, now, in, n, happened(e, now)); err != nil {
			return err
		}
	}
	return nil
}

// incidentsOf lists the incidents that wait for a run: the one that it was asked
// for, and those that came later and found it under way.
func incidentsOf(tx *db.Tx, n news) ([]int64, error) {
	var numbers []int64
	if number, err := numberOf("incident", string(n.Incident)); err == nil && n.Incident != "" {
		numbers = append(numbers, number)
	}
	rows, err := tx.Query(`SELECT incident FROM incident_runs WHERE run = ? AND ended = 0 ORDER BY incident`, n.Run)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		if !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	return numbers, rows.Err()
}

// follow writes down where a run stands and what follows from it for its
// incident. It may be told the same news twice, and old news late: a run that
// has ended stays ended.
func (s *Support) follow(tx *db.Tx, now time.Time, in *Incident, n news, at time.Time) error {
	moved, err := noteRun(tx, in.Number, n, now)
	if err != nil || !moved {
		return err
	}
	ref := runRef(n.Run)
	if err := addLine(tx, in.Number, Line{Time: at, Kind: "run", Says: runLine(n), About: ref}); err != nil {
		return err
	}
	switch {
	case !in.Closed.IsZero():
		return nil
	case n.State == prentice.Running:
		if _, err := s.letGo(tx, in.Number, n.Procedure); err != nil {
			return err
		}
		return save(tx, in)
	case n.State == prentice.Verified && n.Risk != prentice.Look.String(): // what only read has fixed nothing
		if still, err := stillLive(tx, in.Number); err != nil || still > 0 {
			return errors.Join(err, s.awaitSymptoms(tx, now, in, n.Run, still))
		}
		return s.end(tx, now, in, byRun, fmt.Sprintf("%s of %s is verified", ref, n.Procedure), prentice.Prentice("event"), ref)
	}
	why := runLine(n)
	if n.State == prentice.RunRefused {
		again, err := s.holdOff(tx, now, in, n)
		if err != nil {
			return err
		}
		if again != "" {
			why += "; " + again
		}
	}
	switch {
	case !needsPerson(n.State, !in.WellSince.IsZero()):
		return save(tx, in)
	}
	open, _, err := openRuns(tx, in.Number)
	if err != nil {
		return err
	}
	if open > 0 {
		return save(tx, in) // another remedy is still at work
	}
	return s.call(tx, now, in, why, nil)
}

// awaitSymptoms keeps an incident open whose run was verified while a symptom is
// there whose end will be told. A person is called if that does not come.
func (s *Support) awaitSymptoms(tx *db.Tx, now time.Time, in *Incident, run, still int64) error {
	in.Verified, in.callAt, in.settling = run, now.Add(s.Lag), ""
	says := fmt.Sprintf("%s is verified, and %s; the incident ends with them, and a person is called if they are still there in %s", runRef(run), thereIs(still), s.Lag)
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: says, About: runRef(run)}); err != nil {
		return err
	}
	return save(tx, in)
}

func thereIs(symptoms int64) string {
	if symptoms == 1 {
		return "one symptom is still there"
	}
	return fmt.Sprintf("%d symptoms are still there", symptoms)
}

func runLine(n news) string {
	word := "is"
	if n.State.Ended() {
		word = "ended"
	}
	line := fmt.Sprintf("%s of %s %s %s", runRef(n.Run), n.Procedure, word, n.State)
	if n.Says != "" {
		line += ": " + n.Says
	}
	return line
}

// noteRun keeps where a run stands and says whether that is news.
func noteRun(tx *db.Tx, incident int64, n news, now time.Time) (bool, error) {
	var ended int64
	if n.State.Ended() {
		ended = db.Micros(now)
	}
	rows, err := tx.Exec(`INSERT INTO incident_runs (incident, run, procedure_name, state, says, asked, ended, doubled) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (incident, run) DO NOTHING`, incident, n.Run, n.Procedure, string(n.State), n.Says, db.Micros(now), ended)
	if err != nil || rows == 1 {
		return true, err
	}
	rows, err = tx.Exec(`UPDATE incident_runs SET state = ?, says = ?, ended = ? WHERE incident = ? AND run = ? AND ended = 0 AND (state <> ? OR says <> ?)`,
		string(n.State), n.Says, ended, incident, n.Run, string(n.State), n.Says)
	return rows == 1, err
}
