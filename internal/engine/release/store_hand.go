package release

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// tellsOf is how long after its end a run that was started by hand is still told of outside:
// what was over long before it was seen is no news.
const tellsOf = 10 * time.Minute

// errNot undoes a write that has nothing to do.
var errNot = errors.New("nothing is to be adopted")

// Adopt writes down that a run which someone started by hand brings something to a place,
// once for each run; what is written down already is no error. While another deployment goes
// on there it waits, and false says so: no two go on, and what is over stands beside it.
func (s *Store) Adopt(ctx context.Context, now time.Time, d Deployment) (adopted bool, err error) {
	d.ByHand = true
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if d.Number, err = tx.Next("deployment"); err != nil { // one after the other, over all replicas
			return err
		}
		if adopted, err = known(tx, d.Run); adopted || err != nil {
			return cmp.Or(err, errNot)
		}
		if d.Open() {
			going, err := rows[Deployment](tx.Query, "deployments", `service = ? AND place = ? AND ended = 0`, d.Service, d.Place)
			if err != nil || len(going) > 0 {
				return cmp.Or(err, errNot)
			}
		}
		return s.adopt(tx, now, d)
	})
	switch {
	case errors.Is(err, errNot):
		return adopted, nil
	case err != nil:
		return false, err
	}
	return true, nil
}

// known says whether a run is a deployment by hand already.
func known(tx *db.Tx, run int64) (is bool, err error) {
	found, err := tx.Query(`SELECT number FROM deployments_by_hand WHERE run = ?`, run)
	list, err := db.List(found, err, func(scan func(...any) error, n *int64) error { return scan(n) }, nil)
	if err != nil {
		return false, fmt.Errorf("read deployments by hand: %w", err)
	}
	return len(list) > 0, nil
}

func (s *Store) adopt(tx *db.Tx, now time.Time, d Deployment) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	ended := int64(0)
	if !d.Open() {
		ended = db.Micros(d.Ended)
	}
	if _, err := tx.Exec(`INSERT INTO deployments (number, service, place, ended, body) VALUES (?, ?, ?, ?, ?)`, d.Number, d.Service, d.Place, ended, string(body)); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO deployments_by_hand (run, number) VALUES (?, ?)`, d.Run, d.Number); err != nil {
		return err
	}
	if err := lock(tx, now, d.Release); err != nil {
		return err
	}
	notes := []prentice.Note{{Kind: "deployment.by-hand", Actor: d.By, Refs: d.refs(), Data: map[string]any{"place": d.Place, "version": d.Version, "digest": d.Digest, "procedure": d.Procedure, "before": d.Before, "reason": d.Reason}}}
	if !d.Open() {
		notes = append(notes, d.ended())
		if now.Sub(d.Ended) < tellsOf {
			if err := s.tell(tx, d); err != nil {
				return err
			}
		}
	}
	return s.Record(tx, now, notes...)
}

// lock lets a release change no more, as of now it is deployed; 0 is none.
func lock(tx *db.Tx, now time.Time, release int64) error {
	if release == 0 {
		return nil
	}
	r, err := one(rows[Release](tx.Query, "releases", `number = ?`, release))
	if err != nil || !r.Locked.IsZero() {
		return err
	}
	r.Locked = now.UTC()
	return put(tx, r)
}
