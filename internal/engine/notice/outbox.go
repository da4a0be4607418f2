package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Listen hears an event and puts what people must be told into the outbox. It
// may be told of the same event again.
func (o *Outbox) Listen(ctx context.Context, rec prentice.EventRecord) error {
	e := rec.Event
	settings, d := o.Settings(), read(e)
	topics := topicsOf(e, d)
	if settings == nil || len(topics) == 0 {
		return nil
	}
	var run *run.View
	if e.Subject.Kind() == "run" && d.Run > 0 {
		found, err := o.Show(ctx, d.Run)
		if err != nil {
			return fmt.Errorf("read %s for a notice: %w", e.Subject, err)
		}
		run = &found
	}
	for _, topic := range topics {
		if topic == Asked && (run == nil || run.State != prentice.Waiting) {
			continue // someone was faster
		}
		m := compose(topic, rec, d, run, settings.Link)
		o.aim(ctx, &m, d.Run)
		if err := o.post(ctx, settings, keyOf(topic, e, run), m); err != nil {
			return err
		}
	}
	return nil
}

// keyOf is what a notice is known by: the event; of a question, which wait of the
// run it is. An approval that leaves the run waiting for others asks no one again.
func keyOf(topic string, e prentice.Event, run *run.View) string {
	if topic == Asked {
		return fmt.Sprintf("%s waits for %s until %d", run.Ref(), run.Waits, run.Expires.UnixMicro())
	}
	return e.Source + "\x00" + e.ID
}

