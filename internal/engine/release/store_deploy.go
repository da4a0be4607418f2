package release

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Begin writes down that a release is to be brought to a place, before anything is. What
// is going on there already is a conflict that names it.
func (s *Store) Begin(ctx context.Context, now time.Time, d Deployment) (_ Deployment, err error) {
	d.Asked = now.UTC()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if d.Number, err = tx.Next("deployment"); err != nil { // one after the other, over all replicas
			return err
		}
		going, err := rows[Deployment](tx.Query, "deployments", `service = ? AND place = ? AND ended = 0`, d.Service, d.Place)
		if err != nil {
			return err
		}
		if len(going) > 0 {
			return Busy(going[0])
		}
		body, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO deployments (number, service, place, ended, body) VALUES (?, ?, ?, 0, ?)`, d.Number, d.Service, d.Place, string(body)); err != nil {
			return err
		}
		if err := lock(tx, now, d.Release); err != nil {
			return err
		}
		return s.Record(tx, now, prentice.Note{Kind: "deployment.asked", Actor: d.By, Refs: d.refs(), Data: map[string]any{"place": d.Place, "version": d.Version, "digest": d.Digest, "procedure": d.Procedure, "before": d.Before, "reason": d.Reason, "fixes": string(d.Fixes)}})
	})
	return d, err
}

// Busy is that a deployment is going on where another was to be.
func Busy(d Deployment) error {
	where := "its run is not asked for yet"
	if d.Run > 0 {
		where = fmt.Sprintf("by run/%d", d.Run)
	}
	return prentice.Errorf(prentice.Conflict, "%s brings %s to %s already, asked for by %s, %s", d.Ref(), d.What(), d.Place, d.By, where).
		Try("wait until it has ended: prentice deployment show %d", d.Number)
}

func (d Deployment) refs() []prentice.Ref {
	refs := []prentice.Ref{d.Ref(), prentice.NewRef("service", d.Service)}
	if d.Version != "" {
		refs = append(refs, prentice.NewRef("release", Name(d.Service, d.Version)))
	}
	if d.Run > 0 {
		refs = append(refs, prentice.NewRef("run", fmt.Sprint(d.Run)))
	}
	if d.Fixes != "" {
		refs = append(refs, d.Fixes)
	}
	return refs
}

// Performs writes down which run performs a deployment. It is said once.
func (s *Store) Performs(ctx context.Context, now time.Time, number, run int64) (Deployment, error) {
	return s.turn(ctx, number, func(tx *db.Tx, d *Deployment) error {
		if d.Run != 0 || !d.Open() {
			return nil
		}
		d.Run = run
		return s.Record(tx, now, prentice.Note{Kind: "deployment.begun", Actor: d.By, Refs: d.refs(), Data: map[string]any{"run": fmt.Sprint(run)}})
	})
}

// End writes down how a deployment ended, once: what is asked again is the same.
func (s *Store) End(ctx context.Context, now time.Time, number int64, o Outcome, began time.Time, says string) (Deployment, error) {
	return s.turn(ctx, number, func(tx *db.Tx, d *Deployment) error {
		if !d.Open() {
			return nil
		}
		d.Outcome, d.Began, d.Ended, d.Says = o, began.UTC(), now.UTC(), says
		if began.IsZero() {
			d.Began = time.Time{}
		}
		if err := s.tell(tx, *d); err != nil {
			return err
		}
		return s.Record(tx, now, d.ended())
	})
}

// ended is the evidence of how it ended.
func (d Deployment) ended() prentice.Note {
	return prentice.Note{Kind: "deployment." + string(d.Outcome), Actor: prentice.Prentice("releases").Ref(), Refs: d.refs(),
		Data: map[string]any{"place": d.Place, "version": d.Version, "digest": d.Digest, "says": d.Says}}
}

// tell says outside how it ended. What is uncertain or failed is an event that policy and
// notices can bring to a person.
func (s *Store) tell(tx *db.Tx, d Deployment) error {
	if s.Tell == nil {
		return nil
	}
	data, err := json.Marshal(map[string]any{"deployment": d.Number, "service": d.Service, "place": d.Place, "version": d.Version, "digest": d.Digest, "outcome": d.Outcome, "says": d.Says, "run": d.Run})
	if err != nil {
		return err
	}
	return s.Tell(tx, prentice.Event{ID: fmt.Sprintf("deployment/%d %s", d.Number, d.Outcome), Source: "prentice/releases", Type: "deployment." + string(d.Outcome), Subject: prentice.NewRef("service", d.Service), Time: d.Ended, Data: data})
}

// Hurt writes down that a deployment which was verified failed all the same.
func (s *Store) Hurt(ctx context.Context, now time.Time, number int64, h Fault) (Deployment, error) {
	return s.turn(ctx, number, func(tx *db.Tx, d *Deployment) error {
		switch {
		case d.Outcome != Deployed:
			return prentice.Errorf(prentice.Conflict, "%s did not end deployed, so it counts as it ended: %s", d.Ref(), orGoing(d.Outcome)).Try("look at it: prentice deployment show %d", d.Number)
		case d.Fault != nil:
			return prentice.Errorf(prentice.Conflict, "%s is said to have failed already, as %s has said: %s", d.Ref(), d.Fault.By, d.Fault.Reason).Try("look at it: prentice deployment show %d", d.Number)
		case h.At.Before(d.Began) || h.At.After(now):
			return prentice.Errorf(prentice.Invalid, "the fault cannot have begun at %s: the deployment began at %s, and it is %s now", h.At.UTC().Format(time.RFC3339), d.Began.Format(time.RFC3339), now.UTC().Format(time.RFC3339)).Try("leave --since out, or give a time between the two")
		}
		d.Fault = &h
		refs := d.refs()
		if h.Incident != "" {
			refs = append(refs, h.Incident)
		}
		return s.Record(tx, now, prentice.Note{Kind: "deployment.faulted", Actor: h.By, Refs: refs, Data: map[string]any{"reason": h.Reason, "since": h.At.UTC().Format(time.RFC3339)}})
	})
}

func orGoing(o Outcome) string {
	if o == "" {
		return "it is going on"
	}
	return string(o)
}

// turn changes one deployment.
func (s *Store) turn(ctx context.Context, number int64, do func(*db.Tx, *Deployment) error) (d Deployment, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE deployments SET number = number WHERE number = ?`, number); err != nil { // no one else writes it meanwhile
			return err
		}
		if d, err = one(rows[Deployment](tx.Query, "deployments", `number = ?`, number)); err != nil {
			return noDeployment(number, err)
		}
		if err := do(tx, &d); err != nil {
			return err
		}
		body, err := json.Marshal(d)
		if err != nil {
			return err
		}
		ended := int64(0)
		if !d.Open() {
			ended = db.Micros(d.Ended)
		}
		_, err = tx.Exec(`UPDATE deployments SET ended = ?, body = ? WHERE number = ?`, ended, string(body), number)
		return err
	})
	return d, err
}

