package support

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// Silences keeps silences and says what is silent.
type Silences interface {
	Add(tx *db.Tx, now time.Time, n silence.Silence) (silence.Silence, error)
	Check(n silence.Silence, now time.Time) (silence.Silence, error)
	End(tx *db.Tx, now time.Time, number int64, by prentice.Ref) (silence.Silence, error)
	Find(ctx context.Context, name string) (silence.Silence, error)
	List(ctx context.Context, now time.Time, all bool, before int64, limit int) ([]silence.Silence, error)
	Fits(matchers []string, labels map[string]string) bool
	// Muting is why something about a thing, with these labels, is silent at a moment,
	// or nil: a silence, or maintenance.
	Muting(tx *db.Tx, now time.Time, about prentice.Ref, labels map[string]string) (*team.Mute, error)
	// Turn is a mark that changes with what is silent, and when it does so by itself.
	Turn(ctx context.Context, now time.Time) (mark string, next time.Time, err error)
}

// Muted is a symptom that is silenced, and has no incident.
type Muted struct {
	What    string            `json:"what"`
	Subject prentice.Ref      `json:"subject"`
	Summary string            `json:"summary"`
	Since   time.Time         `json:"since"`
	Labels  map[string]string `json:"labels"`
	Mute    team.Mute         `json:"mute"`
	Event   prentice.Ref      `json:"event"`

	symptom string
	record  prentice.EventRecord
	unread  bool // what is stored of it cannot be read
}

// silenceable says whether an event may be silenced: an alert, a failing probe, or
// what else is told from outside. What prentice says of itself never is, nor what
// could not be read, nor what a person has opened.
func silenceable(e prentice.Event) bool {
	if e.Type == "alert.unread" || e.Type == "incident.opened" || e.Subject == "" {
		return false
	}
	return !ours(e) || strings.HasPrefix(e.Type, "probe.") || isBeat(e)
}

// labelsOf are the labels by which a symptom can be silenced: those of the alert, and
// what prentice knows of it. What it is about is never what a sender claims.
func labelsOf(e prentice.Event, severity string) map[string]string {
	w, labels := wordsOf(e), map[string]string{}
	claimed, _ := w["labels"].(map[string]any)
	for name, value := range claimed {
		if text, is := value.(string); is && len(labels) < 100 {
			labels[name] = text
		}
	}
	for _, name := range []string{"alertname", "probe", "heartbeat"} {
		if text := w.text(name); text != "" && labels[name] == "" {
			labels[name] = text
		}
	}
	if severity != "" {
		labels["severity"] = severity
	}
	if e.Subject.Kind() != "service" {
		delete(labels, "service") // the catalog has no such service, or it is not about it
	}
	if kind := e.Subject.Kind(); kind == "service" || kind == "host" || kind == "resource" {
		labels[kind] = e.Subject.Name()
	}
	return labels
}

// mute keeps a symptom that is silenced from its incident, and says whether it did.
// One that an open incident has already stays there, and asks for nothing.
func (s *Support) mute(tx *db.Tx, now time.Time, r prentice.EventRecord, route alert.Routing) (why *team.Mute, apart bool, err error) {
	if s.Silences == nil || !silenceable(r.Event) {
		return nil, false, nil
	}
	labels := labelsOf(r.Event, route.Severity)
	if why, err = s.Silences.Muting(tx, now, r.Subject, labels); err != nil {
		return nil, false, err
	}
	c := complaintOf(r.Event)
	if why == nil {
		return nil, false, unmute(tx, c, r.Event)
	}
	var there int
	if err := tx.QueryRow(`SELECT COUNT(*) FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.symptom = ? AND s.gone = 0 AND i.closed = 0 AND (i.subject = ? OR s.about = ?)`,
		[]any{c.key(), string(r.Subject), string(r.Subject)}, &there); err != nil || there > 0 {
		return why, false, err
	}
	texts, err := jsonOf(labels, why, r)
	if err != nil {
		return nil, false, err
	}
	_, err = tx.Exec(`INSERT INTO support_muted (symptom, subject, own, since, labels, mute, record) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (symptom, subject) DO UPDATE SET labels = excluded.labels, mute = excluded.mute, record = excluded.record`,
		c.key(), string(r.Subject), flag(ours(r.Event)), db.Micros(happened(r.Event, now)), texts[0], texts[1], texts[2])
	return why, true, err
}