// post puts a message into the outbox of every channel that wants it.
func (o *Outbox) post(ctx context.Context, s *Settings, key string, m Message) error {
	belongs := belonging{o.Systems(m.Subject, m.Targets), o.Owners(m.Subject, m.Targets)}
	if m.Owner != "" { // the rules for alerts may say it
		belongs.owners = []prentice.Ref{m.Owner}
	}
	wanting := s.wanting(m, belongs)
	if m.Topic == Incident && len(wanting) == 0 {
		wanting = s.anyway(m.Topic, belongs)
	}
	channels := o.reaching(ctx, s, wanting, m)
	if (m.Topic == Resolved || m.Topic == Acked) && !s.routes(m.Topic) {
		var err error
		if channels, err = o.told(ctx, m.About); err != nil {
			return err
		}
		channels = s.with(channels, m.Assignee)
	}
	if m.Topic == Paged {
		channels = s.paging(m, belongs)
	}
	if m.Topic == Changed {
		var err error
		if channels, err = o.concerned(ctx, s, channels, m); err != nil {
			return err
		}
	}
	if len(channels) == 0 {
		return nil
	}
	now := o.Clock()
	if m.Time.IsZero() {
		m.Time = now.UTC()
	}
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		for _, channel := range channels {
			if err := insert(tx, now, channel, key, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep notices of %s: %w", m.Topic, err)
	}
	o.ring()
	return nil
}

// routes says whether any route names a topic.
func (s *Settings) routes(topic string) bool {
	return slices.ContainsFunc(s.Routes, func(r Route) bool { return slices.Contains(r.On, topic) })
}

// paging are the channels of who is called, or the channel that is. If none reaches them, those
// that hear of the incident do: someone has to.
func (s *Settings) paging(m Message, b belonging) []string {
	if m.For.Kind() == "channel" {
		if _, found := s.Channel(m.For.Name()); found {
			return []string{m.For.Name()}
		}
	}
	if own := s.with(nil, m.For); len(own) > 0 {
		return own
	}
	m.Topic = Incident
	if wanting := s.wanting(m, b); len(wanting) > 0 {
		return wanting
	}
	return s.anyway(Incident, b)
}

// with adds to some channels those of a person.
func (s *Settings) with(channels []string, person prentice.Ref) []string {
	for _, c := range s.Channels {
		if person != "" && slices.Contains(c.People, person) && !slices.Contains(channels, c.Name) {
			channels = append(channels, c.Name)
		}
	}
	return channels
}

// told are the channels that heard, or are about to hear, of an incident.
func (o *Outbox) told(ctx context.Context, incident prentice.Ref) ([]string, error) {
	return o.channels(ctx, `SELECT DISTINCT channel FROM notices WHERE about = ? AND topic IN (?, ?) AND state IN ('sent', 'waiting') ORDER BY channel`, string(incident), Incident, Paged)
}

// belonging is to what and to whom belongs what a message is about.
type belonging struct {
	systems []string
	owners  []prentice.Ref
}

// in says whether something belongs to a route: to one of its systems, and to one of
// its owners, if it names any.
func (r Route) in(b belonging) bool {
	return (len(r.Systems) == 0 || anyOf(r.Systems, b.systems)) && (len(r.Owners) == 0 || anyOf(r.Owners, b.owners))
}

func anyOf[T comparable](wanted, have []T) bool {
	return slices.ContainsFunc(wanted, func(one T) bool { return slices.Contains(have, one) })
}

// wanting are the channels to which the routes lead a message, each once.
func (s *Settings) wanting(m Message, b belonging) []string {
	var channels []string
	for _, r := range s.Routes {
		if slices.Contains(r.On, m.Topic) && (len(r.Risks) == 0 || slices.Contains(r.Risks, m.Risk)) && r.in(b) {
			channels = append(channels, r.To...)
		}
	}
	slices.Sort(channels)
	return slices.Compact(channels)
}

// anyway are the channels of the routes that name a topic and are narrowed to what
// something does not have: what belongs to no system, or to no one, would be told to
// no one.
func (s *Settings) anyway(topic string, b belonging) []string {
	var channels []string
	for _, r := range s.Routes {
		lacks := r
		if len(b.systems) == 0 {
			lacks.Systems, lacks.Risks = nil, nil
		}
		if len(b.owners) == 0 {
			lacks.Owners = nil
		}
		if slices.Contains(r.On, topic) && len(lacks.Risks) == 0 && lacks.in(b) {
			channels = append(channels, r.To...)
		}
	}
	slices.Sort(channels)
	return slices.Compact(channels)
}

// insert keeps a message for a channel, unless it is there already. Its id is
// made of what it is about, so that it is the same after a crash.
func insert(tx *db.Tx, now time.Time, channel, key string, m Message) error {
	m.ID = idOf(key, m.Topic, channel)
	text, err := json.Marshal(m)
	if err != nil {
		return prentice.Errorf(prentice.Internal, "message %s: %w", m.ID, err)
	}
	var there int64
	if err := tx.QueryRow(`SELECT count(*) FROM notices WHERE once = ?`, []any{m.ID}, &there); err != nil || there > 0 {
		return err
	}
	number, err := tx.Next("notice")
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO notices (number, once, channel, topic, about, title, message, state, attempts, says, created, due, ended)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, 0) ON CONFLICT (once) DO NOTHING`,
		number, m.ID, channel, m.Topic, string(m.About), m.Title, string(text), string(Waiting), db.Micros(now), db.Micros(now))
	return err
}

func idOf(parts ...string) string {
	return "msg_" + strings.TrimPrefix(prentice.Digest([]byte(strings.Join(parts, "\x00"))), "sha256:")[:32]
}

// ring wakes the worker.
func (o *Outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// watchStop tells when everything was stopped. Each stop is told once, also
// when prentice is started again in between.
func (o *Outbox) watchStop(ctx context.Context) error {
	since, stopped := o.Stopped()
	s := o.Settings()
	if !stopped || since == o.toldStop || s == nil {
		return nil
	}
	err := o.post(ctx, s, "stop "+since, Message{Topic: Stopped, Title: "Everything is stopped: nothing begins its next step", Says: line(since),
		Link: linkTo(s.Link, ""), Command: "prentice now show"})
	if err == nil {
		o.toldStop = since
	}
	return err
}