// Deployment is one of them.
func (s *Store) Deployment(ctx context.Context, number int64) (Deployment, error) {
	d, err := one(rows[Deployment](s.reads(ctx), "deployments", `number = ?`, number))
	return d, noDeployment(number, err)
}

func noDeployment(number int64, err error) error {
	if prentice.KindOf(err) == prentice.NotFound {
		return prentice.Errorf(prentice.NotFound, "there is no deployment/%d", number).Try("list them with: prentice deployment list")
	}
	return err
}

// Going are the deployments that have not ended.
func (s *Store) Going(ctx context.Context) ([]Deployment, error) {
	return rows[Deployment](s.reads(ctx), "deployments", `ended = 0 ORDER BY number`)
}

// Filter chooses deployments; its zero value is all.
type Filter struct {
	Service, Place string
	Most           int // the newest; 0 is all
}

// Deployments are those that a filter chooses, the newest first.
func (s *Store) Deployments(ctx context.Context, f Filter) ([]Deployment, error) {
	var where []string
	var args []any
	for _, c := range []struct{ column, value string }{{"service", f.Service}, {"place", f.Place}} {
		if c.value != "" {
			where, args = append(where, c.column+` = ?`), append(args, c.value)
		}
	}
	text := strings.Join(append(where, `number > 0`), " AND ") + ` ORDER BY number DESC`
	if f.Most > 0 {
		text, args = text+` LIMIT ?`, append(args, f.Most)
	}
	return rows[Deployment](s.reads(ctx), "deployments", text, args...)
}
