package replica

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"prentice/internal/kit/db"
)

// errDead says that others declared this replica dead.
var errDead = errors.New("declared dead")

// Run beats until ctx ends. A replica that could not, or that was declared dead,
// stops acting and joins anew as soon as it can.
func (r *Registry) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var watch sync.WaitGroup
	watch.Go(func() { r.watch(ctx) })
	defer watch.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if r.ID() == "" {
			if !r.mayJoin() {
				continue
			}
			if err := r.Join(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("join the replicas again", "name", r.Name, "err", err)
			}
			continue
		}
		err := r.beat(ctx)
		if err == nil {
			err = r.turn(ctx)
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, errDead):
			r.Log.Warn("others declared this replica dead; it joins anew", "id", r.ID())
			r.lose()
			r.forget()
		default:
			r.Log.Error("beat", "id", r.ID(), "err", err)
		}
	}
}

// mayJoin says whether this process may join anew. To join declares its earlier
// launch dead, and others then take its work: not before they would have anyway,
// as what was interrupted here may still be ending.
func (r *Registry) mayJoin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Since(r.fit) >= Dead
}

// forget lets a replica join anew at once: it was declared dead already.
func (r *Registry) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.id == "" {
		r.fit = time.Time{}
	}
}

// watch notices by itself that beats no longer arrive: anyone who beats may hang.
func (r *Registry) watch(ctx context.Context) {
	tick := time.NewTicker(every / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if id := r.ID(); id != "" && !r.Fit() {
			r.Log.Warn("the database was not reached for too long; this replica stops acting", "id", id)
			r.lose()
		}
	}
}

// beat writes that this replica lives, past every write that waits.
func (r *Registry) beat(ctx context.Context) error {
	id, sent := r.ID(), time.Now()
	ctx, cancel := context.WithTimeout(ctx, Unfit/2)
	defer cancel()
	n, err := r.DB.Straight(ctx, `UPDATE replicas SET beat = `+r.DB.NowMicros()+` WHERE id = ? AND ended = 0`, id)
	if err != nil {
		return fmt.Errorf("write that replica %s lives: %w", id, err)
	}
	if n == 0 {
		return errDead
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.id == id {
		r.fit = sent
	}
	return nil
}

// turn declares dead who is, looks who lives, and takes the lead if no one who
// lives has it.
func (r *Registry) turn(ctx context.Context) error {
	id := r.ID()
	var dead, living []string
	leader := ""
	ctx, cancel := context.WithTimeout(ctx, Unfit)
	defer cancel()
	look := `SELECT COUNT(*), COALESCE((SELECT id FROM replica_lead WHERE one = 1), '') FROM replicas WHERE ended = 0 AND beat <= ` + r.DB.NowMicros() + fmt.Sprintf(" - %d", Dead.Microseconds())
	var late int
	if err := r.DB.QueryRow(ctx, look, nil, &late, &leader); err != nil {
		return fmt.Errorf("look who leads: %w", err)
	}
	living, err := r.alive(ctx)
	if err != nil {
		return err
	}
	if late > 0 || !contains(living, leader) {
		err = r.DB.Write(ctx, func(tx *db.Tx) (err error) {
			dead, living, leader, err = r.elect(tx, id)
			return err
		})
		if err != nil {
			return fmt.Errorf("look who lives: %w", err)
		}
	}
	for _, d := range dead {
		r.Log.Warn("a replica died", "id", d)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.living = living
	if leads := leader == id && r.id == id; leads != r.leads {
		r.leads = leads
		r.change()
	}
	return nil
}

func (r *Registry) elect(tx *db.Tx, id string) (dead, living []string, leader string, err error) {
	now, err := tx.Now()
	if err != nil {
		return nil, nil, "", err
	}
	if dead, err = bury(tx, now); err != nil {
		return nil, nil, "", err
	}
	if err = r.note(tx, told("replica.died", dead)...); err != nil {
		return nil, nil, "", err
	}
	if living, err = ids(tx, `SELECT id FROM replicas WHERE ended = 0 ORDER BY joined, id`); err != nil {
		return nil, nil, "", err
	}
	if !contains(living, id) {
		return nil, nil, "", errDead
	}
	err = tx.QueryRow(`INSERT INTO replica_lead (one, id, since) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET
		id = CASE WHEN replica_lead.id IN (SELECT id FROM replicas WHERE ended = 0) THEN replica_lead.id ELSE excluded.id END,
		since = CASE WHEN replica_lead.id IN (SELECT id FROM replicas WHERE ended = 0) THEN replica_lead.since ELSE excluded.since END
		RETURNING id`, []any{id, db.Micros(now)}, &leader)
	return dead, living, leader, err
}

func (r *Registry) alive(ctx context.Context) ([]string, error) {
	list, err := r.List(ctx)
	var living []string
	for _, x := range list {
		if x.Ended.IsZero() {
			living = append(living, x.ID)
		}
	}
	return living, err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
