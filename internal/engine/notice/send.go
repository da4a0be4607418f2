package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Run sends what waits until ctx ends, and waits for what is under way. A
// channel gets one notice at a time, and none waits for another channel.
func (o *Outbox) Run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		err := errors.Join(o.watchStop(ctx), o.sendDue(ctx, &sending))
		if err != nil && ctx.Err() == nil {
			o.Log.Error("notices", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
		case <-tick.C:
		}
	}
}

// sendDue begins to send to each channel to which something is due and nothing
// under way.
func (o *Outbox) sendDue(ctx context.Context, sending *sync.WaitGroup) error {
	channels, err := o.dueChannels(ctx)
	if err != nil {
		return err
	}
	for _, channel := range channels {
		if !o.take(channel) {
			continue
		}
		sending.Go(func() {
			again, err := o.sendNext(ctx, channel)
			o.free(channel)
			if err != nil && ctx.Err() == nil {
				o.Log.Error("notices", "channel", channel, "err", err)
			}
			if again && err == nil {
				o.ring()
			}
		})
	}
	return nil
}

func (o *Outbox) take(channel string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[channel] {
		return false
	}
	o.busy[channel] = true
	return true
}

func (o *Outbox) free(channel string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, channel)
}

func (o *Outbox) dueChannels(ctx context.Context) ([]string, error) {
	rows, err := o.DB.Query(ctx, `SELECT DISTINCT channel FROM notices WHERE state = 'waiting' AND due <= ?`, db.Micros(o.Clock()))
	if err != nil {
		return nil, fmt.Errorf("look for due notices: %w", err)
	}
	defer rows.Close()
	var channels []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return nil, fmt.Errorf("look for due notices: %w", err)
		}
		channels = append(channels, c)
	}
	return channels, rows.Err()
}

// tried is a notice that is sent, with what is known of it.
type tried struct {
	number   int64
	channel  string
	attempts int
	Message
}

// sendNext sends the oldest notice that is due to a channel. again says that
// there was one.
func (o *Outbox) sendNext(ctx context.Context, channel string) (again bool, err error) {
	n := tried{channel: channel}
	var text string
	err = o.DB.QueryRow(ctx, `SELECT number, attempts, message FROM notices WHERE state = 'waiting' AND channel = ? AND due <= ? ORDER BY due, number LIMIT 1`,
		[]any{channel, db.Micros(o.Clock())}, &n.number, &n.attempts, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &n.Message)
	}
	if err != nil {
		return false, fmt.Errorf("read a notice: %w", err)
	}
	to, known := o.Settings().Channel(channel)
	if !known {
		return true, o.note(ctx, n, prentice.NoticeDead, fmt.Sprintf("there is no channel %s in notices.yaml any more", channel), time.Time{})
	}
	failure := o.Sender.Send(ctx, to, n.Message)
	if failure != nil && ctx.Err() != nil {
		return false, nil // we are being stopped; nobody knows, so it is sent again
	}
	n.attempts++
	switch {
	case failure == nil:
		return true, o.note(ctx, n, prentice.NoticeSent, "", time.Time{})
	case n.attempts >= mostTries:
		return true, o.note(ctx, n, prentice.NoticeDead, line(failure.Error()), time.Time{})
	}
	return true, o.note(ctx, n, prentice.NoticeWaiting, line(failure.Error()), o.Clock().Add(Pause(n.attempts, o.Chance())))
}

// note writes down how a try came out, with its evidence. What has been sent
// has been sent, also while we are being stopped.
func (o *Outbox) note(ctx context.Context, n tried, state prentice.NoticeState, says string, due time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	now := o.Clock()
	ended := now
	if state == prentice.NoticeWaiting {
		ended = time.Time{}
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE notices SET state = ?, attempts = ?, says = ?, due = ?, ended = ? WHERE number = ? AND state = 'waiting'`,
			string(state), n.attempts, says, db.Micros(due), db.Micros(ended), n.number)
		if err != nil || state == prentice.NoticeWaiting {
			return err
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice." + string(state), Actor: "self/prentice", Refs: aboutOf(n),
			Data: map[string]any{"channel": n.channel, "topic": n.Topic, "id": n.ID, "attempts": n.attempts, "says": says}})
	})
	if err != nil {
		return fmt.Errorf("note notice %d: %w", n.number, err)
	}
	return nil
}

func aboutOf(n tried) []prentice.Ref {
	refs := []prentice.Ref{prentice.Notice{Number: n.number}.Ref()}
	if n.About != "" {
		refs = append(refs, n.About)
	}
	return refs
}
