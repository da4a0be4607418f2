package statuspage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
	"prentice/internal/kit/db"
)

// mostUpdates is how many one incident may have.
const mostUpdates = 200

type store struct{ db *db.DB }

// draft is what is posted: an update, and what it changes of its incident.
type draft struct {
	name       string
	title      string // "" keeps it
	impact     statuspage.Impact
	components []string // none keeps them
	update     statuspage.Update
	id         string // of the incident, if it is new
}

// post adds an update. The first needs a title and components.
func (s store) post(ctx context.Context, d draft) (out statuspage.Incident, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var components string
		var opened int64
		out = statuspage.Incident{State: d.update.State, Impact: d.impact}
		err := tx.QueryRow(`SELECT id, title, impact, components, opened FROM statuspage_incidents WHERE name = ?`, []any{d.name}, &out.ID, &out.Title, &out.Impact, &components, &opened)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			out.ID, out.Opened, out.Impact = d.id, d.update.At, statuspage.Minor
		case err != nil:
			return err
		default:
			out.Opened = db.Time(opened)
			if err := json.Unmarshal([]byte(components), &out.Components); err != nil {
				return fmt.Errorf("read the components of %s: %w", d.name, err)
			}
		}
		if d.title != "" {
			out.Title = d.title
		}
		if d.impact != "" {
			out.Impact = d.impact
		}
		if len(d.components) > 0 {
			out.Components = d.components
		}
		if out.Title == "" || len(out.Components) == 0 {
			return prentice.Errorf(prentice.Invalid, "users are not told of %s yet, and the first update has no title or no components", d.name).Try("add --title in their words, and --components NAME,NAME of status.yaml")
		}
		if d.update.State == "resolved" {
			out.Resolved = d.update.At
		}
		var there int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM statuspage_updates WHERE incident = ?`, []any{d.name}, &there); err != nil {
			return err
		}
		if there >= mostUpdates {
			return prentice.Errorf(prentice.Limited, "%s has %d updates already", d.name, there).Try("post under another name")
		}
		raw, err := json.Marshal(out.Components)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO statuspage_incidents (name, id, title, impact, components, opened, resolved) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET title = excluded.title, impact = excluded.impact, components = excluded.components, resolved = excluded.resolved`,
			d.name, out.ID, out.Title, string(out.Impact), string(raw), db.Micros(out.Opened), db.Micros(out.Resolved)); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO statuspage_updates (incident, id, state, says, at) VALUES (?, ?, ?, ?, ?)`, d.name, d.update.ID, d.update.State, d.update.Says, db.Micros(d.update.At))
		return err
	})
	return out, err
}

// withdraw removes all that was posted under a name.
func (s store) withdraw(ctx context.Context, name string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var there int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM statuspage_incidents WHERE name = ?`, []any{name}, &there); err != nil {
			return err
		}
		if there == 0 {
			return prentice.Errorf(prentice.NotFound, "nothing was posted under %s", name).Try("see what was: prentice statuspage show")
		}
		if _, err := tx.Exec(`DELETE FROM statuspage_updates WHERE incident = ?`, name); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM statuspage_incidents WHERE name = ?`, name)
		return err
	})
}

// posted are the incidents that are open or were resolved since, the newest first, and the
// names under which they were posted.
func (s store) posted(ctx context.Context, since time.Time) ([]statuspage.Incident, []string, error) {
	var names []string
	at := map[string]int{}
	rows, err := s.db.Query(ctx, `SELECT name, id, title, impact, components, opened, resolved FROM statuspage_incidents WHERE resolved = 0 OR resolved >= ? ORDER BY opened DESC, id LIMIT 500`, db.Micros(since))
	list, err := db.List(rows, err, func(scan func(...any) error, i *statuspage.Incident) error {
		var name, components string
		var opened, resolved int64
		if err := scan(&name, &i.ID, &i.Title, &i.Impact, &components, &opened, &resolved); err != nil {
			return err
		}
		i.Opened, i.Resolved, i.Updates = db.Time(opened), db.Time(resolved), []statuspage.Update{}
		at[name] = len(names)
		names = append(names, name)
		return json.Unmarshal([]byte(components), &i.Components)
	}, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read what was posted: %w", err)
	}
	type of struct {
		name string
		statuspage.Update
	}
	rows, err = s.db.Query(ctx, `SELECT u.incident, u.id, u.state, u.says, u.at FROM statuspage_updates u JOIN statuspage_incidents i ON i.name = u.incident WHERE i.resolved = 0 OR i.resolved >= ? ORDER BY u.at DESC, u.id`, db.Micros(since))
	updates, err := db.List(rows, err, func(scan func(...any) error, u *of) error {
		var when int64
		err := scan(&u.name, &u.ID, &u.State, &u.Says, &when)
		u.At = db.Time(when)
		return err
	}, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read what was posted: %w", err)
	}
	for _, u := range updates {
		if n, there := at[u.name]; there {
			list[n].Updates = append(list[n].Updates, u.Update)
		}
	}
	for n := range list {
		if u := list[n].Updates; len(u) > 0 {
			list[n].State = u[0].State
		}
	}
	return list, names, nil
}
