package webhook

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the package's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// Verdict is what became of a message.
type Verdict string

// The verdicts of what was kept.
const (
	Became   Verdict = "event"    // an event was made of it
	Ignored  Verdict = "ignored"  // a mapping ignores it
	Unmapped Verdict = "unmapped" // no mapping fits it, or the one that fits could not be worked out
)

// Delivery is a message as it was kept.
type Delivery struct {
	Number  int64        `json:"number"`
	Hook    string       `json:"hook"`
	At      time.Time    `json:"at"`
	Last    time.Time    `json:"last"`  // when it came for the last time
	Times   int64        `json:"times"` // how often it came
	Verdict Verdict      `json:"verdict"`
	Says    string       `json:"says,omitempty"`
	Event   prentice.Ref `json:"event,omitempty"`
	Sender  prentice.Ref `json:"sender"`
	Message *Shown       `json:"message,omitempty"` // lists leave it out
}

// Refusal is why messages were not taken, and how often.
type Refusal struct {
	Why   string    `json:"why"`
	Says  string    `json:"says"`
	Times int64     `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// keptOf is how many deliveries of a hook are kept: of those that became events, and of
// the others, so that neither pushes the other out.
const keptOf = 50

// Store keeps what was delivered.
type Store struct{ DB *db.DB }

// Admit gives a message its number. One whose key was used before has none: it is
// counted on the delivery before.
func (s *Store) Admit(tx *db.Tx, hook string, p Proof, now time.Time) (number, before int64, err error) {
	if p.Key != "" {
		if before, err = again(tx, hook, p, now); before != 0 || err != nil {
			return 0, before, err
		}
	}
	if number, err = tx.Next("webhook_delivery"); err != nil || p.Key == "" {
		return number, 0, err
	}
	n, err := tx.Exec(`INSERT INTO webhook_key (number, hook, known, at) VALUES (?, ?, ?, ?) ON CONFLICT (hook, known) DO NOTHING`, number, hook, keyOf(p), db.Micros(now))
	if err != nil || n > 0 {
		return number, 0, err
	}
	before, err = again(tx, hook, p, now) // another replica was first
	return 0, before, err
}

// again finds the delivery for which a key was used, and counts it. It is 0 when the key
// is new.
func again(tx *db.Tx, hook string, p Proof, now time.Time) (before int64, err error) {
	err = tx.QueryRow(`SELECT number FROM webhook_key WHERE hook = ? AND known = ?`, []any{hook, keyOf(p)}, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`UPDATE webhook_delivery SET times = times + 1, last = ? WHERE number = ?`, db.Micros(now), before)
	return before, err
}

// keyOf is a key in a form of one length.
func keyOf(p Proof) string {
	sum := sha256.Sum256([]byte(p.Key))
	return hex.EncodeToString(sum[:])
}

// EventID is the id of the event of a message whose mapping gives none.
func EventID(p Proof, number int64) string {
	if p.Key == "" {
		return fmt.Sprint("delivery ", number)
	}
	return keyOf(p)
}

// Keep writes a delivery down and forgets the oldest of its hook.
func (s *Store) Keep(tx *db.Tx, d Delivery, event int64) error {
	shown, err := json.Marshal(d.Message)
	if err != nil {
		return err
	}
	at := db.Micros(d.At)
	_, err = tx.Exec(`INSERT INTO webhook_delivery (number, hook, at, last, times, verdict, says, event, sender, shown) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
		d.Number, d.Hook, at, at, string(d.Verdict), clip.To(d.Says, 1000), event, string(d.Sender), string(shown))
	if err != nil {
		return err
	}
	same := `verdict <> 'event'`
	if d.Verdict == Became {
		same = `verdict = 'event'`
	}
	_, err = tx.Exec(`DELETE FROM webhook_delivery WHERE hook = ? AND `+same+` AND number <=
		(SELECT number FROM webhook_delivery WHERE hook = ? AND `+same+` ORDER BY number DESC LIMIT 1 OFFSET `+fmt.Sprint(keptOf)+`)`, d.Hook, d.Hook)
	return err
}

