package support

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

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
	leaves, err := s.release(ctx)
	if err != nil {
		return 0, err
	}
	soon, err := s.tellOverdue(ctx)
	if err != nil {
		return 0, err
	}
	later, err := s.putOff(ctx)
	if waiting > 0 || later || leaves || soon {
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
	case in.settling != "":
		return s.settled(tx, now, in)
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
