package outgoing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// forgotten is how long a delivery waits for an endpoint that is in no file any more.
const forgotten = 7 * 24 * time.Hour

// Run sends what waits until ctx ends, and waits for what is under way. An endpoint gets one
// delivery at a time, and none waits for another endpoint.
func (p *Post) Run(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := p.sendDue(ctx, &sending); err != nil && ctx.Err() == nil {
			p.Log.Error("webhooks", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
		case <-tick.C:
		}
	}
}

// sendDue begins to send to each endpoint for which something is due and to which nothing is
// under way.
func (p *Post) sendDue(ctx context.Context, sending *sync.WaitGroup) error {
	rows, err := p.DB.Query(ctx, `SELECT DISTINCT endpoint FROM outgoing_delivery WHERE state = 'waiting' AND due <= ?`, db.Micros(p.Clock()))
	names, err := db.List(rows, err, func(scan func(...any) error, name *string) error { return scan(name) }, nil)
	if err != nil {
		return fmt.Errorf("look for due deliveries: %w", err)
	}
	for _, name := range names {
		to, err := p.Rules().Endpoint(name)
		if err != nil {
			if err := p.lost(ctx, name); err != nil {
				return err
			}
			continue
		}
		if !p.take(name) {
			continue
		}
		sending.Go(func() {
			again, err := p.sendNext(ctx, to)
			p.free(name)
			if err != nil && ctx.Err() == nil {
				p.Log.Error("webhooks", "webhook", name, "err", err)
			}
			if again {
				p.ring()
			}
		})
	}
	return nil
}

// lost ends what has waited for long for an endpoint that is in no file any more.
func (p *Post) lost(ctx context.Context, endpoint string) error {
	now := p.Clock()
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE outgoing_delivery SET state = 'dead', says = ?, ended = ? WHERE endpoint = ? AND state = 'waiting' AND created < ?`,
			"webhooks.yaml names no such webhook any more", db.Micros(now), endpoint, db.Micros(now.Add(-forgotten)))
		return err
	})
}

func (p *Post) take(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[name] {
		return false
	}
	p.busy[name] = true
	return true
}

func (p *Post) free(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, name)
}

// sendNext sends the delivery that has been due to an endpoint for longest. again says that
// there may be another.
func (p *Post) sendNext(ctx context.Context, to Endpoint) (again bool, err error) {
	var d Delivery
	var created, event int64
	err = p.DB.QueryRow(ctx, `SELECT number, event, kind, subject, body, attempts, created FROM outgoing_delivery WHERE state = 'waiting' AND endpoint = ? AND due <= ? ORDER BY due, number LIMIT 1`,
		[]any{to.Name, db.Micros(p.Clock())}, &d.Number, &event, &d.Type, &d.Subject, &d.Body, &d.Attempts, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read a delivery: %w", err)
	}
	mine, err := p.begin(ctx, &d)
	if err != nil || !mine {
		return false, err
	}
	answer, err := p.Sender.Deliver(ctx, to, Letter{ID: idOf(to.Name, event, db.Time(created)), Body: []byte(d.Body)})
	if err != nil {
		answer.Says = err.Error()
	}
	if answer.Says != "" && ctx.Err() != nil { // we are being stopped, and no one knows: it is sent again
		return false, p.note(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE outgoing_delivery SET attempts = attempts - 1, due = ? WHERE number = ? AND state = 'waiting'`, db.Micros(p.Clock()), d.Number)
			return err
		})
	}
	if answer.Says == "" {
		return true, p.note(ctx, func(tx *db.Tx) error { return p.sent(tx, to, d) })
	}
	return true, p.note(ctx, func(tx *db.Tx) error { return p.failed(tx, to, d, answer) })
}

// begin takes a delivery for this try, with the time of the next: whatever becomes of it, it
// is not tried again at once. Of several processes one takes it.
func (p *Post) begin(ctx context.Context, d *Delivery) (mine bool, err error) {
	next := p.Clock().Add(Pause(d.Attempts+1, p.Chance(), 0))
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE outgoing_delivery SET attempts = ?, due = ? WHERE number = ? AND state = 'waiting' AND attempts = ?`, d.Attempts+1, db.Micros(next), d.Number, d.Attempts)
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin delivery %d: %w", d.Number, err)
	}
	d.Attempts++
	return mine, nil
}

// note writes down how a try came out, also while we are being stopped.
func (p *Post) note(ctx context.Context, do func(tx *db.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := p.DB.Write(ctx, do); err != nil {
		return fmt.Errorf("note a delivery: %w", err)
	}
	return nil
}

func (p *Post) sent(tx *db.Tx, to Endpoint, d Delivery) error {
	if _, err := tx.Exec(`UPDATE outgoing_delivery SET state = 'sent', says = '', ended = ? WHERE number = ?`, db.Micros(p.Clock()), d.Number); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE outgoing_endpoint SET failing = 0, says = '' WHERE name = ? AND failing > 0 AND disabled = 0`, to.Name)
	return err
}

// failed notes a try that was not taken, and disables an endpoint that takes nothing for days.
func (p *Post) failed(tx *db.Tx, to Endpoint, d Delivery, a Answer) error {
	now, says := p.Clock(), clip.To(a.Says, 300)
	state, due, ended := Waiting, now.Add(Pause(d.Attempts, p.Chance(), a.Pause)), int64(0)
	if d.Attempts >= mostTries {
		state, ended = Dead, db.Micros(now)
		if err := p.Recorder.Append(tx, now, prentice.Note{Kind: "webhook.dead", Actor: itself, Refs: []prentice.Ref{ref(to.Name)}, Data: map[string]any{"delivery": d.Number, "type": d.Type, "attempts": d.Attempts, "says": says}}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`UPDATE outgoing_delivery SET state = ?, says = ?, due = ?, ended = ? WHERE number = ? AND state = 'waiting'`, string(state), says, db.Micros(due), ended, d.Number); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO outgoing_endpoint (name, failing, disabled, says, by_whom) VALUES (?, ?, 0, ?, '')
		ON CONFLICT (name) DO UPDATE SET failing = CASE WHEN outgoing_endpoint.failing = 0 THEN excluded.failing ELSE outgoing_endpoint.failing END, says = excluded.says`, to.Name, db.Micros(now), says); err != nil {
		return err
	}
	var since int64
	if err := tx.QueryRow(`SELECT failing FROM outgoing_endpoint WHERE name = ?`, []any{to.Name}, &since); err != nil {
		return err
	}
	switch failing := now.Sub(db.Time(since)); {
	case a.Gone:
		return p.disable(tx, to.Name, itself, "it answered that it is gone")
	case failing >= to.Disable:
		return p.disable(tx, to.Name, itself, fmt.Sprintf("it has taken nothing since %s: %s", db.Time(since).UTC().Format("2006-01-02 15:04 MST"), says))
	}
	return nil
}