// Refuse counts messages that were not taken.
func (s *Store) Refuse(ctx context.Context, hook, why, says string, times int64, now time.Time) error {
	at := db.Micros(now)
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO webhook_refusal (hook, why, first, last, times, says) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (hook, why) DO UPDATE SET last = excluded.last, says = excluded.says, times = webhook_refusal.times + excluded.times`, hook, why, at, at, times, clip.To(says, 500))
		return err
	})
	if err != nil {
		return fmt.Errorf("count refused messages of hook %s: %w", hook, err)
	}
	return nil
}

const columns = `number, hook, at, last, times, verdict, says, event, sender`

// List is the last deliveries of a hook, or of all with "", newest first.
func (s *Store) List(ctx context.Context, hook string, most int) ([]Delivery, error) {
	query, args := `SELECT `+columns+` FROM webhook_delivery`, []any{}
	if hook != "" {
		query, args = query+` WHERE hook = ?`, append(args, hook)
	}
	rows, err := s.DB.Query(ctx, query+` ORDER BY number DESC LIMIT ?`, append(args, most)...)
	list, err := db.List(rows, err, scanDelivery, unreadable)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return list, nil
}

// LastOf is the last delivery of each hook.
func (s *Store) LastOf(ctx context.Context) (map[string]Delivery, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+columns+` FROM webhook_delivery WHERE number IN (SELECT MAX(number) FROM webhook_delivery GROUP BY hook)`)
	list, err := db.List(rows, err, scanDelivery, unreadable)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	last := map[string]Delivery{}
	for _, d := range list {
		last[d.Hook] = d
	}
	return last, nil
}

// Show is one delivery, with its message.
func (s *Store) Show(ctx context.Context, number int64) (Delivery, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+columns+`, shown FROM webhook_delivery WHERE number = ?`, number)
	list, err := db.List(rows, err, func(scan func(...any) error, d *Delivery) error {
		var shown string
		err := scanDelivery(func(into ...any) error { return scan(append(into, &shown)...) }, d)
		d.Message = &Shown{}
		return errors.Join(err, json.Unmarshal([]byte(shown), d.Message))
	}, unreadable)
	if err != nil {
		return Delivery{}, fmt.Errorf("read delivery %d: %w", number, err)
	}
	if len(list) == 0 {
		return Delivery{}, prentice.Errorf(prentice.NotFound, "no delivery %d is kept", number).Try("those that are kept are in: prentice hook show NAME")
	}
	return list[0], nil
}

func unreadable(d *Delivery, why error) { d.Says = "it cannot be read: " + why.Error() }

func scanDelivery(scan func(...any) error, d *Delivery) error {
	var at, last, event int64
	err := scan(&d.Number, &d.Hook, &at, &last, &d.Times, &d.Verdict, &d.Says, &event, &d.Sender)
	d.At, d.Last = db.Time(at), db.Time(last)
	if event != 0 {
		d.Event = prentice.NewRef("event", fmt.Sprint(event))
	}
	return err
}

// Refusals is what a hook did not take, the last first.
func (s *Store) Refusals(ctx context.Context, hook string) ([]Refusal, error) {
	rows, err := s.DB.Query(ctx, `SELECT why, says, times, first, last FROM webhook_refusal WHERE hook = ? ORDER BY last DESC LIMIT 20`, hook)
	list, err := db.List(rows, err, func(scan func(...any) error, r *Refusal) error {
		var first, last int64
		err := scan(&r.Why, &r.Says, &r.Times, &first, &last)
		r.First, r.Last = db.Time(first), db.Time(last)
		return err
	}, func(r *Refusal, why error) { r.Says = "it cannot be read: " + why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list refused messages: %w", err)
	}
	return list, nil
}

// Forget removes what was delivered long ago, with the keys by which it was known.
func (s *Store) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT number, MIN(at), MAX(last), '', '' FROM
		(SELECT number, at, at AS last FROM webhook_key UNION ALL SELECT number, at, last FROM webhook_delivery) AS kept WHERE number > ? GROUP BY number ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(tx.Delete("webhook_delivery", "number", due), tx.Delete("webhook_key", "number", due))
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old deliveries: %w", err)
	}
	return out, nil
}

// Stock is how many deliveries are kept, and when the oldest came.
func (s *Store) Stock(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "webhook_key", "number", "at")
}
