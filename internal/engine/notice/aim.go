package notice

import (
	"context"
	"slices"
	"strconv"
	"time"

	"prentice"
)

// aim says in a message who can answer it. That is worked out anew for each
// message: anyone who caused a run, has approved it or is away is not among them.
// When it cannot be, the message goes to everyone.
func (o *Outbox) aim(ctx context.Context, m *Message, run int64) {
	if m.Topic != Asked && m.Topic != Review || m.About.Kind() != "run" {
		return
	}
	able, err := o.Able(ctx, m.Topic, run)
	if err != nil {
		o.Log.Error("look who can answer", "run", run, "err", err)
		return
	}
	if m.Answers = able; len(able) == 0 {
		m.Says = joined(m.Says, "no one on the team can answer it as things are: the run says what to do")
	}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// reaching leaves out of some channels those of people who cannot answer a
// question. What no one can answer goes to all of them, so that it is heard.
func (o *Outbox) reaching(ctx context.Context, s *Settings, channels []string, m Message) []string {
	if len(m.Answers) == 0 {
		return channels
	}
	return slices.DeleteFunc(channels, func(name string) bool {
		c, _ := s.Channel(name)
		return !o.canAnswer(ctx, c, m.Answers)
	})
}

// canAnswer says whether a question is for a channel: one of its people can answer
// it, or it is a channel for everyone. A channel whose people have all left the
// team, or are misspelt, is for everyone: better heard by too many than by no one.
func (o *Outbox) canAnswer(ctx context.Context, c Channel, able []prentice.Ref) bool {
	if len(c.People) == 0 || prentice.SharedPerson(c.People, able) != "" {
		return true
	}
	team, err := o.Team(ctx)
	if err != nil {
		o.Log.Error("look who is on the team", "err", err)
		return true
	}
	if prentice.SharedPerson(c.People, team) == "" {
		o.Log.Warn("a channel is for people who are not on the team, and is used as one for everyone", "channel", c.Name, "people", c.People)
		return true
	}
	return false
}

// moot says why a question need not be put to a channel any more, or "".
func (o *Outbox) moot(ctx context.Context, to Channel, m Message) string {
	number, err := strconv.ParseInt(m.About.Name(), 10, 64)
	if m.Topic != Asked || m.About.Kind() != "run" || err != nil {
		return ""
	}
	run, err := o.Show(ctx, number)
	if err != nil {
		return "" // it is sent: anyone who reads it sees how the run is
	}
	until := func(t time.Time) int64 { return t.UnixMicro() } // what the database keeps of a time
	if run.State != prentice.Waiting || until(run.Expires) != until(m.Until) {
		return string(m.About) + " does not ask this any more: it is " + string(run.State)
	}
	if len(to.People) == 0 {
		return ""
	}
	able, err := o.Able(ctx, m.Topic, number)
	if err != nil || len(able) == 0 || o.canAnswer(ctx, to, able) {
		return ""
	}
	return "no one whom the channel is for can answer " + string(m.About) + " any more"
}
