package boot

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// muting is what keeps symptoms silent: the silences that people add, and the
// maintenance in the team's calendar.
type muting struct {
	*silence.Silences
	team *Team

	mu    sync.Mutex // guards known
	known struct {   // of the calendar that was asked last: it costs much to look far ahead
		of       *calendar.Calendar
		readings int // how often another calendar came
		mark     string
		at, next time.Time
	}
}

// Muting implements support.Silences. Of a silence and maintenance it is what lasts
// longer.
func (m *muting) Muting(tx *db.Tx, now time.Time, about prentice.Ref, labels map[string]string) (*team.Mute, error) {
	by, err := m.Silences.Muting(tx, now, about, labels)
	if err != nil {
		return nil, err
	}
	t := m.team.now.Load()
	maintained := t.calendar().Mute(t.catalog, about, labels, now)
	if by == nil || maintained != nil && (maintained.Until.IsZero() || maintained.Until.After(by.Until)) {
		return cmp.Or(maintained, by), nil
	}
	return by, nil
}

// Turn implements support.Silences.
func (m *muting) Turn(ctx context.Context, now time.Time) (mark string, next time.Time, err error) {
	mark, next, err = m.Silences.Turn(ctx, now)
	if err != nil {
		return "", time.Time{}, err
	}
	names, turns := m.calendar(now)
	if !turns.IsZero() && (next.IsZero() || turns.Before(next)) {
		next = turns
	}
	return mark + " " + names, next, nil
}

// farAhead is how long what the calendar said of a time without an end is believed.
const farAhead = time.Hour

func (m *muting) calendar(now time.Time) (mark string, next time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	in, k := m.team.now.Load().calendar(), &m.known
	until := k.next
	if until.IsZero() {
		until = k.at.Add(farAhead)
	}
	if k.of != in || now.Before(k.at) || !now.Before(until) {
		if k.of != in {
			k.readings++
		}
		k.of, k.at = in, now
		k.mark, k.next = in.Turn(now)
	}
	return fmt.Sprint(k.readings, k.mark), k.next
}

// maintained is the maintenance of a thing, or with "" all, that is in force or comes
// within some days, and how it stands in the Alertmanager that hears of it.
func (s *System) maintained(ctx context.Context, now time.Time, about prentice.Ref, days int) []calendar.Listed {
	t := s.Team.now.Load()
	list := t.calendar().Maintained(t.catalog, about, now, days)
	if s.mirror == nil || len(list) == 0 {
		return list
	}
	says, err := s.silences.WindowsElsewhere(ctx, now)
	for i, e := range list {
		if list[i].Elsewhere = says[e.Name]; err != nil {
			list[i].Elsewhere = "not known whether it is in Alertmanager: " + err.Error()
		}
	}
	return list
}

// windows is the maintenance in force, and that of the coming day, by labels.
func (t *Team) windows(now time.Time) (list []silence.Window) {
	in := t.now.Load()
	for _, l := range in.calendar().Labelled(in.catalog, now) {
		list = append(list, silence.Window{Name: l.Name, Reason: l.Reason, Matchers: l.Matchers, Own: l.Own, Starts: l.From, Ends: l.To})
	}
	return list
}
