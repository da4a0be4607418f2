package support

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// SubjectOf is what an incident is about.
func (s *Support) SubjectOf(ctx context.Context, number int64) (prentice.Ref, error) {
	found, err := s.incidents(ctx, "number = ?", number)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].Subject, nil
}

// Standing is what an incident is about and whether it is open.
func (s *Support) Standing(ctx context.Context, number int64) (subject prentice.Ref, open bool, err error) {
	found, err := s.incidents(ctx, "number = ?", number)
	if err != nil {
		return "", false, err
	}
	if len(found) == 0 {
		return "", false, noIncident(number)
	}
	return found[0].Subject, found[0].Closed.IsZero(), nil
}

func (s *Support) incidentList(ctx context.Context, _ op.Call, in incidentListIn) (Incidents, error) {
	if err := s.ready(); err != nil {
		return Incidents{}, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 50
	}
	where, args := `1 = 1`, []any(nil)
	if in.Open {
		where += ` AND closed = 0`
	}
	if in.Subject != "" {
		where, args = where+` AND subject = ?`, append(args, in.Subject)
	}
	if !in.Since.IsZero() {
		where, args = where+` AND first_symptom >= ?`, append(args, db.Micros(in.Since))
	}
	if in.Before > 0 {
		where, args = where+` AND number < ?`, append(args, in.Before)
	}
	list, err := s.incidents(ctx, where+` ORDER BY number DESC LIMIT ?`, append(args, min(limit, 500))...)
	out := Incidents{Incidents: list, Open: in.Open && in.Subject == "" && in.Since.IsZero(), Filtered: in.Open || in.Subject != "" || !in.Since.IsZero()}
	if len(list) == limit {
		out.Next_ = cursor(list[len(list)-1].Number)
	}
	return out, err
}

// mostBroken is how many open incidents are told at once, at most.
const mostBroken = 500

// Broken is the incidents that are open, at most a few hundred, and how many there
// are: first those that still have a symptom, of each sort the newest first.
func (s *Support) Broken(ctx context.Context) (list []Incident, all int, err error) {
	if err := s.ready(); err != nil {
		return nil, 0, err
	}
	list, err = s.incidents(ctx, fmt.Sprintf(`closed = 0 ORDER BY CASE WHEN well_since > 0 THEN 1 ELSE 0 END, number DESC LIMIT %d`, mostBroken))
	if all = len(list); err == nil && all == mostBroken {
		all, err = s.OpenCount(ctx)
	}
	return list, all, err
}

// OpenCount is how many incidents are open.
func (s *Support) OpenCount(ctx context.Context) (n int, err error) {
	if err := s.ready(); err != nil {
		return 0, err
	}
	if err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incidents WHERE closed = 0`, nil, &n); err != nil {
		err = fmt.Errorf("count incidents: %w", err)
	}
	return n, err
}

func (s *Support) incidentShow(ctx context.Context, c op.Call, in which) (Detail, error) {
	if err := s.ready(); err != nil {
		return Detail{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, number, c.Now)
}

func (s *Support) detail(ctx context.Context, number int64, now time.Time) (d Detail, err error) {
	found, err := s.incidents(ctx, `number = ?`, number)
	if err != nil {
		return d, err
	}
	if len(found) == 0 {
		if was, err := db.Given(s.DB.Asking(ctx), "incident", number); err == nil && was {
			return d, prentice.NotKept(incidentRef(number))
		}
		return d, noIncident(number)
	}
	d.Incident, d.Now = found[0], now
	if d.Timeline, err = s.timeline(ctx, d.Incident); err != nil {
		return d, err
	}
	if d.Runs, err = runsOf(s.querying(ctx), number); err != nil {
		return d, err
	}
	if d.Followups, err = s.followups(ctx, now, `f.incident = ? ORDER BY f.number`, number); err != nil {
		return d, err
	}
	if err = s.heldOf(ctx, &d); err != nil {
		return d, err
	}
	if d.Symptoms, err = s.symptoms(ctx, number); err != nil || len(d.Symptoms) < mostSymptoms {
		return d, err
	}
	err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incident_symptoms WHERE incident = ?`, []any{number}, &d.MoreSymptoms)
	d.MoreSymptoms -= len(d.Symptoms)
	return d, err
}

func noIncident(number int64) error {
	return prentice.Errorf(prentice.NotFound, "no incident %d", number).Try("list them with: prentice incident list")
}

// mostSymptoms is how many an incident tells, of those that are there and then of
// those that are gone the newest first.
const mostSymptoms = 500

func (s *Support) symptoms(ctx context.Context, incident int64) ([]Symptom, error) {
	rows, err := s.DB.Query(ctx, `SELECT symptom, since, gone, event, about, severity, why, links FROM incident_symptoms WHERE incident = ?
		ORDER BY CASE WHEN gone = 0 THEN 0 ELSE 1 END, since DESC, symptom LIMIT ?`, incident, mostSymptoms)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Symptom{}
	for rows.Next() {
		var y Symptom
		var key, links string
		var since, gone int64
		if err := rows.Scan(&key, &since, &gone, &y.event, &y.About, &y.Severity, &y.Why, &links); err != nil {
			return nil, err
		}
		if links != "" && json.Unmarshal([]byte(links), &y.Links) != nil {
			y.Links = nil // of a later version
		}
		y.What, y.Since, y.Gone = complaintFrom(key).String(), db.Time(since), db.Time(gone)
		list = append(list, y)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return list, s.lastSeen(ctx, list)
}

func cursor(number int64) string { return strconv.FormatInt(number, 10) }

// AboutSince is the incidents about something that were not over before a time, the newest first, at
// most 500.
func (s *Support) AboutSince(ctx context.Context, subject prentice.Ref, from time.Time) ([]Incident, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	return s.incidents(ctx, `subject = ? AND (closed = 0 OR closed >= ?) ORDER BY number DESC LIMIT 500`, string(subject), db.Micros(from))
}
