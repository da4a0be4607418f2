package outgoing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// itself is who gives an endpoint up.
const itself = prentice.Ref("self/prentice")

// disable sends an endpoint nothing more, until a person enables it. What waits for it is
// held.
func (p *Post) disable(tx *db.Tx, name string, by prentice.Ref, why string) error {
	now := p.Clock()
	n, err := tx.Exec(`INSERT INTO outgoing_endpoint (name, failing, disabled, says, by_whom) VALUES (?, 0, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET disabled = excluded.disabled, says = excluded.says, by_whom = excluded.by_whom WHERE outgoing_endpoint.disabled = 0`, name, db.Micros(now), why, string(by))
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(`UPDATE outgoing_delivery SET state = 'held' WHERE endpoint = ? AND state = 'waiting'`, name); err != nil {
		return err
	}
	if err := p.Recorder.Append(tx, now, prentice.Note{Kind: "webhook.disabled", Actor: by, Refs: []prentice.Ref{ref(name)}, Data: map[string]any{"says": why}}); err != nil || p.Tell == nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"says": why, "by": by})
	if err != nil {
		return err
	}
	return p.Tell(tx, prentice.Event{ID: fmt.Sprintf("%s disabled %s", name, now.UTC().Format(time.RFC3339Nano)), Source: "prentice/webhooks", Type: "webhook.disabled", Subject: ref(name), Time: now, Data: data})
}

// Disable is disable for a person.
func (p *Post) Disable(ctx context.Context, name string, by prentice.Actor, why string) error {
	if _, err := p.Rules().Endpoint(name); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error { return p.disable(tx, name, by.Ref(), why) })
}

// Enable sends to an endpoint again, what was held first. It says how much that is.
func (p *Post) Enable(ctx context.Context, name string, by prentice.Actor) (held int64, err error) {
	if _, err := p.Rules().Endpoint(name); err != nil {
		return 0, err
	}
	now := p.Clock()
	err = p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		n, err := tx.Exec(`UPDATE outgoing_endpoint SET disabled = 0, failing = 0, says = '', by_whom = '' WHERE name = ? AND disabled > 0`, name)
		if err == nil && n == 0 {
			err = prentice.Errorf(prentice.Conflict, "the webhook %s is not disabled", name).Try("see how it stands: prentice webhook show %s", name)
		}
		if err != nil {
			return err
		}
		if held, err = tx.Exec(`UPDATE outgoing_delivery SET state = 'waiting', attempts = 0, due = ? WHERE endpoint = ? AND state = 'held'`, db.Micros(now), name); err != nil {
			return err
		}
		tx.After(p.ring)
		return p.Recorder.Append(tx, now, prentice.Note{Kind: "webhook.enabled", Actor: by.Ref(), Refs: []prentice.Ref{ref(name)}, Data: map[string]any{"held": held}})
	})
	return held, err
}

// Replay sends again: one delivery, or all of an endpoint that were made since a moment.
func (p *Post) Replay(ctx context.Context, number int64, endpoint string, since time.Time, by prentice.Actor) (again int64, err error) {
	now := p.Clock()
	err = p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		where, args := `endpoint = ? AND created >= ?`, []any{endpoint, db.Micros(since)}
		if number > 0 {
			d, err := p.find(tx.Query, number)
			if err != nil {
				return err
			}
			endpoint, where, args = d.Endpoint, `number = ?`, []any{number}
		}
		if _, err := p.Rules().Endpoint(endpoint); err != nil {
			return err
		}
		var disabled int64
		if err := tx.QueryRow(`SELECT COUNT(*) FROM outgoing_endpoint WHERE name = ? AND disabled > 0`, []any{endpoint}, &disabled); err != nil {
			return err
		}
		if disabled > 0 {
			return prentice.Errorf(prentice.Conflict, "the webhook %s is disabled, and is sent nothing", endpoint).Try("enable it first: prentice webhook enable %s", endpoint)
		}
		if again, err = tx.Exec(`UPDATE outgoing_delivery SET state = 'waiting', attempts = 0, says = '', due = ?, ended = 0 WHERE `+where, append([]any{db.Micros(now)}, args...)...); err != nil {
			return err
		}
		tx.After(p.ring)
		return p.Recorder.Append(tx, now, prentice.Note{Kind: "webhook.replayed", Actor: by.Ref(), Refs: []prentice.Ref{ref(endpoint)}, Data: map[string]any{"delivery": number, "deliveries": again}})
	})
	return again, err
}

// Anew makes what waits for some endpoints due now: something that they needed is there.
func (p *Post) Anew(ctx context.Context, endpoints []string) error {
	if len(endpoints) == 0 {
		return nil
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		for _, name := range endpoints {
			if _, err := tx.Exec(`UPDATE outgoing_delivery SET due = ? WHERE endpoint = ? AND state = 'waiting'`, db.Micros(p.Clock()), name); err != nil {
				return err
			}
		}
		tx.After(p.ring)
		return nil
	})
}

// Test sends a letter to an endpoint at once, past what waits, and says how it came out.
func (p *Post) Test(ctx context.Context, name string, by prentice.Actor) error {
	to, err := p.Rules().Endpoint(name)
	if err != nil {
		return err
	}
	now := p.Clock()
	body, err := bodyOf(prentice.EventRecord{Event: prentice.Event{ID: "test " + now.UTC().Format(time.RFC3339Nano), Source: "prentice/webhooks", Type: "webhook.test", Subject: ref(name), Time: now,
		Data: json.RawMessage(`{"says":"this is a test"}`)}})
	if err != nil {
		return err
	}
	answer, failure := p.Sender.Deliver(ctx, to, Letter{ID: idOf(name, 0, now), Body: body})
	if failure == nil && answer.Says != "" {
		failure = prentice.Errorf(prentice.Unavailable, "the webhook %s did not take it: %s", name, answer.Says).Try("look at the receiver, and at url and secret in webhooks.yaml")
	}
	says := ""
	if failure != nil {
		says = failure.Error()
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		return p.Recorder.Append(tx, now, prentice.Note{Kind: "webhook.tested", Actor: by.Ref(), Refs: []prentice.Ref{ref(name)}, Data: map[string]any{"ok": failure == nil, "says": says}})
	})
	if failure != nil {
		return failure
	}
	return err
}
