package boot

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/notify"
	"prentice/internal/adapter/sentfile"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/engine/run"
)

// Systems lists the systems that an act about subject on targets has to do
// with, by bare name.
func (t *Team) Systems(subject prentice.Ref, targets []prentice.Ref) []string {
	var names []string
	if subject.Kind() == "system" {
		names = append(names, subject.Name())
	}
	for _, s := range t.Catalog().Touches(subject, targets) {
		if s.System != "" {
			names = append(names, s.System.Name())
		}
	}
	return names
}

// openOutbox makes what tells people.
func (s *System) openOutbox() {
	sender := notify.New(s.secrets, time.Now, nil)
	s.outgoing = outgoing.New(outgoing.Deps{DB: s.db, Recorder: s.ledger, Tell: s.inbox.SendIn, Sender: sender, Rules: func() *outgoing.Rules { return s.Team.now.Load().webhooks() }, Clock: time.Now, Chance: rand.Float64, Log: s.log})
	s.outbox = notice.New(notice.Deps{
		DB: s.db, Recorder: s.ledger, Sender: sender, Memory: sentfile.At(s.path("sent")),
		Settings: func() *notice.Settings { return s.Team.now.Load().notices() },
		Show:     func(ctx context.Context, n int64) (run.View, error) { return s.runner.Show(ctx, n) },
		Able:     s.able, Team: s.people,
		Systems: s.Team.Systems, Owners: s.Team.Owners, Stopped: s.stoppedSince, Clock: time.Now, Chance: rand.Float64, Log: s.log,
	})
}

// able are those who can answer what a notice asks of a run, and are not away.
func (s *System) able(ctx context.Context, topic string, run int64) ([]prentice.Ref, error) {
	if topic == notice.Review {
		return s.runner.Reviewers(ctx, run)
	}
	a, err := s.runner.Answerers(ctx, run)
	return a.Present(), err
}

// people are the people of the team.
func (s *System) people(ctx context.Context) ([]prentice.Ref, error) {
	list, err := s.Identity.People(ctx)
	refs := make([]prentice.Ref, len(list))
	for i, p := range list {
		refs[i] = prentice.NewRef(string(prentice.Person), p.Name)
	}
	return refs, err
}

// stoppedSince tells one stop from another by what the stop file says, and when
// it was made.
func (s *System) stoppedSince() (since string, stopped bool) {
	if !s.stop.Stopped() {
		return "", false
	}
	text, err := os.ReadFile(string(s.stop))
	about, err2 := os.Stat(string(s.stop))
	if err != nil || err2 != nil {
		return "the reason is not known: the stop file cannot be read", true
	}
	if said := strings.TrimSpace(string(text)); said != "" {
		return said, true
	}
	return "the stop file was made by hand at " + about.ModTime().UTC().Format(time.RFC3339), true
}
