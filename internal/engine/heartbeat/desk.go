package heartbeat

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

// Shown is a job and how it stands at a moment.
type Shown struct {
	Job
	State    State     `json:"state"`
	Since    time.Time `json:"since"`
	Last     time.Time `json:"last,omitzero"`
	LastOK   time.Time `json:"lastOK,omitzero"`
	Due      time.Time `json:"due,omitzero"`      // the slot that is waited for
	Deadline time.Time `json:"deadline,omitzero"` // until when it has to be kept
	Why      string    `json:"why,omitempty"`
	Hint     string    `json:"hint,omitempty"` // what is probably wrong in how it is declared
	Filed    bool      `json:"filed"`          // heartbeats.yaml declares it
	Open     int       `json:"open"`           // runs that go on
	Kept     int64     `json:"kept"`           // of the slots of the last 28 days
	Missed   int64     `json:"missed"`
	Unknown  int64     `json:"unknown"`
	Slots    []Slot    `json:"slots"` // the last ones, the oldest first
}

// The window of the figures, and how many slots the picture has.
const (
	window    = 28
	inPicture = 30
)

func (k *Keeper) shown(r row, open []Open, now time.Time) Shown {
	return Shown{Job: r.Job, State: Now(r.Standing, len(open), now), Since: r.Since, Last: r.Last, LastOK: r.LastOK, Due: r.Due, Deadline: Deadline(r.Job, r.Due, open, k.absences()),
		Why: r.Why, Hint: Hint(r.Job, r.Offsets), Filed: r.filed, Open: len(open), Slots: []Slot{}}
}

// List is every job, by name.
func (k *Keeper) List(ctx context.Context) ([]Shown, error) {
	rows, err := k.DB.Query(ctx, rowColumns+` ORDER BY name`)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) (err error) { *r, err = scanRow(scan); return err }, nil)
	if err != nil {
		return nil, err
	}
	now, out := k.Clock(), make([]Shown, 0, len(list))
	for _, r := range list {
		one, err := k.with(ctx, r, now)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// with is a job with its slots.
func (k *Keeper) with(ctx context.Context, r row, now time.Time) (Shown, error) {
	open, err := openOf(k.query(ctx), r.Name)
	if err != nil {
		return Shown{}, err
	}
	s := k.shown(r, open, now)
	if err := k.DB.QueryRow(ctx, `SELECT COALESCE(SUM(kept), 0), COALESCE(SUM(missed), 0), COALESCE(SUM(unknown), 0) FROM heartbeat_days WHERE job = ? AND day > ?`,
		[]any{r.Name, dayOf(now) - window}, &s.Kept, &s.Missed, &s.Unknown); err != nil {
		return s, err
	}
	rows, err := k.DB.Query(ctx, `SELECT due, state FROM heartbeat_slots WHERE job = ? ORDER BY due DESC LIMIT ?`, r.Name, inPicture)
	slots, err := db.List(rows, err, func(scan func(...any) error, one *Slot) error {
		var due int64
		err := scan(&due, &one.State)
		one.Due = db.Time(due)
		return err
	}, nil)
	for i := len(slots) - 1; i >= 0; i-- {
		s.Slots = append(s.Slots, slots[i])
	}
	return s, err
}

// Show is one job.
func (k *Keeper) Show(ctx context.Context, name string) (Shown, error) {
	rows, err := k.DB.Query(ctx, rowColumns+` WHERE name = ?`, name)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) (err error) { *r, err = scanRow(scan); return err }, nil)
	if err != nil {
		return Shown{}, err
	}
	if len(list) == 0 {
		return Shown{}, notFound(clip.Text(name))
	}
	return k.with(ctx, list[0], k.Clock())
}

// Named is the name of the job that has a key.
func (k *Keeper) Named(ctx context.Context, key string) (string, error) {
	job, err := k.whose(ctx, key)
	if err == nil && job == "" {
		err = notHere()
	}
	return job, err
}

// History is the runs of a job, the newest first.
func (k *Keeper) History(ctx context.Context, name string, most int) ([]Run, error) {
	rows, err := k.DB.Query(ctx, `SELECT seq, rid, state, started, ended, took, code, beside, says, body FROM heartbeat_runs WHERE job = ? ORDER BY seq DESC LIMIT ?`, name, most)
	return db.List(rows, err, func(scan func(...any) error, r *Run) error {
		var started, ended, took int64
		err := scan(&r.Number, &r.ID, &r.State, &started, &ended, &took, &r.Code, &r.Beside, &r.Says, &r.Body)
		r.Started, r.Ended = db.Time(started), db.Time(ended)
		if took >= 0 {
			r.Took = span.String((time.Duration(took) * time.Microsecond).Round(time.Millisecond))
		}
		return err
	}, nil)
}

