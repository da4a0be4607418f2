package heartbeat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"prentice/internal/kit/db"
)

// How often it is noted that someone listens, and after how long without that no one did.
const (
	noteEvery = 10 * time.Second
	deafAfter = 25 * time.Second
)

// followEvery is how often the jobs are compared with a file that has not changed.
const followEvery = time.Minute

// Tick brings the jobs in line with heartbeats.yaml, and judges those whose time has come.
// It says when to tick again.
func (k *Keeper) Tick(ctx context.Context) (time.Duration, error) {
	now := k.Clock()
	var jobs int64
	if err := k.DB.QueryRow(ctx, `SELECT COUNT(*) FROM heartbeat_jobs`, nil, &jobs); err != nil {
		return 0, err
	}
	if jobs > 0 { // else no one is listened for, and nothing is written down of that
		if err := k.listening(ctx, now); err != nil {
			return 0, err
		}
	}
	if err := k.follow(ctx, now); err != nil {
		return 0, err
	}
	names, err := k.woken(ctx, now)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if err := k.judge(ctx, name, now); err != nil {
			return 0, fmt.Errorf("judge %s: %w", name, err)
		}
	}
	var next int64
	if err := k.DB.QueryRow(ctx, `SELECT COALESCE(MIN(wake), 0) FROM heartbeat_jobs WHERE wake > 0`, nil, &next); err != nil {
		return 0, err
	}
	wait := 2 * time.Second
	if next > 0 {
		wait = min(wait, max(db.Time(next).Sub(k.Clock()), 50*time.Millisecond))
	}
	return wait, nil
}

func (k *Keeper) woken(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := k.DB.Query(ctx, `SELECT name FROM heartbeat_jobs WHERE wake > 0 AND wake <= ? ORDER BY wake`, db.Micros(now))
	return db.List(rows, err, func(scan func(...any) error, name *string) error { return scan(name) }, nil)
}

// judge judges one job. Of two processes that do so at once one finds it judged.
func (k *Keeper) judge(ctx context.Context, name string, now time.Time) error {
	err := k.again(ctx, func(tx *db.Tx) error {
		r, err := rowOf(tx, name)
		if err != nil {
			return err
		}
		open, err := openOf(tx.Query, name)
		if err != nil {
			return err
		}
		turned := Judge(r.Job, r.Standing, open, k.absences(), now)
		return k.turn(tx, r, turned, now)
	})
	if errors.Is(err, errAgain) { // it is judged again
		return nil
	}
	return err
}

// listening notes that someone listens, and when no one did: prentice did not run, or the
// clock went forward. Where the clock went back, what is waited for is worked out again.
func (k *Keeper) listening(ctx context.Context, now time.Time) error {
	k.mu.Lock()
	began := k.began
	k.mu.Unlock()
	var at int64
	err := k.DB.QueryRow(ctx, `SELECT at FROM heartbeat_listening WHERE id = 1`, nil, &at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	last := db.Time(at)
	gone, back := now.Sub(last), last.Sub(now)
	if !began || gone >= noteEvery || back > 0 {
		err = k.DB.Write(ctx, func(tx *db.Tx) error {
			if at > 0 && gone >= deafAfter {
				if _, err := tx.Exec(`INSERT INTO heartbeat_aways (since, until) VALUES (?, ?) ON CONFLICT (since) DO NOTHING`, at, db.Micros(now)); err != nil {
					return err
				}
				if _, err := tx.Exec(`DELETE FROM heartbeat_aways WHERE since < (SELECT MIN(since) FROM (SELECT since FROM heartbeat_aways ORDER BY since DESC LIMIT ?) newest)`, keepAways); err != nil {
					return err
				}
			}
			if at > 0 && back > time.Minute {
				if err := turnBack(tx, now); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`INSERT INTO heartbeat_listening (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, db.Micros(now))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note that someone listens: %w", err)
	}
	rows, err := k.DB.Query(ctx, `SELECT since, until FROM heartbeat_aways ORDER BY since`)
	aways, err := db.List(rows, err, func(scan func(...any) error, a *Away) error {
		var from, until int64
		err := scan(&from, &until)
		a.From, a.Until = db.Time(from), db.Time(until)
		return err
	}, nil)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.aways, k.began = aways, true
	return err
}

// turnBack works out again what is waited for, of jobs that were heard at a time that is yet
// to come.
func turnBack(tx *db.Tx, now time.Time) error {
	rows, err := tx.Query(rowColumns)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) (err error) { *r, err = scanRow(scan); return err }, nil)
	if err != nil {
		return err
	}
	for _, r := range list {
		if !r.Last.After(now) {
			continue
		}
		r.Last, r.Counted = now, time.Time{}
		if !r.Due.IsZero() {
			r.Due = r.after(now)
		}
		if err := r.save(tx, Wake(r.Job, r.Standing, nil, nil)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`DELETE FROM heartbeat_aways WHERE until > ?`, db.Micros(now))
	return err
}

func (k *Keeper) absences() []Away {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.aways
}

func (k *Keeper) query(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(q string, args ...any) (*sql.Rows, error) { return k.DB.Query(ctx, q, args...) }
}

// follow brings the jobs in line with the file.
func (k *Keeper) follow(ctx context.Context, now time.Time) error {
	if k.Declared == nil {
		return nil
	}
	rules, known := k.Declared()
	if !known || rules == k.followed && now.Sub(k.followedAt) < followEvery && !now.Before(k.followedAt) {
		return nil
	}
	rows, err := k.DB.Query(ctx, rowColumns)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) (err error) { *r, err = scanRow(scan); return err }, nil)
	if err != nil {
		return err
	}
	kept := map[string]row{}
	for _, r := range list {
		kept[r.Name] = r
	}
	for _, j := range rules.Jobs {
		had, there := kept[j.Name]
		delete(kept, j.Name)
		if there && had.filed && same(had.Job, j) {
			continue
		}
		if err := k.again(ctx, func(tx *db.Tx) error { return declare(tx, j, there, now) }); err != nil {
			return fmt.Errorf("take %s from heartbeats.yaml: %w", j.Name, err)
		}
	}
	for name, r := range kept {
		if !r.filed {
			continue
		}
		if err := k.again(ctx, func(tx *db.Tx) error {
			r, err := rowOf(tx, name)
			if err != nil {
				return err
			}
			return k.remove(tx, r, "heartbeats.yaml does not name it any more")
		}); err != nil {
			return err
		}
	}
	k.followed, k.followedAt = rules, now
	return nil
}

// same says whether a job is declared as before. JSON keeps no empty list.
func same(a, b Job) bool {
	if len(a.Tags) == 0 && len(b.Tags) == 0 {
		a.Tags, b.Tags = nil, nil
	}
	return slices.Equal(a.Tags, b.Tags) && reflect.DeepEqual(a, b)
}

func declare(tx *db.Tx, j Job, there bool, now time.Time) error {
	r := row{Job: j, filed: true, Standing: Standing{State: New, Since: now}}
	if there {
		had, err := rowOf(tx, j.Name)
		if err != nil {
			return err
		}
		had.Job, had.filed = j, true
		r = had
		r.declaredAnew(now)
	}
	return r.save(tx, Wake(r.Job, r.Standing, nil, nil))
}
