package boot

import (
	"context"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/rota"
	"prentice/internal/skill/oncall"
)

// onCall is what calling people needs.
func (s *System) onCall() oncall.Deps {
	return oncall.Deps{DB: s.db, Clock: time.Now, Settings: func() *rota.Settings { return s.Team.now.Load().oncall() },
		Record: s.ledger.Append, People: s.persons, Reached: s.reachedBy, Log: s.log}
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
