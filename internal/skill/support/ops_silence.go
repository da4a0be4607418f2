package support

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/kit/label"
	"prentice/internal/op"
)

type silenceAddIn struct {
	Matcher []string      `json:"matcher" doc:"What is silent: label=\"value\" with =, !=, =~ or !~; all have to match. The labels are those of the alert, and alertname, probe, service, host and severity." example:"alertname=HighLoad" minLength:"1" maxLength:"1300"`
	For     time.Duration `json:"for,omitempty" doc:"How long, such as 90m, 48h or 7d."`
	Until   time.Time     `json:"until,omitzero" doc:"Until when, instead of how long."`
	Starts  time.Time     `json:"starts,omitzero" doc:"From when on; without it, now."`
	Reason  string        `json:"reason" doc:"Why, in one sentence; it is shown, and kept as evidence." example:"the disks are replaced" minLength:"1" maxLength:"1000"`

	Replaces string `json:"replaces,omitempty" doc:"The silence in whose place it comes, such as silence/3: that one ends at the same moment." maxLength:"60"`
}

type silencePreviewIn struct {
	Matcher []string `json:"matcher,omitempty" doc:"What would be silent, as for silence add." example:"alertname=HighLoad" maxLength:"1300"`
}

type silenceListIn struct {
	All     bool   `json:"all,omitempty" doc:"Also those that are over."`
	Subject string `json:"subject,omitempty" of:"ref" doc:"Only what is silenced of this now, and its maintenance, such as service/checkout." maxLength:"200"`
	Before  int64  `json:"before,omitempty" doc:"A cursor: only silences with a smaller number." minimum:"1"`
	Limit   int    `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"1000"`
}

// daysAhead is how far ahead maintenance is shown beside silences.
const daysAhead = 14

type silenceIn struct {
	Silence string `json:"silence" arg:"1" doc:"The silence, such as silence/3 or 3, or its id." example:"silence/3" maxLength:"60"`
}

// mostForAgents is how long an agent may silence something: a person sees to the rest.
const mostForAgents = 4 * time.Hour

func (s *Support) silenceOps() []op.Op {
	return []op.Op{
		op.About(op.New("silence.add", prentice.Change, prentice.Operator, "Silence alerts and probes for a time.", s.silenceAdd), s.aboutAdded).
			WithExample("prentice silence add --matcher alertname=HighLoad --matcher 'host=~web-.*' --for 2h --reason 'the disks are replaced'").WithEvidence().
			WithHelp("What matches opens no incident, asks for no procedure and calls no one; it is shown as silenced. An incident all of whose symptoms match stays open and is shown so. What still fires when the silence ends opens its incident then. " +
				"Matchers that would match everything are refused. An operator of some services may silence those: with service=NAME among the matchers. An agent may silence for 4h at most."),
		op.New("silence.preview", prentice.Look, prentice.Viewer, "Show what a silence with some matchers would match now.", s.silencePreview).
			WithExample("prentice silence preview --matcher alertname=HighLoad"),
		op.New("silence.list", prentice.Look, prentice.Viewer, "List silences and maintenance, and what is silenced now.", s.silenceList).
			WithExample("prentice silence list").
			WithHelp("Maintenance stands in calendar.yaml, and is listed when it is in force or comes within 14 days. With --subject, no silence is listed that keeps nothing of it silent now."),
		op.New("silence.show", prentice.Look, prentice.Viewer, "Show a silence, and what it keeps silent now.", s.silenceShow).
			WithExample("prentice silence show silence/3"),
		op.About(op.New("silence.end", prentice.Change, prentice.Operator, "End a silence before its time.", s.silenceEnd), func(ctx context.Context, in silenceIn) ([]prentice.Ref, error) {
			if s.noSilences() != nil {
				return nil, nil
			}
			n, err := s.Silences.Find(ctx, in.Silence)
			if err != nil {
				return nil, err
			}
			return s.aboutMatchers(ctx, silenceAddIn{Matcher: n.Matchers})
		}).WithExample("prentice silence end silence/3").WithEvidence(),
	}
}

func (s *Support) noSilences() error {
	if err := s.ready(); err != nil || s.Silences != nil {
		return err
	}
	return prentice.Errorf(prentice.Unavailable, "there are no silences here").Try("start the server with: prentice up")
}

