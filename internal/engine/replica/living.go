package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// living is a process that has beaten lately.
type living struct {
	id, name, place, copy, url string
	beat                       int64
}

const livingNow = ` FROM replicas WHERE ended = 0 AND beat > ? ORDER BY id`

func scanLiving(rows *sql.Rows, err error) (list []living, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l living
		if err := rows.Scan(&l.id, &l.name, &l.place, &l.url, &l.beat, &l.copy); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// here says whether a process was one of this copy of the data folder on this
// machine, of which this process holds the lock, or the name's in it: it has gone.
func (r *Registry) here(l living) bool {
	same := l.copy != "" && l.copy == r.Copy && l.place == r.where()
	return same && (r.mode() == Single || l.name == r.Name)
}

// beside refuses this process beside one that lives.
func (r *Registry) beside(l living) error {
	switch single := l.name == SingleName; {
	case r.here(l):
		return nil
	case r.mode() == Single && single:
		return prentice.Errorf(prentice.Conflict, "another process works on this database: at %s, with another copy of the data folder", l.url).
			Try("stop that one first; or speak to it with --server %s", l.url)
	case r.mode() == Single:
		return prentice.Errorf(prentice.Conflict, "replicas share this database, and %s lives at %s", l.name, l.url).
			Try("join them with a name of its own, such as --replica %s2; or stop all of them first; or speak to one with --server %s", l.name, l.url)
	case single:
		return prentice.Errorf(prentice.Conflict, "a process that has this database to itself lives at %s", l.url).
			Try("stop it, and start it again with a name, such as --replica a")
	case l.name == r.Name:
		return prentice.Errorf(prentice.Conflict, "replica %s lives already: %s at %s", r.Name, l.id, l.url).Try("give each replica a name of its own with --replica")
	case !r.sameFolder(l):
		return prentice.Errorf(prentice.Conflict, "replica %s at %s has another data folder than this one", l.name, l.url).
			Try("give all replicas the same data folder: keys, secrets and the stop file must be the same for all")
	}
	return nil
}

// sameFolder says whether another has the same data folder, and no copy of it, as far
// as one can see from this machine.
func (r *Registry) sameFolder(l living) bool {
	if !strings.HasSuffix(l.place, " "+r.Folder) {
		return false
	}
	return l.place != r.where() || l.copy == "" || l.copy == r.Copy
}

// blocked says that another process is in the way, as long as it lives.
type blocked struct {
	by  living
	why error
}

func (b *blocked) Error() string { return b.why.Error() }

// patience is how often one looks whether anyone who is in the way lives at all.
const patience = every / 4

// patiently tries again while who is in the way does not beat: it may have died a
// moment ago, and is taken for dead then.
func patiently(ctx context.Context, try func() error) error {
	var first *blocked
	for until := time.Now().Add(Dead + 2*every); ; {
		err := try()
		b, ok := errors.AsType[*blocked](err)
		if !ok {
			return err
		}
		if first == nil || first.by.id != b.by.id {
			first = b
		}
		if b.by.beat != first.by.beat || time.Now().After(until) {
			return b.why
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(patience):
		}
	}
}

// Alone refuses while another process lives on the database. Anyone who asks holds the
// data folder alone, and may ask before there are tables.
func (r *Registry) Alone(ctx context.Context) error {
	return patiently(ctx, func() error {
		list, err := r.others(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		return &blocked{list[0], r.beside(list[0])}
	})
}

// Unchanged refuses to change tables under processes that live: they may be of an
// earlier version, which does not know the new ones.
func (r *Registry) Unchanged(ctx context.Context) error {
	return patiently(ctx, func() error {
		list, err := r.others(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		return &blocked{list[0], prentice.Errorf(prentice.Conflict, "%s lives at %s on tables that this version must bring up to date", list[0].name, list[0].url).
			Try("stop all that share the database, and then start this version")}
	})
}

// others lists who lives and is not of here. An earlier version did not write which
// copy of the data folder it had.
func (r *Registry) others(ctx context.Context) ([]living, error) {
	there, err := r.DB.HasTable(ctx, "replicas")
	if err != nil || !there {
		return nil, err
	}
	columns := `SELECT id, name, machine, url, beat, `
	if titled, err := r.DB.HasTable(ctx, "installation"); err != nil {
		return nil, err
	} else if titled {
		columns += `copy`
	} else {
		columns += `''`
	}
	var now int64
	if err := r.DB.QueryRow(ctx, `SELECT `+r.DB.NowMicros(), nil, &now); err != nil {
		return nil, fmt.Errorf("ask the database for the time: %w", err)
	}
	list, err := scanLiving(r.DB.Query(ctx, columns+livingNow, now-Dead.Microseconds()))
	if err != nil {
		return nil, fmt.Errorf("look who lives: %w", err)
	}
	var others []living
	for _, l := range list {
		if !r.here(l) {
			others = append(others, l)
		}
	}
	return others, nil
}

// admitted refuses this process while another lives that it must not be beside. It
// gives those that were of here and have gone.
func (r *Registry) admitted(tx *db.Tx, now time.Time) (gone []string, err error) {
	list, err := scanLiving(tx.Query(`SELECT id, name, machine, url, beat, copy`+livingNow, db.Micros(now.Add(-Dead))))
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		if err := r.beside(l); err != nil {
			return nil, &blocked{l, err}
		}
		if r.here(l) {
			gone = append(gone, l.id)
		}
	}
	return gone, nil
}
