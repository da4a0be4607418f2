package outgoing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Listen hears an event and keeps a delivery for each endpoint that wants it. It may be told
// of the same event again.
func (p *Post) Listen(ctx context.Context, rec prentice.EventRecord) error {
	rules := p.Rules()
	if rules == nil {
		return nil
	}
	var wanting []string
	for _, e := range rules.Endpoints {
		if e.Wants(rec.Event) {
			wanting = append(wanting, e.Name)
		}
	}
	if len(wanting) == 0 {
		return nil
	}
	body, err := bodyOf(rec)
	if err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		for _, name := range wanting {
			if err := p.keep(tx, name, rec, body); err != nil {
				return err
			}
		}
		tx.After(p.ring)
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep deliveries of event %d: %w", rec.Number, err)
	}
	return nil
}

func (p *Post) keep(tx *db.Tx, endpoint string, rec prentice.EventRecord, body []byte) error {
	var there, disabled int64
	if err := tx.QueryRow(`SELECT COUNT(*) FROM outgoing_delivery WHERE endpoint = ? AND event = ?`, []any{endpoint, rec.Number}, &there); err != nil || there > 0 {
		return err
	}
	if err := tx.QueryRow(`SELECT COALESCE(MAX(disabled), 0) FROM outgoing_endpoint WHERE name = ?`, []any{endpoint}, &disabled); err != nil {
		return err
	}
	state := Waiting
	if disabled > 0 {
		state = Held
	}
	number, err := tx.Next("outgoing_delivery")
	if err != nil {
		return err
	}
	now := db.Micros(p.Clock())
	_, err = tx.Exec(`INSERT INTO outgoing_delivery (number, endpoint, event, kind, subject, body, state, attempts, says, created, due, ended) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, 0)
		ON CONFLICT (endpoint, event) DO NOTHING`, number, endpoint, rec.Number, rec.Type, string(rec.Subject), string(body), string(state), now, now)
	return err
}

// cloudEvent is an event as it goes out: CloudEvents 1.0 with the extension sequence
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/sequence.md).
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     prentice.Ref    `json:"subject,omitempty"`
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype,omitempty"`
	Sequence    string          `json:"sequence,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// bodyOf is an event as it is sent. Who is behind it is not told.
func bodyOf(rec prentice.EventRecord) ([]byte, error) {
	e := cloudEvent{SpecVersion: "1.0", ID: rec.ID, Source: rec.Source, Type: rec.Type, Subject: rec.Subject, Time: rec.Time.UTC(), Sequence: strconv.FormatInt(rec.Number, 10), Data: rec.Data}
	if len(rec.Data) > 0 {
		e.ContentType = "application/json"
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, prentice.Errorf(prentice.Internal, "event %d as JSON: %w", rec.Number, err)
	}
	return body, nil
}

// idOf is how a receiver knows a delivery again.
func idOf(endpoint string, event int64, created time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d", endpoint, event, created.UnixMicro()))
	return "evt_" + hex.EncodeToString(sum[:16])
}

// ring wakes the worker.
func (p *Post) ring() {
	select {
	case p.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}
