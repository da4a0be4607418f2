package replica

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice/internal/kit/db"
)

// ID is this launch among all that ever were, or "" while this process is none
// of the living.
func (r *Registry) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// Fit says whether this replica may act: it lives, and no one can have declared
// it dead yet.
func (r *Registry) Fit() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id != "" && time.Since(r.fit) < Unfit
}

// Living is the ids of those that live, as of the last beat.
func (r *Registry) Living() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.living)
}

// Deserted says that, when this process joined, a replica had died and none lived
// to look after its work.
func (r *Registry) Deserted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deserted
}

// OnUnfit adds something to be told when this replica must stop acting. It must
// be called before Run.
func (r *Registry) OnUnfit(f func()) { r.unfit = append(r.unfit, f) }

// lose makes this process none of the living.
func (r *Registry) lose() {
	r.mu.Lock()
	was := r.id
	r.id, r.leads, r.living = "", false, nil
	r.change()
	r.mu.Unlock()
	if was == "" {
		return
	}
	for _, f := range r.unfit {
		f()
	}
}

// change wakes anyone who waits for the lead. The caller holds mu.
func (r *Registry) change() {
	if r.changed != nil {
		close(r.changed)
	}
	r.changed = make(chan struct{})
}

func (r *Registry) lead() (leads bool, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return r.leads, r.changed
}

// Leads says whether this replica leads, and no one can have taken the lead yet.
func (r *Registry) Leads() bool {
	leads, _ := r.lead()
	return leads && r.Fit()
}

// Yield gives the lead, if this replica has it, to another that lives. If there is
// none it keeps it.
func (r *Registry) Yield(ctx context.Context) error {
	id := r.ID()
	if id == "" {
		return nil
	}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		alive := db.Micros(now.Add(-Dead))
		_, err = tx.Exec(`UPDATE replica_lead SET since = ?, id = (SELECT id FROM replicas WHERE ended = 0 AND id <> ? AND beat > ? ORDER BY joined, id LIMIT 1)
			WHERE id = ? AND EXISTS (SELECT 1 FROM replicas WHERE ended = 0 AND id <> ? AND beat > ?)`, db.Micros(now), id, alive, id, id, alive)
		return err
	})
	if err != nil {
		return fmt.Errorf("give the lead away: %w", err)
	}
	return r.turn(ctx)
}

// Leading does something while this replica leads, again each time that it comes
// to lead, until ctx ends. When the lead is lost the context that do was given
// ends, and Leading waits for do. What fails is begun again: anyone who leads is the
// only one who does it, and the database may have been away for a moment.
func (r *Registry) Leading(ctx context.Context, do func(context.Context) error) error {
	for ctx.Err() == nil {
		leads, changed := r.lead()
		if !leads {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		if err := r.lendLead(ctx, changed, do); err != nil && ctx.Err() == nil {
			r.Log.Error("what the leader does failed; it is begun again", "err", err)
			again := time.NewTimer(every)
			select {
			case <-ctx.Done():
			case <-again.C:
			}
			again.Stop()
		}
	}
	return nil
}

// lendLead does it until the lead is another's.
func (r *Registry) lendLead(ctx context.Context, changed <-chan struct{}, do func(context.Context) error) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- do(within) }()
	for {
		select {
		case err := <-ended:
			if leads, _ := r.lead(); !leads || ctx.Err() != nil {
				return nil
			}
			return err
		case <-changed:
			var leads bool
			if leads, changed = r.lead(); !leads {
				cancel()
				<-ended
				return nil
			}
		}
	}
}

// List is the replicas that live, and those that ended within the last day.
func (r *Registry) List(ctx context.Context) ([]Replica, error) {
	rows, err := r.DB.Query(ctx, `SELECT p.id, p.name, p.machine, p.url, p.joined, p.beat, p.ended, p.how, CASE WHEN l.id IS NULL THEN 0 ELSE 1 END
		FROM replicas p LEFT JOIN replica_lead l ON l.id = p.id AND p.ended = 0
		WHERE p.ended = 0 OR p.ended > `+r.DB.NowMicros()+` - 86400000000 ORDER BY p.joined, p.id`)
	if err != nil {
		return nil, fmt.Errorf("list replicas: %w", err)
	}
	defer rows.Close()
	list := []Replica{}
	for rows.Next() {
		var x Replica
		var joined, beat, ended, leads int64
		if err := rows.Scan(&x.ID, &x.Name, &x.Machine, &x.URL, &joined, &beat, &ended, &x.How, &leads); err != nil {
			return nil, fmt.Errorf("list replicas: %w", err)
		}
		x.Joined, x.Beat, x.Ended, x.Leads = db.Time(joined), db.Time(beat), db.Time(ended), leads != 0
		list = append(list, x)
	}
	return list, rows.Err()
}
