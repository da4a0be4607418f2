package support

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	mostHands = 8   // incidents that are looked into at the same moment
	atOnce    = 500 // incidents that are read at once
)

// Run does what events ask for, tells what has happened, and applies the rules
// that need time, until ctx ends. It waits for anyone who still works.
func (s *Support) Run(ctx context.Context) error {
	if s.ready() != nil {
		<-ctx.Done()
		return nil
	}
	defer s.hand.Wait()
	for ctx.Err() == nil {
		wait, err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("support", "err", err)
			wait = time.Second
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// Ring tells Run that another process may have written something.
func (s *Support) Ring() { s.ring() }

// ring wakes Run.
func (s *Support) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// round does all that is due at this moment and says when to look again.
func (s *Support) round(ctx context.Context) (time.Duration, error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if err := s.send(ctx); err != nil {
		return 0, err
	}
	if err := s.askAgain(ctx); err != nil {
		return 0, err
	}
	turn, err := s.turns(ctx)
	if err != nil {
		return 0, err
	}
	beat, err := s.listenFor(ctx)
	if err != nil {
		return 0, err
	}
	wait, err := s.watch(ctx)
	if err != nil {
		return 0, err
	}
	wait = min(wait, turn, beat)
	again, err := s.nextAgain(ctx)
	if !again.IsZero() {
		wait = min(wait, max(again.Sub(s.Clock()), 0))
	}
	return wait, err
}

// begin gives each lane that has something to be looked into a hand of its own,
// so that slow checks hold up no other incident, and one incident's events stay
// in order.
func (s *Support) begin(ctx context.Context) error {
	lanes, err := s.lanes(ctx)
	if err != nil {
		return err
	}
	for _, lane := range lanes {
		if s.take(lane) {
			s.hand.Go(func() {
				defer s.ring()
				defer s.leave(lane)
				s.walk(ctx, lane)
			})
		}
	}
	return nil
}

func (s *Support) take(lane string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[lane] || len(s.busy) >= mostHands {
		return false
	}
	s.busy[lane] = true
	return true
}

func (s *Support) leave(lane string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, lane)
}

// walk looks into one event of a lane after the other, until none is due.
func (s *Support) walk(ctx context.Context, lane string) {
	for ctx.Err() == nil {
		t, found, err := s.nextTask(ctx, lane)
		if errors.Is(err, errTaskOver) {
			continue
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("support", "lane", lane, "err", err)
		}
		if err != nil || !found {
			return
		}
		if err := s.lookInto(ctx, t); err != nil {
			s.later(ctx, t, err)
			return
		}
	}
}

// lanes are those whose first event is due.
func (s *Support) lanes(ctx context.Context) (lanes []string, err error) {
	rows, err := s.DB.Query(ctx, `SELECT e.lane FROM support_tasks e
		JOIN (SELECT lane, MIN(seq) AS first FROM support_tasks WHERE state = 'pending' GROUP BY lane) f ON f.lane = e.lane AND f.first = e.seq
		WHERE e.state = 'pending' AND e.due <= ? ORDER BY e.seq LIMIT 100`, db.Micros(s.Clock()))
	if err != nil {
		return nil, fmt.Errorf("read what is to be done: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var lane string
		if err := rows.Scan(&lane); err != nil {
			return nil, fmt.Errorf("read what is to be done: %w", err)
		}
		lanes = append(lanes, lane)
	}
	return lanes, rows.Err()
}

// nextTask is the first event of a lane, if it is due.
func (s *Support) nextTask(ctx context.Context, lane string) (t task, found bool, err error) {
	var due int64
	var text string
	err = s.DB.QueryRow(ctx, `SELECT event, incident, attempts, chosen, why, due, record FROM support_tasks WHERE state = 'pending' AND lane = ? ORDER BY seq LIMIT 1`,
		[]any{lane}, &t.key, &t.incident, &t.attempts, &t.chosen, &t.why, &due, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("read what is to be done: %w", err)
	}
	if bad := json.Unmarshal([]byte(text), &t.event); bad != nil {
		t.event = prentice.EventRecord{}
		return t, due <= db.Micros(s.Clock()), s.reread(ctx, &t, bad)
	}
	if t.event.Number == 0 { // it was taken up before events were known by number
		t.event, err = s.Inbox.Find(ctx, t.event.Source, t.event.ID)
	}
	if err != nil {
		return t, false, fmt.Errorf("read what is to be done: %w", err)
	}
	return t, due <= db.Micros(s.Clock()), nil
}

// reread takes an event from the inbox whose copy here cannot be read. If the inbox
// does not have it either, the task is over: it would hold up its lane for ever.
func (s *Support) reread(ctx context.Context, t *task, bad error) error {
	e, err := s.Inbox.Show(ctx, t.key)
	if err == nil {
		t.event = e
		return nil
	}
	if prentice.KindOf(err) != prentice.NotFound {
		return fmt.Errorf("read event %d: %w", t.key, err)
	}
	says := fmt.Sprintf("event %d cannot be read (%v), so nothing is done about it", t.key, bad)
	s.Log.Error("support", "err", says)
	err = s.done(ctx, *t, func(tx *db.Tx, now time.Time, t task, in *Incident) error {
		if in != nil {
			if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: says}); err != nil {
				return err
			}
		}
		return s.Recorder.Append(tx, now, prentice.Note{Kind: "event.unread", Actor: self, Data: map[string]any{"event": t.key, "says": says}})
	})
	if err == nil {
		err = errTaskOver
	}
	return err
}

