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
		err := errors.Join(o.watchStop(ctx), o.dropGone(ctx), o.sendDue(ctx, &sending))
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
	channels, err := o.channels(ctx, `SELECT DISTINCT channel FROM notices WHERE state = 'waiting' AND due <= ?`, db.Micros(o.Clock()))
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
			if again { // also after one that failed: another may be due
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

func (o *Outbox) channels(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := o.DB.Query(ctx, query, args...)
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

// sendNext sends the notice that has been due to a channel for longest. again says
// that there was one. Each has its own pauses, so that one which fails stands
// behind those that have not been tried.
func (o *Outbox) sendNext(ctx context.Context, channel string) (again bool, err error) {
	n := tried{channel: channel}
	var text string
	var taken int64
	err = o.DB.QueryRow(ctx, `SELECT number, attempts, message, taken FROM notices WHERE state = 'waiting' AND channel = ? AND due <= ? ORDER BY due, number LIMIT 1`,
		[]any{channel, db.Micros(o.Clock())}, &n.number, &n.attempts, &text, &taken)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return o.unreadable(ctx, channel, err)
	}
	if json.Unmarshal([]byte(text), &n.Message) != nil {
		return true, o.note(ctx, n, Dead, "what it says cannot be read", time.Time{})
	}
	if err := o.begin(ctx, &n); err != nil {
		return false, err
	}
	digest, says := prentice.Digest([]byte(text)), ""
	if taken == 0 && o.remembers(n.number, digest) {
		taken, says = 1, "it was sent before, and the database had lost that"
	}
	if taken == 0 {
		to, _ := o.Settings().Channel(channel) // one that has just gone takes nothing, and its notices end
		if says := o.moot(ctx, to, n.Message); says != "" {
			return true, o.note(ctx, n, Dropped, says, time.Time{})
		}
		failure := o.Sender.Send(ctx, to, n.Message)
		if failure != nil && ctx.Err() != nil { // we are being stopped; no one knows, so it is sent again
			n.attempts--
			return false, o.note(ctx, n, Waiting, "", o.Clock())
		}
		if failure != nil {
			return true, o.failed(ctx, n, line(failure.Error()))
		}
		if err := o.Memory.Add(digest); err != nil {
			o.Log.Warn("a message that was sent may be sent again after a loss of the database", "notice", n.number, "err", err)
		}
	}
	if err := o.note(ctx, n, Sent, says, time.Time{}); err != nil {
		return true, errors.Join(err, o.unrecorded(ctx, n))
	}
	return true, nil
}

// unreadable ends the notice that is next in a channel and of which something cannot
// be read: it would hold up all behind it.
func (o *Outbox) unreadable(ctx context.Context, channel string, why error) (again bool, err error) {
	n := tried{channel: channel}
	err = o.DB.QueryRow(ctx, `SELECT number FROM notices WHERE state = 'waiting' AND channel = ? AND due <= ? ORDER BY due, number LIMIT 1`, []any{channel, db.Micros(o.Clock())}, &n.number)
	if err != nil || ctx.Err() != nil {
		return false, fmt.Errorf("read a notice: %w", errors.Join(why, err))
	}
	return true, o.note(ctx, n, Dead, "what is stored of it cannot be read: "+line(why.Error()), time.Time{})
}

// remembers says whether a message was sent already. Where no one can tell, it is
// sent: one that is heard twice is better than one that is not heard.
func (o *Outbox) remembers(number int64, digest string) bool {
	sent, err := o.Memory.Has(digest)
	if err != nil {
		o.Log.Warn("no one can tell what was sent before", "notice", number, "err", err)
	}
	return sent
}

// begin counts a try before it is made, with the time of the next: whatever
// becomes of this one, the notice is not tried again at once.
func (o *Outbox) begin(ctx context.Context, n *tried) error {
	n.attempts++
	next := o.Clock().Add(Pause(n.attempts, o.Chance()))
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE notices SET attempts = ?, due = ? WHERE number = ? AND state = 'waiting'`, n.attempts, db.Micros(next), n.number)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin notice %d: %w", n.number, err)
	}
	return nil
}

// failed notes a try that the receiver did not take.
func (o *Outbox) failed(ctx context.Context, n tried, says string) error {
	if n.attempts >= mostTries {
		return o.note(ctx, n, Dead, says, time.Time{})
	}
	return o.note(ctx, n, Waiting, says, o.Clock().Add(Pause(n.attempts, o.Chance())))
}

// unrecorded keeps what was sent and could not be recorded from being sent again:
// from now on only the record is tried, as often as a message, and then it is over.
func (o *Outbox) unrecorded(ctx context.Context, n tried) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	state, ended := Waiting, time.Time{}
	if n.attempts >= mostTries {
		state, ended = Sent, o.Clock()
	}
	return o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE notices SET state = ?, says = ?, taken = ?, ended = ? WHERE number = ? AND state = 'waiting'`,
			string(state), "it was sent, and that could not be recorded", db.Micros(o.Clock()), db.Micros(ended), n.number)
		return err
	})
}

// note writes down how a try came out, with its evidence. What has been sent
// has been sent, also while we are being stopped.
func (o *Outbox) note(ctx context.Context, n tried, state State, says string, due time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	now := o.Clock()
	ended := now
	if state == Waiting {
		ended = time.Time{}
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		moved, err := tx.Exec(`UPDATE notices SET state = ?, attempts = ?, says = ?, due = ?, ended = ? WHERE number = ? AND state = 'waiting'`,
			string(state), n.attempts, says, db.Micros(due), db.Micros(ended), n.number)
		if err != nil || moved == 0 || state == Waiting {
			return err // someone may have dropped it in the meantime
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice." + string(state), Actor: "self/prentice", Refs: refsOf(n),
			Data: map[string]any{"channel": n.channel, "topic": n.Topic, "id": n.ID, "attempts": n.attempts, "says": says}})
	})
	if err != nil {
		return fmt.Errorf("note notice %d: %w", n.number, err)
	}
	return nil
}

func refsOf(n tried) []prentice.Ref {
	refs := []prentice.Ref{Notice{Number: n.number}.Ref()}
	if _, err := prentice.ParseRef(string(n.About)); err == nil {
		refs = append(refs, n.About)
	}
	return refs
}
