package heartbeat

import (
	"context"
	"errors"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// Keeper listens for jobs. It is safe for concurrent use.
type Keeper struct {
	DB    *db.DB
	Clock func() time.Time
	// Declared is what heartbeats.yaml says, and whether that is known.
	Declared func() (*Rules, bool)
	// Tell tells of a job in the write that found it. At tells one time from another.
	Tell func(tx *db.Tx, now time.Time, j Job, n News, at int64) error
	// Clean hides secrets in what a job sent.
	Clean func(text string) string

	mu    sync.Mutex // guards all below
	keys  map[string]string
	read  time.Time
	rates map[string]*bucket
	aways []Away
	began bool

	followed   *Rules // of Tick alone: what was taken from the file, and when
	followedAt time.Time
}

// The most that is kept of what a ping brought.
const (
	MostBody = 10_000
	mostSays = 300
)

// Heard is what became of a ping.
type Heard struct {
	Job     string
	Created bool
}

// Call is a ping as it came: by a key of a job, or by the team's and the name of a job.
type Call struct {
	Key    string
	Name   string
	Create bool // where the team's key names a job that there is not
	As     *Job // as it is then declared, and declared anew; nil is the default
	Post   bool // it was posted
	Latest bool // it is of the run that began last
	Ping
}

// Hear takes a ping.
func (k *Keeper) Hear(ctx context.Context, c Call) (Heard, error) {
	job, err := k.whose(ctx, c.Key)
	if err != nil {
		return Heard{}, err
	}
	if job != "" && c.Name != "" && c.Name != job || job == "" && !ValidName(c.Name) {
		return Heard{}, notHere()
	}
	if job == "" {
		job = c.Name
	}
	if !k.allow(job) {
		return Heard{}, prentice.Errorf(prentice.Limited, "%s is pinged more than %d times a minute", job, perMinute).Try("ping once when it begins, and once when it ends")
	}
	c.At = k.Clock()
	c.Run = clip.To(c.Run, 100)
	c.Body = k.clean(tail(c.Body))
	c.Says = clip.To(k.clean(c.Says), mostSays)
	if c.Says == "" {
		c.Says = clip.To(FirstLine(c.Body), mostSays)
	}
	out := Heard{Job: job}
	err = k.again(ctx, func(tx *db.Tx) error {
		out.Created = false
		r, err := rowOf(tx, job)
		if prentice.KindOf(err) == prentice.NotFound && err != nil {
			if !c.Create {
				return notHere()
			}
			r, err = k.made(tx, c)
			out.Created = true
		}
		if err != nil {
			return err
		}
		if c.As != nil && !r.filed {
			if err = k.as(&r, *c.As); err != nil {
				return err
			}
		}
		return k.hear(tx, r, c)
	})
	return out, err
}

func (k *Keeper) hear(tx *db.Tx, r row, c Call) error {
	p := c.Ping
	if r.PostOnly && !c.Post {
		p.Kind = Log
	}
	if c.Latest {
		open, err := openOf(tx.Query, r.Name)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			p.Run = open[len(open)-1].Run
		}
	}
	_, began, err := begun(tx, r.Name, p.Run)
	if err != nil {
		return err
	}
	p.Began = began
	turned := Hear(r.Job, r.Standing, p)
	if turned.Ignored {
		p.Kind = Log
	}
	if err := note(tx, r.Name, p); err != nil {
		return err
	}
	return k.turn(tx, r, turned, p.At)
}

// turn keeps what became of a job, and tells of it.
func (k *Keeper) turn(tx *db.Tx, r row, t Turned, now time.Time) error {
	for _, o := range t.Overdue {
		if _, err := tx.Exec(`UPDATE heartbeat_runs SET state = ? WHERE job = ? AND rid = ? AND state = 'running'`, runOverdue, r.Name, o.Run); err != nil {
			return err
		}
	}
	if err := settle(tx, r.Name, t.Slots); err != nil {
		return err
	}
	open, err := openOf(tx.Query, r.Name)
	if err != nil {
		return err
	}
	r.Standing = t.Standing
	if err := r.save(tx, Wake(r.Job, r.Standing, open, k.absences())); err != nil {
		return err
	}
	if t.Tell == nil || k.Tell == nil {
		return nil
	}
	return k.Tell(tx, now, r.Job, *t.Tell, r.revision+1)
}

// made is a job that its first ping declares.
func (k *Keeper) made(tx *db.Tx, c Call) (row, error) {
	j := Job{Name: c.Name, Every: DefaultEvery, About: "made by its first ping"}
	if c.As != nil {
		j = *c.As
		j.Name = c.Name
	}
	j, err := j.Checked()
	if err != nil {
		return row{}, err
	}
	if err := room(tx); err != nil {
		return row{}, err
	}
	r := row{Job: j, Standing: Standing{State: New, Since: c.At}}
	if err := r.save(tx, time.Time{}); err != nil {
		return row{}, err
	}
	r.revision = 1
	return r, nil
}

// as declares a job anew as its ping says, in what a ping can say.
func (k *Keeper) as(r *row, to Job) error {
	j := r.Job
	j.Schedule, j.Zone, j.Every, j.Grace, j.Longest = to.Schedule, to.Zone, to.Every, to.Grace, to.Longest
	j, err := j.Checked()
	if err != nil || same(j, r.Job) {
		return err
	}
	r.Job = j
	r.declaredAnew(k.Clock())
	return nil
}

func room(tx *db.Tx) error {
	var n int
	if err := tx.QueryRow(`SELECT COUNT(*) FROM heartbeat_jobs`, nil, &n); err != nil {
		return err
	}
	if n >= mostJobs {
		return prentice.Errorf(prentice.Limited, "%d jobs are listened for already", n).Try("remove one that no one needs: prentice heartbeat remove NAME")
	}
	return nil
}

// again writes until no other write has changed the job at the same moment.
func (k *Keeper) again(ctx context.Context, do func(tx *db.Tx) error) (err error) {
	for range 20 {
		if err = k.DB.Write(ctx, do); !errors.Is(err, errAgain) {
			return err
		}
	}
	return err
}

func (k *Keeper) clean(text string) string {
	if k.Clean == nil || text == "" {
		return text
	}
	return k.Clean(text)
}

// tail is the end of a body, which is where a program says what was wrong.
func tail(body string) string {
	if len(body) > MostBody {
		body = body[len(body)-MostBody:]
	}
	return body
}

func notHere() error {
	return prentice.Errorf(prentice.NotFound, "not found").Try("look at the key and the name in the address")
}
