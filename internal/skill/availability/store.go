package availability

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

// Schema is the chapter's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// keepEvery is how often counts are written. States that matter are written
// within a second.
const keepEvery = 15 * time.Second

// store keeps what was seen across restarts. Unread is told, once for each probe, what
// cannot be read of it; nil is no one.
type store struct {
	db     *db.DB
	unread func(what string, k key, err error)
}

func (s store) tell(what string, k key, err error) {
	if s.unread != nil {
		s.unread(what, k, err)
	}
}

// unreadable is what a probe says of itself until it has been looked at again.
const unreadable = "what was seen of it before cannot be read, so it begins afresh"

type keptState struct {
	key
	kind, target string
	state        State
}

// read reads all states, and the days from a slot on.
func (s store) read(ctx context.Context, first int64) ([]keptState, map[key]day, error) {
	states, err := s.states(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read what is known of probes: %w", err)
	}
	days, err := s.days(ctx, first)
	if err != nil {
		return nil, nil, fmt.Errorf("read the last day of probes: %w", err)
	}
	return states, days, nil
}

func (s store) states(ctx context.Context) ([]keptState, error) {
	rows, err := s.db.Query(ctx, `SELECT service, probe, target, state FROM availability_probes`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []keptState
	for rows.Next() {
		var k keptState
		var target, state string
		if err := rows.Scan(&k.service, &k.probe, &target, &state); err != nil {
			return nil, err
		}
		k.kind, k.target, _ = strings.Cut(target, " ")
		if err := json.Unmarshal([]byte(state), &k.state); err != nil {
			k.state = State{Reason: unreadable} // of a later version, or damaged: begin afresh rather than not at all
			s.tell("state", k.key, err)
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

// unsaved is what one probe has to write.
type unsaved struct {
	key
	target string
	state  string
	slots  day
}

// write keeps states and adds counts, in one transaction.
func (s store) write(ctx context.Context, now time.Time, list []unsaved) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, u := range list {
			if _, err := tx.Exec(`INSERT INTO availability_probes (service, probe, target, state, updated) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (service, probe) DO UPDATE SET target = excluded.target, state = excluded.state, updated = excluded.updated`,
				string(u.service), u.probe, u.target, u.state, db.Micros(now)); err != nil {
				return err
			}
			if err := s.add(tx, u.key, u.slots); err != nil {
				return err
			}
		}
		return nil
	})
}

// prune forgets states that no one has added to for a week. The catalog decides what
// is shown, so a state is kept a little longer than anyone looks at it.
func (s store) prune(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM availability_probes WHERE updated < ?`, db.Micros(now.Add(-7*24*time.Hour)))
		return err
	})
}

// forget drops the state of a probe that is gone, so that one that comes back begins
// afresh.
func (s store) forget(ctx context.Context, k key) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM availability_probes WHERE service = ? AND probe = ?`, string(k.service), k.probe)
		return err
	})
}
