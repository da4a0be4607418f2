package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Find is one notice with its text.
func (o *Outbox) Find(ctx context.Context, number int64) (Notice, error) {
	var n Notice
	var created, due, ended int64
	var text string
	err := o.DB.QueryRow(ctx, `SELECT `+columns+`, message FROM notices WHERE number = ?`, []any{number},
		&n.Number, &n.ID, &n.Channel, &n.Topic, &n.Title, &n.About, &n.State, &n.Attempts, &n.Says, &created, &due, &ended, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound(number)
	}
	if err != nil {
		return n, fmt.Errorf("read notice %d: %w", number, err)
	}
	n.Created, n.Due, n.Ended = db.Time(created), db.Time(due), db.Time(ended)
	var m Message
	if err := json.Unmarshal([]byte(text), &m); err == nil {
		n.Text = m.Text()
	}
	return n, nil
}

func notFound(number int64) error {
	return prentice.Errorf(prentice.NotFound, "no notice %d", number).Try("list them with: prentice notice list")
}

// Anew makes what waits for some channels due now: something that they needed is
// there. What was said of the last try is no longer so.
func (o *Outbox) Anew(ctx context.Context, channels []string) error {
	if len(channels) == 0 {
		return nil
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, channel := range channels {
			if _, err := tx.Exec(`UPDATE notices SET due = ?, says = '' WHERE channel = ? AND state = 'waiting' AND taken = 0`, db.Micros(o.Clock()), channel); err != nil {
				return err
			}
		}
		tx.After(o.ring)
		return nil
	})
	if err != nil {
		return fmt.Errorf("send again what waits: %w", err)
	}
	return nil
}

// Drop ends a notice that was not sent: no one tries it any more, and a person
// has said why.
func (o *Outbox) Drop(ctx context.Context, number int64, by prentice.Actor, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return prentice.Errorf(prentice.Invalid, "there is no reason").Try("say in one sentence why no one need be told, with --reason")
	}
	now := o.Clock()
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE notices SET state = ?, says = ?, ended = ? WHERE number = ? AND state IN ('waiting', 'dead')`,
			string(Dropped), line(reason), db.Micros(now), number)
		if err != nil || n == 0 {
			if err == nil {
				err = whyNot(tx, number)
			}
			return err
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice.dropped", Actor: by.Ref(), Refs: []prentice.Ref{Notice{Number: number}.Ref()},
			Data: map[string]any{"reason": reason}})
	})
	if err != nil {
		return fmt.Errorf("drop notice %d: %w", number, err)
	}
	return nil
}

func whyNot(tx *db.Tx, number int64) error {
	var state string
	err := tx.QueryRow(`SELECT state FROM notices WHERE number = ?`, []any{number}, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return notFound(number)
	case err != nil:
		return err
	}
	return prentice.Errorf(prentice.Conflict, "notice/%d is over: it was %s", number, state).Try("look at it with: prentice notice show %d", number)
}

// dropGone ends what waits for channels that notices.yaml does not have any more.
func (o *Outbox) dropGone(ctx context.Context) error {
	s := o.Settings()
	if s == nil {
		return nil
	}
	channels, err := o.channels(ctx, `SELECT DISTINCT channel FROM notices WHERE state = 'waiting'`)
	if err != nil {
		return err
	}
	for _, channel := range channels {
		if _, known := s.Channel(channel); known {
			continue
		}
		if err := o.dropAll(ctx, channel, o.Clock()); err != nil {
			return err
		}
	}
	return nil
}

func (o *Outbox) dropAll(ctx context.Context, channel string, now time.Time) error {
	says := fmt.Sprintf("there is no channel %s in notices.yaml any more", channel)
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE notices SET state = ?, says = ?, ended = ? WHERE channel = ? AND state = 'waiting'`,
			string(Dropped), says, db.Micros(now), channel)
		if err != nil || n == 0 {
			return err
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice.dropped", Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("channel", channel)},
			Data: map[string]any{"reason": says, "notices": n}})
	})
	if err != nil {
		return fmt.Errorf("drop notices of %s: %w", channel, err)
	}
	return nil
}