func jsonOf(parts ...any) ([]string, error) {
	texts := make([]string, len(parts))
	for i, part := range parts {
		raw, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		texts[i] = string(raw)
	}
	return texts, nil
}

// unmute forgets the silenced symptoms that an event answers: a recovery of them, or
// themselves, when they are silenced no more.
func unmute(tx *db.Tx, c complaint, e prentice.Event) error {
	rows, err := tx.Query(`SELECT symptom, own FROM support_muted WHERE subject = ?`, string(e.Subject))
	if err != nil {
		return err
	}
	defer rows.Close()
	var over []string
	for rows.Next() {
		var key string
		var own int
		if err := rows.Scan(&key, &own); err != nil {
			return err
		}
		if key == c.key() || isRecovery(e.Type) && c.ends(complaintFrom(key)) && (own == 0 || ours(e)) {
			over = append(over, key)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, key := range over {
		if _, err := tx.Exec(`DELETE FROM support_muted WHERE symptom = ? AND subject = ?`, key, string(e.Subject)); err != nil {
			return err
		}
	}
	return nil
}

// labelled keeps the labels of an incident's symptom beside it.
func (s *Support) labelled(tx *db.Tx, incident int64, r prentice.EventRecord, route alert.Routing) error {
	if !silenceable(r.Event) {
		return nil
	}
	texts, err := jsonOf(labelsOf(r.Event, route.Severity))
	if err == nil {
		_, err = tx.Exec(`UPDATE incident_symptoms SET labels = ? WHERE incident = ? AND symptom = ?`, texts[0], incident, complaintOf(r.Event).key())
	}
	return err
}

// weigh looks whether all symptoms of an incident are silenced. When they are no
// more, anyone who would have been called meanwhile is called.
func (s *Support) weigh(tx *db.Tx, now time.Time, in *Incident) error {
	if s.Silences == nil || !in.Closed.IsZero() {
		return nil
	}
	mute, err := s.allMuted(tx, now, in.Number)
	if err != nil {
		return err
	}
	was := in.Muted
	if mute == nil && was == nil || mute != nil && was != nil && *mute == *was {
		return nil
	}
	in.Muted = mute
	switch {
	case was == nil:
		err = addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "all its symptoms are silenced: " + muteText(*mute), About: mute.Of})
	case mute == nil && in.WellSince.IsZero():
		err = addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "it is silenced no more", About: was.Of})
	}
	if err != nil {
		return err
	}
	owed := in.owed
	if mute == nil {
		in.owed = ""
		if owed != "" && in.WellSince.IsZero() {
			return s.call(tx, now, in, owed, nil)
		}
	}
	return save(tx, in)
}

// reweigh is weigh for an incident that may be none, or over.
func (s *Support) reweigh(tx *db.Tx, now time.Time, incident int64) error {
	in, err := incidentWhere(tx, `number = ? AND closed = 0`, incident)
	if in == nil || err != nil {
		return err
	}
	return s.weigh(tx, now, in)
}

