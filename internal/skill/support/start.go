package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// mostTries is how often a door that is out of order is asked.
const mostTries = 5

// start asks the door for a run. What the door answers goes to the timeline,
// also its reasons when it refuses. The runner knows the event, so that asking
// again after a crash starts nothing twice.
func (s *Support) start(ctx context.Context, t task, name, reason string) error {
	door := "event"
	if sortOf(t.event.Event) == tick {
		door = "schedule"
	}
	wish := prentice.RunRequest{Actor: prentice.Prentice(door), Procedure: name, EventNumber: t.event.Number, Reason: reason}
	if door == "schedule" {
		wish.Inputs = givenBy(t.event.Event)
	}
	if t.incident != 0 {
		wish.Incident = incidentRef(t.incident)
	}
	run, err := s.Runs.Start(ctx, wish)
	if err != nil {
		return s.notStarted(ctx, t, name, err)
	}
	return s.done(ctx, t, func(tx *db.Tx, now time.Time, _ task, in *Incident) error {
		return s.started(tx, now, in, name, t.event.Subject, run)
	})
}

// notStarted is what a no from the door leads to. A door that is out of order is
// asked again; any other no is final, and a person is called.
func (s *Support) notStarted(ctx context.Context, t task, name string, no error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*prentice.Error](no); (!ok || e.Kind == prentice.Unavailable || e.Kind == prentice.Internal || e.Kind == prentice.Canceled) && t.attempts+1 < mostTries {
		return no
	}
	why := fmt.Sprintf("%s was not started: %s", name, clip(no.Error(), 700))
	return s.done(ctx, t, func(tx *db.Tx, now time.Time, t task, in *Incident) error {
		if in == nil {
			return s.callFor(tx, now, t.event, why, nil)
		}
		if err := addLine(tx, in.Number, Line{Time: now, Kind: "run", Says: why, About: prentice.NewRef("procedure", name)}); err != nil {
			return err
		}
		if !in.Called.IsZero() {
			return nil
		}
		return s.call(tx, now, in, why, nil)
	})
}

// started brings the run that the door answered with to the incident.
func (s *Support) started(tx *db.Tx, now time.Time, in *Incident, name string, about prentice.Ref, run prentice.Run) error {
	if in == nil {
		return nil
	}
	in.callAt, in.settling = time.Time{}, ""
	if err := save(tx, in); err != nil {
		return err
	}
	n := news{Run: run.Number, Procedure: name, State: run.State, Says: clip(run.Says, 500), Hold: run.Hold}
	_, err := tx.Exec(`INSERT INTO incident_runs (incident, run, procedure_name, state, says, asked, ended, doubled, about) VALUES (?, ?, ?, '', '', ?, 0, 0, ?)
		ON CONFLICT (incident, run) DO UPDATE SET about = excluded.about`, in.Number, run.Number, name, db.Micros(now), string(about))
	if err != nil {
		return err
	}
	return s.follow(tx, now, in, n, now)
}
