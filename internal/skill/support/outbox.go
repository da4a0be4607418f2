package support

import (
	"context"
	"encoding/json"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// post puts an event into the outbox, in the same write as what it tells of:
// either both are true or neither.
func post(tx *db.Tx, e prentice.Event, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	e.Data = raw
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	seq, err := tx.Next("support_outbox")
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO support_outbox (seq, event) VALUES (?, ?)`, seq, string(text))
	return err
}

// send sends what is in the outbox. The inbox knows an event that is sent twice
// by its id. One that cannot be read, or that the inbox will never take, stays where
// it is, is told once, and holds up no other.
func (s *Support) send(ctx context.Context) error {
	for after := int64(0); ; {
		seq, e, err := s.nextOut(ctx, after)
		if seq == 0 {
			return err
		}
		after = seq
		if err == nil {
			_, err = s.Inbox.Receive(ctx, e)
		}
		if prentice.KindOf(err) == prentice.Invalid {
			s.tellOnce(seq, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("send %s: %w", e.ID, err)
		}
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM support_outbox WHERE seq = ?`, seq)
			return err
		})
		if err != nil {
			return fmt.Errorf("note that %s was sent: %w", e.ID, err)
		}
	}
}

// tellOnce tells the log that an event of the outbox is not sent.
func (s *Support) tellOnce(seq int64, why error) {
	if _, told := s.unsent.LoadOrStore(seq, true); !told {
		s.Log.Error("an event of the outbox is not sent", "seq", seq, "err", why)
	}
}

// nextOut is the first event of the outbox behind one; a seq without one that can be
// read is an error of the kind Invalid.
func (s *Support) nextOut(ctx context.Context, after int64) (seq int64, e prentice.Event, err error) {
	rows, err := s.DB.Query(ctx, `SELECT seq, event FROM support_outbox WHERE seq > ? ORDER BY seq LIMIT 1`, after)
	if err != nil {
		return 0, e, fmt.Errorf("read outbox: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		var text string
		if err := rows.Scan(&seq, &text); err != nil {
			return 0, e, fmt.Errorf("read outbox: %w", err)
		}
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return seq, e, prentice.Errorf(prentice.Invalid, "what is stored of it cannot be read: %w", err)
		}
	}
	return seq, e, rows.Err()
}