// allMuted is why all symptoms of an incident are silent, until the first of them is
// not any more; nil when one is not, or there is none.
func (s *Support) allMuted(tx *db.Tx, now time.Time, incident int64) (*team.Mute, error) {
	rows, err := tx.Query(`SELECT s.labels, s.about, i.subject FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.incident = ? AND s.gone = 0`, incident)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type one struct {
		labels  string
		about   prentice.Ref
		subject prentice.Ref
	}
	var all []one
	for rows.Next() {
		var y one
		if err := rows.Scan(&y.labels, &y.about, &y.subject); err != nil {
			return nil, err
		}
		all = append(all, y)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var first *team.Mute
	for _, y := range all {
		var labels map[string]string
		if y.labels == "" || json.Unmarshal([]byte(y.labels), &labels) != nil {
			return nil, nil
		}
		why, err := s.Silences.Muting(tx, now, cmp.Or(y.about, y.subject), labels)
		if why == nil || err != nil {
			return nil, err
		}
		if first == nil || !why.Until.IsZero() && (first.Until.IsZero() || why.Until.Before(first.Until)) {
			first = why
		}
	}
	return first, nil
}

func muteText(m team.Mute) string {
	text := string(m.Of)
	if m.By != "" {
		text += " by " + string(m.By)
	}
	if !m.Until.IsZero() {
		text += " until " + m.Until.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return text + ": " + clip(m.Why, 300)
}

// turns takes up what is silenced no more and looks at the open incidents anew,
// whenever a silence was added, begins or ends. It says when to look again.
func (s *Support) turns(ctx context.Context) (time.Duration, error) {
	if s.Silences == nil {
		return time.Hour, nil
	}
	now := s.Clock()
	mark, next, err := s.Silences.Turn(ctx, now)
	if err != nil {
		return 0, err
	}
	seen := &s.turn
	if since := now.Sub(seen.at); mark != seen.mark || since < 0 || since >= time.Minute || !seen.next.IsZero() && !now.Before(seen.next) {
		if err := s.takeUp(ctx); err != nil {
			return 0, err
		}
		if err := s.weighAll(ctx); err != nil {
			return 0, err
		}
		seen.mark, seen.at = mark, now
	}
	seen.next = next
	if next.IsZero() {
		return time.Minute, nil
	}
	return max(next.Sub(now), 0), nil
}

// takeUp takes the symptoms up that were silenced and are no more.
func (s *Support) takeUp(ctx context.Context) error {
	list, err := s.Muteds(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.unread {
			continue // it is listed; its next event tells of it anew
		}
		err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
			var there int
			if err := tx.QueryRow(`SELECT COUNT(*) FROM support_muted WHERE symptom = ? AND subject = ?`, []any{m.symptom, string(m.Subject)}, &there); err != nil || there == 0 {
				return err
			}
			route := s.route(m.record.Event)
			why, apart, err := s.mute(tx, now, m.record, route)
			if err != nil || apart || why != nil {
				return err
			}
			incident, err := s.join(tx, now, symptom, m.record, route)
			if err != nil {
				return err
			}
			if err := addLine(tx, incident, Line{Time: now, Kind: "note", Says: "it was silenced before: " + muteText(m.Mute), About: m.Mute.Of}); err != nil {
				return err
			}
			tx.After(s.ring)
			return settle(tx, now, m.record, incident, true)
		})
		if err != nil {
			return fmt.Errorf("take up what is silenced no more: %w", err)
		}
	}
	return nil
}

func (s *Support) weighAll(ctx context.Context) error {
	for last := int64(0); ; {
		some, err := s.incidents(ctx, `closed = 0 AND number > ? ORDER BY number LIMIT ?`, last, atOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
			for _, one := range some {
				if one.Unread != "" {
					continue
				}
				if err := s.reweigh(tx, now, one.Number); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("look what is silenced: %w", err)
		}
		last = some[len(some)-1].Number
	}
}

// mostMuted is how many silenced symptoms are read at once.
const mostMuted = 5000

// Muteds is the symptoms that are silenced and have no incident, the oldest first.
func (s *Support) Muteds(ctx context.Context) ([]Muted, error) {
	rows, err := s.DB.Query(ctx, `SELECT symptom, subject, since, labels, mute, record FROM support_muted ORDER BY since, symptom, subject LIMIT ?`, mostMuted)
	list, err := db.List(rows, err, func(scan func(...any) error, m *Muted) error {
		var since int64
		var labels, mute, record string
		err := scan(&m.symptom, &m.Subject, &since, &labels, &mute, &record)
		err = errors.Join(err, json.Unmarshal([]byte(labels), &m.Labels), json.Unmarshal([]byte(mute), &m.Mute), json.Unmarshal([]byte(record), &m.record))
		m.What, m.Since, m.Event = named(m.symptom, m.Labels), db.Time(since), m.record.Ref()
		if err == nil {
			m.Summary = titleOf(m.record.Event)
		}
		return err
	}, func(m *Muted, why error) { m.Summary, m.unread = why.Error(), true })
	if err != nil {
		return nil, fmt.Errorf("read what is silenced: %w", err)
	}
	return list, nil
}
