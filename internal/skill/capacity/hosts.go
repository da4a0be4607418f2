package capacity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/provision"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

const (
	hostTick     = 15 * time.Second // how often it is seen which hosts are due
	hostLooks    = 8                // at the same time
	hostTime     = 30 * time.Second // for one
	updatesEvery = 12 * time.Hour
)

// seenHost is what is known of a host.
type seenHost struct {
	Tried time.Time
	Facts hostfacts.Facts
	Says  string // why the last look did not succeed
}

func (k *Desk) set() *provision.Set {
	if k.Set == nil {
		return nil
	}
	return k.Set()
}

// looked are the hosts of the catalog that the team has looked at.
func (k *Desk) looked() (list []team.Host) {
	set := k.set()
	if set == nil || k.Hosts == nil {
		return nil
	}
	for _, h := range k.Hosts() {
		if set.Looks(h.Ref.Name()) && h.Blocked == "" {
			list = append(list, h)
		}
	}
	return list
}

// host is one that is looked at, by its name.
func (k *Desk) host(name string) (team.Host, error) {
	all := k.looked()
	if i := slices.IndexFunc(all, func(h team.Host) bool { return h.Ref.Name() == name }); i >= 0 {
		return all[i], nil
	}
	return team.Host{}, prentice.Errorf(prentice.NotFound, "host %s is not looked at", clip.Text(name)).Try("name it under hosts: in %s", provision.TeamFile)
}

// watchHosts looks at each host when it is due, until ctx ends. One that hangs holds up no other.
func (k *Desk) watchHosts(ctx context.Context) error {
	if k.DB == nil || k.Look == nil {
		return nil
	}
	var looks sync.WaitGroup
	defer looks.Wait()
	slots, busy := make(chan struct{}, hostLooks), &sync.Map{}
	tick := time.NewTicker(hostTick)
	defer tick.Stop()
	for {
		for _, h := range k.dueHosts(ctx) {
			if _, already := busy.LoadOrStore(h.Ref, true); already {
				continue
			}
			looks.Go(func() {
				defer busy.Delete(h.Ref)
				select {
				case slots <- struct{}{}:
				case <-ctx.Done():
					return
				}
				defer func() { <-slots }()
				if _, err := k.lookAt(ctx, h); err != nil && ctx.Err() == nil {
					k.Log.Warn("a host could not be looked at; it is tried again", "host", h.Ref, "err", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (k *Desk) dueHosts(ctx context.Context) (due []team.Host) {
	all := k.looked()
	if len(all) == 0 {
		return nil
	}
	seen, err := k.kept.hosts(ctx)
	if err != nil {
		k.Log.Error("read when hosts were looked at; it is tried again", "err", err)
		return nil
	}
	now := k.Clock()
	for _, h := range all {
		if hostfacts.Due(now, seen[h.Ref.Name()].Tried, h.Ref.Name(), k.set().Every) {
			due = append(due, h)
		}
	}
	return due
}

// lookAt looks at a host, and keeps what it said. That it could not be looked at is kept as
// well, beside what is known from before.
func (k *Desk) lookAt(ctx context.Context, h team.Host) (seenHost, error) {
	name := h.Ref.Name()
	all, err := k.kept.hosts(ctx)
	if err != nil {
		return seenHost{}, err
	}
	last, now := all[name], k.Clock()
	soon, enough := context.WithTimeout(ctx, hostTime)
	defer enough()
	answer, err := k.Look(soon, h, hostfacts.Script(now.Sub(last.Facts.Updates.At) > updatesEvery))
	if ctx.Err() != nil {
		return seenHost{}, ctx.Err()
	}
	if err == nil {
		var f hostfacts.Facts
		if f, err = hostfacts.Read(answer); err == nil {
			f.At = now
			seen := seenHost{Tried: now, Facts: f.After(last.Facts)}
			return seen, k.keepHost(ctx, h.Ref, seen)
		}
	}
	last.Tried, last.Says = now, clip.Text(err.Error())
	return last, errors.Join(err, k.kept.keepHost(ctx, name, last))
}

// keepHost keeps what a look said, and what of it can run out.
func (k *Desk) keepHost(ctx context.Context, host prentice.Ref, seen seenHost) error {
	if err := k.kept.keepHost(ctx, host.Name(), seen); err != nil {
		return err
	}
	for _, m := range ofHost(host, seen.Facts) {
		if err := k.keepMeasured(ctx, m, seen.Facts.At); err != nil {
			return err
		}
	}
	return nil
}

// keepMeasured keeps a measurement, and tells at once where nothing is left.
func (k *Desk) keepMeasured(ctx context.Context, m Measured, at time.Time) error {
	r := Resource{Name: m.Name, About: m.About, Unit: m.Unit, Used: m.Used, Limit: m.Limit, At: at, By: prentice.Prentice("capacity").Ref()}
	if was, err := k.kept.one(ctx, r.Name); err == nil && was.About != r.About {
		return prentice.Errorf(prentice.Conflict, "%s is of %s, and cannot be of %s as well", r.Ref(), was.About, r.About).Try("forget the other one: prentice capacity forget %s", r.Name)
	}
	if err := k.kept.keep(ctx, r); err != nil {
		return err
	}
	if o := (Outlook{State: Exhausted, Says: nothingLeft}); r.Used >= r.Limit && o.pressing(at, r) {
		return k.send(ctx, at, r, o)
	}
	return nil
}

// hosts is what is known of hosts, by their names.
func (s store) hosts(ctx context.Context) (map[string]seenHost, error) {
	rows, err := s.db.Query(ctx, `SELECT name, tried, facts, says FROM capacity_hosts`)
	all := map[string]seenHost{}
	if err != nil {
		return nil, fmt.Errorf("read what is known of hosts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, facts string
		var tried int64
		var h seenHost
		if err := rows.Scan(&name, &tried, &facts, &h.Says); err != nil {
			continue // it is looked at anew
		}
		h.Tried = db.Time(tried)
		if json.Unmarshal([]byte(facts), &h.Facts) != nil {
			h = seenHost{}
		}
		all[name] = h
	}
	return all, rows.Err()
}

func (s store) keepHost(ctx context.Context, name string, h seenHost) error {
	facts, err := json.Marshal(h.Facts)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO capacity_hosts (name, tried, facts, says) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET tried = excluded.tried, facts = excluded.facts, says = excluded.says`, name, db.Micros(h.Tried), string(facts), h.Says)
		return err
	})
}
