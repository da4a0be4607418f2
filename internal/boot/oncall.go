package boot

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/rota"
	"prentice/internal/face/ical"
	"prentice/internal/face/pager"
	"prentice/internal/op"
	"prentice/internal/skill/oncall"
	"prentice/internal/skill/support"
)

// onCall is what calling people needs.
func (s *System) onCall() oncall.Deps {
	return oncall.Deps{DB: s.db, Clock: time.Now, Settings: func() *rota.Settings { return s.Team.now.Load().oncall() },
		Record: s.ledger.Append, People: s.persons, Incident: s.incidentStanding, Lapse: func(ctx context.Context, n int64, why string) error { return s.desk.Lapse(ctx, n, why) }, Tell: s.inbox.SendIn, Reached: s.reachedBy, Log: s.log}
}

// incidentStanding is how an incident stands, as the desk of support keeps it.
func (s *System) incidentStanding(ctx context.Context, number int64) (oncall.Standing, error) {
	i, word, err := s.desk.Known(ctx, number)
	return oncall.Standing{Subject: i.Subject, Title: i.Title, Severity: i.Severity, Owner: i.Owner, Open: err == nil && i.Closed.IsZero(), Acked: i.Acked(), Muted: i.Muted != nil, LastWord: word}, err
}

// persons are the people who are known here.
func (s *System) persons(ctx context.Context) ([]prentice.Ref, error) {
	all, err := s.holders(ctx)
	return slices.DeleteFunc(all, func(r prentice.Ref) bool { return r.Kind() != string(prentice.Person) }), err
}

// reachedBy says whether a channel of the team is for a person alone or with others, or is there.
func (s *System) reachedBy(who prentice.Ref) bool {
	settings := s.Team.now.Load().notices()
	if who.Kind() == "channel" {
		_, found := settings.Channel(who.Name())
		return found
	}
	return settings != nil && slices.ContainsFunc(settings.Channels, func(c notice.Channel) bool { return slices.Contains(c.People, who) })
}

// pagerFace answers programs that speak to a pager. Their keys are tokens.
func (s *System) pagerFace(through support.Through) http.Handler {
	return pager.New(pager.Config{
		Send: func(ctx context.Context, by prentice.Actor, e prentice.Event) error {
			_, err := through.Send(ctx, by, e)
			return err
		},
		Acknowledge: func(ctx context.Context, by prentice.Actor, source, alert string) error {
			incident, err := s.desk.Suffers(ctx, by.Ref(), source, alert)
			if err != nil || incident == "" {
				return err // as PagerDuty does: what is not known needs no answer
			}
			if err := through.Acknowledge(ctx, by, incident); prentice.KindOf(err) != prentice.Conflict {
				return err
			}
			return nil // another has it already
		},
		Known: s.bearer, Clock: time.Now, NewID: rand.Text, Log: s.log,
	})
}

// icalFace answers calendars that subscribe to who is on call.
func (s *System) icalFace() http.Handler {
	return ical.New(ical.Config{Known: s.bearer, Log: s.log, Export: func(ctx context.Context, by prentice.Actor, rota, who string) (string, error) {
		out, err := op.Ask[oncall.Exported](ctx, s.App, op.Request{Actor: by, Op: "rota.export", In: oncall.ExportIn{Name: rota, Who: who}})
		return out.Calendar, err
	}})
}