// errTaskOver says that a task has ended while it was read.
var errTaskOver = errors.New("the task is over")

// later puts a task off after a failure that may pass. One that was interrupted
// by the end of the program has not failed.
func (s *Support) later(ctx context.Context, t task, failure error) {
	if ctx.Err() != nil {
		return
	}
	s.Log.Warn("look into event", "source", t.event.Source, "event", t.event.ID, "attempt", t.attempts+1, "err", failure)
	pause := min(time.Second<<min(t.attempts, 6), time.Minute)
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`UPDATE support_tasks SET attempts = attempts + 1, due = ? WHERE event = ? AND state = 'pending'`,
			db.Micros(now.Add(pause)), t.key)
		return err
	})
	if err != nil {
		s.Log.Error("put event off", "source", t.event.Source, "event", t.event.ID, "err", err)
	}
}

// watch applies the rules that need time to the open incidents, and says when to
// look again.
func (s *Support) watch(ctx context.Context) (time.Duration, error) {
	now := s.Clock().UTC()
	waiting, last := 0, int64(0)
	for {
		some, err := s.incidents(ctx, `closed = 0 AND (well_since > 0 OR call_at > 0) AND number > ? ORDER BY number LIMIT ?`, last, atOnce)
		if err != nil {
			return 0, err
		}
		for _, in := range some {
			waiting, last = waiting+1, in.Number
			if in.Unread != "" || !due(now, in, s.Quiet) {
				continue
			}
			if err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
				tx.After(s.ring)
				return s.judge(tx, now, in.Number)
			}); err != nil && ctx.Err() == nil { // one that cannot be judged holds up no other
				s.Log.Error("judge an incident", "incident", in.Number, "err", err)
			}
		}
		if len(some) < atOnce {
			break
		}
	}
	later, err := s.putOff(ctx)
	if waiting > 0 || later {
		return time.Second, err
	}
	return time.Minute, err
}

// putOff says whether a task waits for its time.
func (s *Support) putOff(ctx context.Context) (bool, error) {
	var seq int64
	err := s.DB.QueryRow(ctx, `SELECT COALESCE(MIN(seq), 0) FROM support_tasks WHERE state = 'pending'`, nil, &seq)
	return seq > 0, err
}

// due says whether one of the rules may apply; judge looks again within a write.
func due(now time.Time, in Incident, quiet time.Duration) bool {
	return wellAgain(now, in.WellSince, 0, quiet) || nobodyComes(now, in.callAt, 0, true)
}

// judge applies the rules that need time to one incident.
func (s *Support) judge(tx *db.Tx, now time.Time, number int64) error {
	in, err := incidentWhere(tx, `number = ? AND closed = 0`, number)
	if in == nil || err != nil {
		return err
	}
	runs, err := runsOf(tx.Query, number)
	if err != nil {
		return err
	}
	acting, helped := 0, prentice.Ref("")
	for _, r := range runs {
		if acts(r.State) {
			acting++
		}
		if r.State == prentice.Unverified || r.State.Harmful() {
			helped = r.Run
		}
	}
	switch {
	case wellAgain(now, in.WellSince, acting, s.Quiet):
		says := "recovered by itself"
		if helped != "" {
			says = "recovered; whether " + string(helped) + " helped is not known"
		}
		return s.end(tx, now, in, byItself, fmt.Sprintf("%s, and has been healthy for %s", says, s.Quiet), prentice.Prentice("event"), helped)
	case nobodyComes(now, in.callAt, len(runs), in.Verified != 0) && in.WellSince.IsZero():
		why := "no procedure matches"
		if in.Verified != 0 {
			why = fmt.Sprintf("%s is verified, and a symptom is still there %s later", runRef(in.Verified), s.Lag)
		}
		if in.Quiet && in.Verified == 0 {
			return s.unmatched(tx, now, in)
		}
		return s.call(tx, now, in, why, nil)
	}
	return nil
}

// querying is a database's Query for those who do not care whether they read
// within a write.
func (s *Support) querying(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(query string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, query, args...) }
}
