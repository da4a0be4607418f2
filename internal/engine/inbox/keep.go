package inbox

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// The ways of being a duplicate.
const (
	byID          = "id"
	byFingerprint = "fingerprint"
	byLateness    = "late"
)

// keep writes an event down, or counts it on the one that it repeats.
func (in *Inbox) keep(tx *db.Tx, now time.Time, l letter) (Receipt, error) {
	if reserved(l.Source) {
		return in.keepOwn(tx, now, l)
	}
	if a, found := alertOf(l); found {
		return in.keepAlert(tx, now, l, a)
	}
	first, err := in.firstEqual(tx, now, l)
	if err != nil {
		return Receipt{}, err
	}
	if first != 0 {
		return in.count(tx, now, l, first)
	}
	number, err := known(tx, l)
	if err != nil || number != 0 {
		return sameAgain(tx, number, err)
	}
	before, err := reused(tx, l)
	if err != nil {
		return Receipt{}, err
	}
	if before != 0 {
		l.tell(fmt.Sprintf("its source and id were used before, in %s, for something else; it is kept as an event of its own", eventRef(before)))
	}
	if number, err = tx.Next("event"); err != nil {
		return Receipt{}, err
	}
	return in.fresh(tx, now, l, number)
}

// fresh writes a new event down and wakes those who are told of it.
func (in *Inbox) fresh(tx *db.Tx, now time.Time, l letter, number int64) (Receipt, error) {
	if err := in.insert(tx, now, l, number); err != nil {
		return Receipt{}, err
	}
	tx.After(in.ring)
	return Receipt{Event: eventRef(number), Number: number, New: true, Count: 1, Note: l.note}, nil
}

// keepOwn writes down what prentice tells itself. Each of those events is about a
// moment of its own, and its id names that moment: nothing but the id repeats.
func (in *Inbox) keepOwn(tx *db.Tx, now time.Time, l letter) (Receipt, error) {
	number, err := known(tx, l)
	if err != nil || number != 0 {
		return sameAgain(tx, number, err)
	}
	if number, err = tx.Next("event"); err != nil {
		return Receipt{}, err
	}
	return in.fresh(tx, now, l, number)
}

// own is what prentice tells itself, and when.
type own struct {
	letter
	at time.Time
}

// identity is what an event of our own is known by: prentice is the only sender
// that may use these sources.
type identity struct{ source, id string }

// keepOwnTogether is keepOwn for several, of which no one needs a receipt.
func (in *Inbox) keepOwnTogether(tx *db.Tx, items []any) error {
	seen, err := knownOf(tx, items)
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(items, func(item any) bool {
		l := item.(own)
		is := identity{l.Source, l.ID}
		again := seen[is]
		seen[is] = true
		return again
	})
	if len(fresh) == 0 {
		return nil
	}
	first, err := tx.NextFew("event", len(fresh))
	if err != nil {
		return err
	}
	letters := make([]filed, len(fresh))
	for i, item := range fresh {
		letters[i] = filed{item.(own), first + int64(i)}
	}
	return in.insertAll(tx, letters)
}

// ownKnown finds an event of our own by its source and id.
const ownKnown = `SELECT source, id FROM inbox_known WHERE sender = '` + string(self) + `' AND source = ? AND id = ? AND says = ''`

// knownOf says which of the events were received before.
func knownOf(tx *db.Tx, items []any) (map[identity]bool, error) {
	seen := map[identity]bool{}
	var values []any
	for _, item := range items {
		values = append(values, item.(own).Source, item.(own).ID)
	}
	err := tx.Each(ownKnown, 2, values, func(rows *sql.Rows) error {
		var is identity
		err := rows.Scan(&is.source, &is.id)
		seen[is] = true
		return err
	})
	return seen, err
}

// firstEqual finds the event that l repeats: the last with its fingerprint by the
// same sender, if its window is still open and l's source has said nothing else
// about the subject since. It returns 0 when there is none. What another sender
// has said does not silence this one.
func (in *Inbox) firstEqual(tx *db.Tx, now time.Time, l letter) (int64, error) {
	var number, received int64
	err := tx.QueryRow(`SELECT number, received FROM inbox_events WHERE fingerprint = ? AND sender = ? ORDER BY number DESC LIMIT 1`,
		[]any{l.fingerprint, string(l.sender)}, &number, &received)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil || !open(db.Time(received), now, in.Window) {
		return 0, err
	}
	if l.Subject == "" {
		return number, nil
	}
	var other int64
	err = tx.QueryRow(`SELECT number FROM inbox_events WHERE subject = ? AND number > ? AND source = ? AND sender = ? AND type <> ? LIMIT 1`,
		[]any{string(l.Subject), number, l.Source, string(l.sender), l.Type}, &other)
	if errors.Is(err, sql.ErrNoRows) {
		return number, nil
	}
	return 0, err
}