// aboutMatchers is the service that a silence is narrowed to; nothing, when it may
// match anything. A host does not narrow it: other services run there.
func (s *Support) aboutMatchers(_ context.Context, in silenceAddIn) ([]prentice.Ref, error) {
	for _, text := range in.Matcher {
		if m, err := label.Parse(text); err == nil && m.Name == "service" && m.Op == "=" && prentice.ValidName(m.Value) {
			return []prentice.Ref{prentice.NewRef("service", m.Value)}, nil
		}
	}
	return nil, nil
}

// aboutAdded is what a silence is narrowed to, and what the one is in whose place it
// comes; nothing, when either may match anything.
func (s *Support) aboutAdded(ctx context.Context, in silenceAddIn) ([]prentice.Ref, error) {
	about, err := s.aboutMatchers(ctx, in)
	if in.Replaces == "" || s.noSilences() != nil || err != nil || about == nil {
		return about, err
	}
	old, err := s.Silences.Find(ctx, in.Replaces)
	if err != nil {
		return nil, err
	}
	before, err := s.aboutMatchers(ctx, silenceAddIn{Matcher: old.Matchers})
	if before == nil || err != nil {
		return nil, err
	}
	return append(about, before...), nil
}

func (s *Support) silenceAdd(ctx context.Context, c op.Call, in silenceAddIn) (SilenceOut, error) {
	if err := s.noSilences(); err != nil {
		return SilenceOut{}, err
	}
	if in.For != 0 && !in.Until.IsZero() {
		return SilenceOut{}, prentice.Errorf(prentice.Invalid, "both how long and until when are given").Try("leave out --for or --until")
	}
	var made, old silence.Silence
	if in.Replaces != "" {
		var err error
		if old, err = s.Silences.Find(ctx, in.Replaces); err != nil {
			return SilenceOut{}, err
		}
	}
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		n := silence.Silence{Matchers: in.Matcher, Starts: in.Starts.UTC(), Ends: in.Until.UTC(), By: c.Actor.Ref(), Reason: clip(in.Reason, 1000)}
		if n.Starts.Before(now) {
			n.Starts = now
		}
		if in.For > 0 {
			n.Ends = n.Starts.Add(in.For)
		}
		if c.Actor.Kind != prentice.Person && n.Ends.Sub(n.Starts) > mostForAgents {
			return prentice.Errorf(prentice.Denied, "%s is no person, and may silence something for %d hours at most", c.Actor.Ref(), mostForAgents/time.Hour).Try("choose an earlier end, or ask a person")
		}
		if err := s.replace(tx, now, old, c.Actor.Ref()); err != nil {
			return err
		}
		var err error
		if made, err = s.Silences.Add(tx, now, n); err != nil {
			return err
		}
		tx.After(s.ring)
		return s.noteSilence(tx, now, "silence.added", c.Actor.Ref(), made)
	})
	if err != nil {
		return SilenceOut{}, err
	}
	return s.silenceOut(ctx, made)
}

// replace ends a silence in whose place another comes, unless it is over or none.
func (s *Support) replace(tx *db.Tx, now time.Time, old silence.Silence, by prentice.Ref) error {
	if old.Number == 0 {
		return nil
	}
	ended, err := s.Silences.End(tx, now, old.Number, by)
	if prentice.KindOf(err) == prentice.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	return s.noteSilence(tx, now, "silence.ended", by, ended)
}

func (s *Support) noteSilence(tx *db.Tx, now time.Time, kind string, by prentice.Ref, n silence.Silence) error {
	refs := []prentice.Ref{n.Ref()}
	about, err := s.aboutMatchers(context.Background(), silenceAddIn{Matcher: n.Matchers})
	if err != nil {
		return err
	}
	data := map[string]any{"matchers": n.Matchers, "starts": n.Starts.Format(time.RFC3339), "ends": n.Ends.Format(time.RFC3339), "reason": n.Reason}
	return s.Recorder.Append(tx, now, prentice.Note{Kind: kind, Actor: by, Refs: append(refs, about...), Data: data})
}

func (s *Support) silenceEnd(ctx context.Context, c op.Call, in silenceIn) (SilenceOut, error) {
	if err := s.noSilences(); err != nil {
		return SilenceOut{}, err
	}
	n, err := s.Silences.Find(ctx, in.Silence)
	if err != nil {
		return SilenceOut{}, err
	}
	err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
		var err error
		if n, err = s.Silences.End(tx, now, n.Number, c.Actor.Ref()); err != nil {
			return err
		}
		tx.After(s.ring)
		return s.noteSilence(tx, now, "silence.ended", c.Actor.Ref(), n)
	})
	if err != nil {
		return SilenceOut{}, err
	}
	return s.silenceOut(ctx, n)
}
