package experiment

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Exposure is that a unit was given a variant.
type Exposure struct {
	Experiment int64
	Unit       string
	Treatment  bool
	At         time.Time
}

// Expose keeps exposures. A unit counts once; one that was given both variants counts for
// neither. Beyond is how many came when the most that are counted were there: they count for
// nothing, and that is counted.
func (s *Store) Expose(ctx context.Context, list []Exposure) (beyond int64, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		beyond = 0 // this may run again
		for _, x := range list {
			over, err := expose(tx, x)
			if err != nil {
				return err
			}
			beyond += over
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("keep exposures: %w", err)
	}
	return beyond, nil
}

func expose(tx *db.Tx, x Exposure) (beyond int64, err error) {
	given := int64(0)
	if x.Treatment {
		given = 1
	}
	var units, known int64
	if err := tx.QueryRow(`SELECT units, (SELECT COUNT(*) FROM experiment_units WHERE experiment = ? AND unit = ?) FROM experiment_tally WHERE experiment = ?`, []any{x.Experiment, x.Unit, x.Experiment}, &units, &known); err != nil {
		return 0, err
	}
	if known == 0 && units >= mostUnits {
		return tx.Exec(`UPDATE experiment_tally SET beyond = beyond + 1 WHERE experiment = ?`, x.Experiment)
	}
	n, err := tx.Exec(`INSERT INTO experiment_units (experiment, unit, treatment, at, did) VALUES (?, ?, ?, ?, 0) ON CONFLICT (experiment, unit) DO NOTHING`, x.Experiment, x.Unit, given, db.Micros(x.At))
	if err != nil {
		return 0, err
	}
	if n > 0 {
		_, err = tx.Exec(`UPDATE experiment_tally SET units = units + 1 WHERE experiment = ?`, x.Experiment)
		return 0, err
	}
	_, err = tx.Exec(`UPDATE experiment_units SET treatment = 2 WHERE experiment = ? AND unit = ? AND treatment <> ? AND treatment <> 2`, x.Experiment, x.Unit, given)
	return 0, err
}

// Did keeps that a unit had the outcome, once. Of a unit that was given no variant nothing
// is kept: what it did has nothing to do with the experiment.
func (s *Store) Did(ctx context.Context, experiment int64, unit string, at time.Time) (counted bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE experiment_units SET did = ? WHERE experiment = ? AND unit = ? AND did = 0 AND at <= ?`, db.Micros(at), experiment, unit, db.Micros(at))
		counted = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep an outcome: %w", err)
	}
	return counted, nil
}

// Count is what was counted. Both is how many units were given both variants, and count
// for neither; beyond is how many came when the most that are counted were there.
func (s *Store) Count(ctx context.Context, experiment int64) (c Counts, both, beyond int64, err error) {
	err = s.DB.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN treatment = 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN treatment = 0 AND did > 0 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN treatment = 1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN treatment = 1 AND did > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN treatment = 2 THEN 1 ELSE 0 END), 0),
		COALESCE((SELECT beyond FROM experiment_tally WHERE experiment = ?), 0) FROM experiment_units WHERE experiment = ?`, []any{experiment, experiment}, &c.Control, &c.ControlDid, &c.Treatment, &c.TreatmentDo, &both, &beyond)
	if err != nil {
		return c, 0, 0, fmt.Errorf("count the units of an experiment: %w", err)
	}
	return c, both, beyond, nil
}

// Seen is a look, as it was made.
type Seen struct {
	Look   int64     `json:"look"`
	At     time.Time `json:"at"`
	Counts Counts    `json:"counts"`
	Result Result    `json:"result"`
}

// Look keeps a look, with what became of the experiment by it.
func (s *Store) Look(ctx context.Context, e Experiment, c Counts, now time.Time, notes ...prentice.Note) (Experiment, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		var last int64
		if err := tx.QueryRow(`SELECT COALESCE(MAX(look), 0) FROM experiment_looks WHERE experiment = ?`, []any{e.Number}, &last); err != nil {
			return err
		}
		if err := s.change(tx, e, now, notes...); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO experiment_looks (experiment, look, at, counts, result) VALUES (?, ?, ?, ?, ?)`, e.Number, last+1, db.Micros(now), text(c), text(e.Result))
		return err
	})
	e.Revision++
	return e, err
}

// Looks are the last looks, the oldest first.
func (s *Store) Looks(ctx context.Context, experiment int64, most int) ([]Seen, error) {
	rows, err := s.DB.Query(ctx, `SELECT look, at, counts, result FROM (SELECT look, at, counts, result FROM experiment_looks WHERE experiment = ? ORDER BY look DESC LIMIT ?) AS newest ORDER BY look`, experiment, most)
	return db.List(rows, err, func(scan func(...any) error, one *Seen) error {
		var at int64
		var counts, result string
		if err := scan(&one.Look, &at, &counts, &result); err != nil {
			return err
		}
		one.At = db.Time(at)
		return fromText(counts, &one.Counts, result, &one.Result)
	}, nil)
}
