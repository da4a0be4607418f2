package silence

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/label"
)

// Copy is a silence as another system has it.
type Copy struct {
	ID   string // its own
	Of   string // the id of ours that it is a copy of, or ""
	Over bool
}

// Receiver is another system that hears of silences.
type Receiver interface {
	List(context.Context) ([]Copy, error)
	Add(context.Context, Silence) (id string, err error)
	End(ctx context.Context, id string) error
}

// Mirror keeps in an Alertmanager what is silent here, by silences and by maintenance. It compares what there is
// with what there should be, so that a crash, a lost answer and an Alertmanager that
// has forgotten everything lead to the same end. What someone ended there is not
// added again.
type Mirror struct {
	Silences *Silences
	Windows  func(now time.Time) []Window // of the calendar; nil is none
	To       Receiver
	Clock    func() time.Time
	Log      *slog.Logger

	wake chan struct{}
	said string // what was logged last
}

// NewMirror is a mirror, which hears of every silence that is added or ended here.
func NewMirror(of *Silences, to Receiver, clock func() time.Time, log *slog.Logger) *Mirror {
	m := &Mirror{Silences: of, To: to, Clock: clock, Log: log, wake: make(chan struct{}, 1)}
	of.Changed = m.ring
	return m
}

// isThere is how it is said that a copy lasts.
const isThere = "in Alertmanager as "

// lookEvery is how often is compared when no one rings.
const lookEvery = 15 * time.Second

func (m *Mirror) ring() {
	select {
	case m.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// Run compares until ctx ends.
func (m *Mirror) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := m.Round(ctx)
		if said := fmt.Sprint(err); err != nil && ctx.Err() == nil && said != m.said {
			m.Log.Warn("silences in Alertmanager", "err", err)
			m.said = said
		} else if err == nil {
			m.said = ""
		}
		t := time.NewTimer(lookEvery)
		select {
		case <-ctx.Done():
		case <-m.wake:
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// Round compares once, and does what is missing.
func (m *Mirror) Round(ctx context.Context) error {
	ours, err := m.ours(ctx, m.Clock())
	if err != nil || len(ours) == 0 {
		return err
	}
	theirs, unheard := m.To.List(ctx)
	for _, s := range ours {
		do := missing(s, theirs, m.Clock())
		switch {
		case do.why != "":
			err = m.note(ctx, s, "not in Alertmanager: "+do.why)
		case unheard != nil && s.Ended.IsZero():
			err = m.note(ctx, s, "not known whether it is in Alertmanager: "+unheard.Error())
		case unheard != nil:
		default:
			err = m.do(ctx, s, do)
		}
		if err != nil {
			return err
		}
	}
	return unheard
}

// ours is all that another system should know.
func (m *Mirror) ours(ctx context.Context, now time.Time) (list []told, err error) {
	silences, err := m.Silences.lasting(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, s := range silences {
		list = append(list, told{Silence: s, untold: untold(s)})
	}
	var wanted []Window
	if m.Windows != nil {
		wanted = m.Windows(now)
	}
	windows, err := m.Silences.windows(ctx, wanted, now)
	return append(list, windows...), err
}

// deed is what is missing elsewhere of one of our silences.
type deed struct {
	add bool
	end []string // copies, by their own ids
	is  string   // what there is, in words
	why string   // it cannot be there
}

// missing compares one of our silences with the copies that there are. Of two copies
// that last, as after an answer that was lost, one is ended.
func missing(s told, theirs []Copy, now time.Time) (d deed) {
	over := s.State(now) == Expired
	ended := ""
	for _, c := range theirs {
		switch {
		case c.Of != s.ID:
		case c.Over:
			ended = c.ID
		case over || d.is != "":
			d.end = append(d.end, c.ID)
		default:
			d.is = isThere + c.ID
		}
	}
	if d.why = s.untold; d.why != "" {
		return d
	}
	switch {
	case over, d.is != "":
	case ended != "":
		d.is = "ended in Alertmanager, where it was " + ended
	default:
		d.add = true
	}
	return d
}

func (m *Mirror) do(ctx context.Context, s told, d deed) error {
	var failed error
	for _, id := range d.end {
		failed = cmp.Or(failed, m.To.End(ctx, id))
	}
	if d.add {
		id, err := m.To.Add(ctx, s.Silence)
		if d.is = isThere + id; err != nil {
			d.is, failed = "not in Alertmanager: "+err.Error(), err
		}
	}
	if len(d.end) > 0 && failed == nil && !s.Ended.IsZero() {
		d.is = "ended in Alertmanager too"
	}
	if d.is != "" {
		failed = cmp.Or(m.note(ctx, s, d.is), failed)
	}
	return failed
}

// note keeps how a silence stands elsewhere.
func (m *Mirror) note(ctx context.Context, s told, is string) error {
	if is = clip(is); is == s.Elsewhere {
		return nil
	}
	err := m.Silences.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE silences SET elsewhere = ? WHERE id = ?`, is, s.ID)
		if s.window != "" {
			_, err = tx.Exec(`UPDATE silence_windows SET elsewhere = ? WHERE id = ?`, is, s.ID)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep how %s stands in Alertmanager: %w", s.ref(), err)
	}
	return nil
}

func clip(text string) string {
	if r := []rune(text); len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return text
}

// made are the labels that prentice gives by itself: an alert may have others of the
// same names, or none.
var made = []string{"service", "host", "resource", "severity"}

// untold is why a silence cannot be told to an Alertmanager, or "": it compares the
// labels that it knows, so that one which leaves out what only we know would hide
// more there than here.
func untold(s Silence) string {
	if len(s.Matchers) == 0 {
		return "its matchers cannot be read"
	}
	for _, text := range s.Matchers {
		m, err := label.Parse(text)
		if err != nil {
			return "its matcher " + text + " cannot be read"
		}
		if m.Name == "probe" {
			return "it is for probes, which Alertmanager does not know"
		}
		for _, name := range made {
			if m.Name == name && (strings.HasPrefix(m.Op, "!") || m.Fits(nil)) {
				return fmt.Sprintf("%s compares what prentice found out, and would match more there", text)
			}
		}
	}
	return ""
}

// lasting is the silences whose end is still to come, also those that were ended
// before it.
func (s *Silences) lasting(ctx context.Context, now time.Time) ([]Silence, error) {
	return scanAll(s.DB.Query(ctx, `SELECT `+columns+` FROM silences WHERE ends > ? ORDER BY number DESC LIMIT ?`, db.Micros(now), 2*mostAtOnce))
}
