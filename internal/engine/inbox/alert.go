package inbox

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// alert is what of an event says which alert it tells of, and when that fires.
type alert struct {
	Fingerprint string    `json:"fingerprint"`
	Starts      time.Time `json:"starts"`
	Ends        time.Time `json:"ends"`
}

const (
	alertFires = "alert.firing"
	alertEnds  = "alert.resolved"
)

// alertOf reads an event of an Alertmanager, a Grafana, or what speaks to a pager. Their ids are made of the
// alert's fingerprint and of the time at which it began to fire: an alert that goes
// and comes back while its cause stays has the id that it had before.
func alertOf(l letter) (a alert, found bool) {
	if l.Type != alertFires && l.Type != alertEnds || !isAlertSource(l.Source) {
		return a, false
	}
	err := json.Unmarshal(l.Data, &a)
	return a, err == nil && a.Fingerprint != "" && !a.Starts.IsZero()
}

// isAlertSource says whether a source is one of those that the webhooks for alerts
// give to their senders.
func isAlertSource(source string) bool {
	name, _, _ := strings.Cut(source, "/")
	switch name {
	case "alertmanager", "grafana", "pagerduty", "opsgenie", "goalert":
		return true
	}
	return false
}

// told is what was last said of an alert.
type told struct {
	kind         string
	starts, ends time.Time
	number, turn int64
	lone         bool
	at           time.Time // when it was said for the last time
}

// heard is what an alert's news is.
type heard int

const (
	again     heard = iota // it was said before
	news                   // it fires, or has ended
	overtaken              // it was over before it was told
)

// hear says what it means when an alert is told of, given what was told last; was is
// nil when nothing was. An alert that fires after its end is news, whatever its id.
// Its beginning may overtake its end on the way: one that arrives soon after an end
// that came alone is that end's. Within is how soon.
func hear(kind string, a alert, was *told, now time.Time, within time.Duration) heard {
	fires, fired := kind == alertFires, was != nil && was.kind == alertFires
	switch {
	case was == nil:
		return news
	case fires == fired && !a.Starts.After(was.starts):
		return again
	case fires && !fired && was.lone && a.Starts.Equal(was.starts) && now.Sub(was.at).Abs() < within:
		return overtaken
	case !fires && fired && !a.Ends.IsZero() && a.Ends.Before(was.starts): // the end of an earlier time
		return overtaken
	}
	return news
}

// keepAlert writes down what is told of an alert, or counts it.
func (in *Inbox) keepAlert(tx *db.Tx, now time.Time, l letter, a alert) (Receipt, error) {
	was, err := lastTold(tx, l, a.Fingerprint)
	if err != nil {
		return Receipt{}, err
	}
	is := hear(l.Type, a, was, now, in.Window)
	if is == again {
		return in.countAlert(tx, now, was.number)
	}
	if was != nil {
		l.turn, l.late = was.turn+1, is == overtaken
	}
	number, err := known(tx, l)
	if err != nil {
		return Receipt{}, err
	}
	if number != 0 && is == overtaken {
		return in.countAlert(tx, now, number)
	}
	if number != 0 { // it was received before turns were counted
		if err := noteTold(tx, l, a, number, false); err != nil {
			return Receipt{}, err
		}
		return in.countAlert(tx, now, number)
	}
	if number, err = tx.Next("event"); err != nil {
		return Receipt{}, err
	}
	if is == overtaken {
		return in.keepLate(tx, now, l, number, was)
	}
	if err := noteTold(tx, l, a, number, l.Type == alertEnds && (was == nil || was.kind == alertEnds)); err != nil {
		return Receipt{}, err
	}
	return in.fresh(tx, now, l, number)
}

// keepLate writes down what changes nothing any more. No one is told of it, and what
// was told last stays so.
func (in *Inbox) keepLate(tx *db.Tx, now time.Time, l letter, number int64, was *told) (Receipt, error) {
	says := fmt.Sprintf("it came after its own end, %s, and changes nothing", eventRef(was.number))
	if l.Type == alertEnds {
		says = fmt.Sprintf("it tells of an end before %s, and changes nothing", eventRef(was.number))
	}
	l.tell(says)
	if err := in.insert(tx, now, l, number); err != nil {
		return Receipt{}, err
	}
	if _, err := tx.Exec(`UPDATE inbox_marks SET state = ? WHERE number = ?`, string(prentice.EventDelivered), number); err != nil {
		return Receipt{}, err
	}
	return Receipt{Event: eventRef(number), Number: number, Count: 1, Duplicate: byLateness, Note: l.note}, nil
}

// lastTold is what a sender said last of an alert, or nil.
func lastTold(tx *db.Tx, l letter, fingerprint string) (*told, error) {
	var w told
	var starts, ends string
	var lone, at int64
	err := tx.QueryRow(`SELECT a.type, a.starts, a.ends, a.number, a.turn, a.lone, m.last FROM inbox_alerts a JOIN inbox_marks m ON m.number = a.number WHERE a.sender = ? AND a.source = ? AND a.fingerprint = ?`,
		[]any{string(l.sender), l.Source, fingerprint}, &w.kind, &starts, &ends, &w.number, &w.turn, &lone, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.starts, _ = time.Parse(time.RFC3339Nano, starts) // a time that cannot be read is none
	w.ends, _ = time.Parse(time.RFC3339Nano, ends)
	w.lone, w.at = lone == 1, db.Time(at)
	return &w, nil
}

func noteTold(tx *db.Tx, l letter, a alert, number int64, lone bool) error {
	alone := 0
	if lone {
		alone = 1
	}
	_, err := tx.Exec(`INSERT INTO inbox_alerts (sender, source, fingerprint, type, starts, ends, number, turn, lone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (sender, source, fingerprint) DO UPDATE SET type = excluded.type, starts = excluded.starts, ends = excluded.ends, number = excluded.number, turn = excluded.turn, lone = excluded.lone`,
		string(l.sender), l.Source, a.Fingerprint, l.Type, a.Starts.UTC().Format(time.RFC3339Nano), a.Ends.UTC().Format(time.RFC3339Nano), number, l.turn, alone)
	return err
}

// countAlert notes that an alert is told of again: so one knows that it still fires.
func (in *Inbox) countAlert(tx *db.Tx, now time.Time, number int64) (Receipt, error) {
	r := Receipt{Event: eventRef(number), Number: number, Duplicate: byID}
	err := tx.QueryRow(`UPDATE inbox_marks SET times = times + 1, last = ? WHERE number = ? RETURNING times`, []any{db.Micros(now), number}, &r.Count)
	return r, err
}