// Create declares a job, with a key, which is made where none is given.
func (k *Keeper) Create(ctx context.Context, j Job, key string, by prentice.Ref) (made string, err error) {
	if j, err = j.Checked(); err != nil {
		return "", err
	}
	if key == "" {
		key = NewKey()
	}
	defer k.forgetKeys()
	return key, k.DB.Write(ctx, func(tx *db.Tx) error {
		switch _, err := rowOf(tx, j.Name); {
		case err == nil:
			return prentice.Errorf(prentice.Conflict, "there is a job %s already", j.Name).Try("choose another name, or change it: prentice heartbeat update %s", j.Name)
		case prentice.KindOf(err) != prentice.NotFound:
			return err
		}
		if err := room(tx); err != nil {
			return err
		}
		r := row{Job: j, Standing: Standing{State: New, Since: k.Clock()}}
		if err := r.save(tx, time.Time{}); err != nil {
			return err
		}
		return putKey(tx, key, j.Name, by, k.Clock())
	})
}

// Update declares a job anew. What is waited for is worked out again from now.
func (k *Keeper) Update(ctx context.Context, name string, change func(*Job)) error {
	return k.change(ctx, name, func(_ *db.Tx, r *row) (err error) {
		if r.filed {
			return filed(name)
		}
		change(&r.Job)
		if r.Job, err = r.Checked(); err != nil {
			return err
		}
		if r.Name != name {
			return invalid("remove it, and create the other", "a job keeps its name")
		}
		r.declaredAnew(k.Clock())
		return nil
	})
}

// declaredAnew is a job of which another slot may be the next.
func (r *row) declaredAnew(now time.Time) {
	r.Offsets, r.Counted = nil, time.Time{}
	if !r.Due.IsZero() {
		r.Due = r.after(now)
	}
}

// change writes a job as it is changed.
func (k *Keeper) change(ctx context.Context, name string, do func(tx *db.Tx, r *row) error) error {
	return k.again(ctx, func(tx *db.Tx) error {
		r, err := rowOf(tx, name)
		if err != nil {
			return err
		}
		if err := do(tx, &r); err != nil {
			return err
		}
		open, err := openOf(tx.Query, name)
		if err != nil {
			return err
		}
		return r.save(tx, Wake(r.Job, r.Standing, open, k.absences()))
	})
}

// Pause stops listening for a job. What was told of it ends.
func (k *Keeper) Pause(ctx context.Context, name string) error {
	return k.change(ctx, name, func(tx *db.Tx, r *row) error {
		if r.State == Paused {
			return nil
		}
		now := k.Clock()
		told := r.Told
		r.State, r.Since, r.Why, r.Told, r.Due, r.Counted = Paused, now, "", false, time.Time{}, time.Time{}
		if !told || k.Tell == nil {
			return nil
		}
		return k.Tell(tx, now, r.Job, News{Says: "it is paused"}, r.revision+1)
	})
}

// Resume listens again, from the next ping on.
func (k *Keeper) Resume(ctx context.Context, name string) error {
	return k.change(ctx, name, func(_ *db.Tx, r *row) error {
		if r.State != Paused {
			return prentice.Errorf(prentice.Conflict, "%s is not paused", name).Try("see how it stands: prentice heartbeat show %s", name)
		}
		r.State, r.Since = New, k.Clock()
		return nil
	})
}

// Key gives a job another key, or the team where no job is named. The one before is over.
func (k *Keeper) Key(ctx context.Context, name string, by prentice.Ref) (string, error) {
	key := NewKey()
	if name == "" {
		key = newTeamKey()
	}
	defer k.forgetKeys()
	return key, k.DB.Write(ctx, func(tx *db.Tx) error {
		if name != "" {
			if _, err := rowOf(tx, name); err != nil {
				return err
			}
		}
		return putKey(tx, key, name, by, k.Clock())
	})
}

// Remove removes a job with all that is kept of it.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	defer k.forgetKeys()
	return k.again(ctx, func(tx *db.Tx) error {
		r, err := rowOf(tx, name)
		if err != nil {
			return err
		}
		if r.filed {
			return filed(name)
		}
		return k.remove(tx, r, "no one listens for it any more")
	})
}

func (k *Keeper) remove(tx *db.Tx, r row, says string) error {
	if err := removeJob(tx, r.Name); err != nil || !r.Told || k.Tell == nil {
		return err
	}
	return k.Tell(tx, k.Clock(), r.Job, News{Says: says}, r.revision+1)
}

func filed(name string) error {
	return prentice.Errorf(prentice.Conflict, "%s is declared in heartbeats.yaml", name).Try("change it there")
}
