package notice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

const columns = `number, once, channel, topic, title, about, state, attempts, says, created, due, ended`

// List is the notices that a filter chooses, newest first.
func (o *Outbox) List(ctx context.Context, f Filter) ([]Notice, error) {
	where, args := []string{"1 = 1"}, []any(nil)
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, string(f.State))
	}
	if f.Before > 0 {
		where, args = append(where, "number < ?"), append(args, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	args = append(args, min(f.Limit, 500))
	rows, err := o.DB.Query(ctx, `SELECT `+columns+` FROM notices
		WHERE `+strings.Join(where, " AND ")+` ORDER BY number DESC LIMIT ?`, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, n *Notice) error {
		var created, due, ended int64
		err := scan(&n.Number, &n.ID, &n.Channel, &n.Topic, &n.Title, &n.About, &n.State, &n.Attempts, &n.Says, &created, &due, &ended)
		n.Created, n.Due, n.Ended = db.Time(created), db.Time(due), db.Time(ended)
		return err
	}, func(n *Notice, why error) { n.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return list, nil
}

// Count is how many notices are in a state.
func (o *Outbox) Count(ctx context.Context, state State) (n int, err error) {
	if err = o.DB.QueryRow(ctx, `SELECT COUNT(*) FROM notices WHERE state = ?`, []any{string(state)}, &n); err != nil {
		err = fmt.Errorf("count notices: %w", err)
	}
	return n, err
}

// Retry lets a notice that is dead, or waits for its next try, be tried at once
// and as often as a new one.
func (o *Outbox) Retry(ctx context.Context, number int64, by prentice.Actor) error {
	now := o.Clock()
	var state string
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE notices SET state = 'waiting', attempts = 0, due = ?, ended = 0 WHERE number = ? AND state <> 'sent'`, db.Micros(now), number)
		if err != nil || n == 0 {
			if err == nil {
				err = tx.QueryRow(`SELECT state FROM notices WHERE number = ?`, []any{number}, &state)
			}
			return err
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice.retried", Actor: by.Ref(), Refs: []prentice.Ref{Notice{Number: number}.Ref()}})
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return notFound(number)
	case err != nil:
		return fmt.Errorf("retry notice %d: %w", number, err)
	case state != "":
		return prentice.Errorf(prentice.Conflict, "notice/%d was sent", number).Try("try the channel with: prentice notice test CHANNEL")
	}
	o.ring()
	return nil
}

// Test sends a message to a channel at once, past the outbox, and says how it
// came out.
func (o *Outbox) Test(ctx context.Context, name string, by prentice.Actor) error {
	s := o.Settings()
	if s == nil {
		s = &Settings{}
	}
	c, found := s.Channel(name)
	if !found {
		var names []string
		for _, c := range s.Channels {
			names = append(names, c.Name)
		}
		if len(names) == 0 {
			return prentice.Errorf(prentice.NotFound, "there are no channels").Try("write them into notices.yaml in the team folder")
		}
		return prentice.Errorf(prentice.NotFound, "no channel %q in notices.yaml", line(name)).Try("there are %s", strings.Join(names, ", "))
	}
	now := o.Clock()
	m := Message{ID: idOf(test, name, by.Name, now.String()), Topic: test, Time: now.UTC(), Title: "prentice can reach you here", Requester: by.Ref(),
		Says: "this is a test of the channel " + name, Link: linkTo(s.Link, "")}
	failure := o.Sender.Send(ctx, c, m)
	says := ""
	if failure != nil {
		says = line(failure.Error())
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice.tested", Actor: by.Ref(), Refs: []prentice.Ref{prentice.NewRef("channel", name)},
			Data: map[string]any{"ok": failure == nil, "says": says}})
	})
	if failure != nil {
		return failure
	}
	return err
}