// open says whether a window is open now. One that begins in the future,
// because the clock has jumped back, is open for no longer than others.
func open(began, now time.Time, window time.Duration) bool {
	return now.Sub(began).Abs() < window
}

// count adds l to the event that it repeats, unless l itself was counted before.
func (in *Inbox) count(tx *db.Tx, now time.Time, l letter, first int64) (Receipt, error) {
	n, err := tx.Exec(`INSERT INTO inbox_known (sender, source, id, says, number) VALUES (?, ?, ?, ?, ?) ON CONFLICT (sender, source, id, says) DO NOTHING`,
		string(l.sender), l.Source, l.ID, l.words(), first)
	if err != nil {
		return Receipt{}, err
	}
	if n == 0 {
		number, err := known(tx, l)
		return sameAgain(tx, number, err)
	}
	r := Receipt{Event: eventRef(first), Number: first, Duplicate: byFingerprint, Note: l.note}
	err = tx.QueryRow(`UPDATE inbox_marks SET times = times + 1, last = ? WHERE number = ? RETURNING times`, []any{db.Micros(now), first}, &r.Count)
	return r, err
}

// known finds the event that l is again, or 0.
func known(tx *db.Tx, l letter) (number int64, err error) {
	err = tx.QueryRow(`SELECT number FROM inbox_known WHERE sender = ? AND source = ? AND id = ? AND says = ?`,
		[]any{string(l.sender), l.Source, l.ID, l.words()}, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return number, err
}

// reused finds the last event for which the sender used l's source and id to say
// something else, or 0.
func reused(tx *db.Tx, l letter) (number int64, err error) {
	err = tx.QueryRow(`SELECT COALESCE(MAX(number), 0) FROM inbox_known WHERE sender = ? AND source = ? AND id = ?`, []any{string(l.sender), l.Source, l.ID}, &number)
	return number, err
}

func sameAgain(tx *db.Tx, number int64, err error) (Receipt, error) {
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Event: eventRef(number), Number: number, Duplicate: byID}
	err = tx.QueryRow(`SELECT times FROM inbox_marks WHERE number = ?`, []any{number}, &r.Count)
	return r, err
}

// filed is an event with its number.
type filed struct {
	own
	number int64
}

func (in *Inbox) insert(tx *db.Tx, now time.Time, l letter, number int64) error {
	return in.insertAll(tx, []filed{{own{l, now}, number}})
}

func (in *Inbox) insertAll(tx *db.Tx, letters []filed) error {
	var ids, events, marks []any
	for _, l := range letters {
		ids = append(ids, string(l.sender), l.Source, l.ID, l.words(), l.number)
		events = append(events, l.number, l.Source, l.ID, l.Type, string(l.Subject), db.Micros(l.Time), db.Micros(l.at), string(l.sender), l.fingerprint, l.note, string(l.Data), prentice.JoinRefs(l.Causes))
		marks = append(marks, l.number, string(prentice.EventWaiting), 0, "", 1, db.Micros(l.at), 0)
	}
	if err := tx.Insert(`INSERT INTO inbox_known (sender, source, id, says, number)`, 5, ids, ""); err != nil {
		return err
	}
	if err := tx.Insert(`INSERT INTO inbox_events (number, source, id, type, subject, said, received, sender, fingerprint, note, data, causes)`, 12, events, ""); err != nil {
		return err
	}
	if err := tx.Insert(`INSERT INTO inbox_marks (number, state, attempts, says, times, last, told)`, 7, marks, ""); err != nil {
		return err
	}
	for _, l := range letters {
		data := map[string]any{"source": l.Source, "id": l.ID, "type": l.Type, "time": l.Time.Format(time.RFC3339Nano), "fingerprint": l.fingerprint}
		if l.note != "" {
			data["note"] = l.note
		}
		if len(l.Causes) > 0 {
			data["causes"] = l.Causes
		}
		err := in.record.Append(tx, l.at, prentice.Note{Kind: "event.received", Actor: l.sender, Refs: []prentice.Ref{eventRef(l.number), l.Subject}, Data: data})
		if err != nil {
			return fmt.Errorf("record event: %w", err)
		}
	}
	return nil
}

func eventRef(number int64) prentice.Ref {
	return prentice.NewRef("event", strconv.FormatInt(number, 10))
}
