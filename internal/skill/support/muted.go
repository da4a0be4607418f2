package support

import (
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
	if err := tx.QueryRow(`SELECT COUNT(*) FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.symptom IN (?, ?) AND s.gone = 0 AND i.closed = 0 AND (i.subject = ? OR s.about = ?)`,
		[]any{c.key(), complaint{stem: c.stem, name: c.name, about: r.Subject}.key(), string(r.Subject), string(r.Subject)}, &there); err != nil || there > 0 {
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
func (s *Support) labelled(tx *db.Tx, in *Incident, r prentice.EventRecord, route alert.Routing) error {
	if !silenceable(r.Event) {
		return nil
	}
	texts, err := jsonOf(labelsOf(r.Event, route.Severity))
	if err == nil {
		_, err = tx.Exec(`UPDATE incident_symptoms SET labels = ? WHERE incident = ? AND symptom = ?`, texts[0], in.Number, keptIn(in, r.Event).key())
	}
	return err
}

// Muteds is the symptoms that are silenced and have no incident, the oldest first.
func (s *Support) Muteds(ctx context.Context) ([]Muted, error) {
	rows, err := s.DB.Query(ctx, `SELECT symptom, subject, since, labels, mute, record FROM support_muted ORDER BY since, symptom, subject`)
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
