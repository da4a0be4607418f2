package boot

import (
	"context"
	"strings"
	"text/template"
	"time"

	"prentice"
	"prentice/book"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/render"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/learning"
	"prentice/internal/skill/support"
)

// learning is what the chapter that explains reads of the others.
func (s *System) learning() learning.Deps {
	return learning.Deps{
		Clock:      time.Now,
		Door:       door{s},
		Ops:        func() []op.Op { return skill.Ops(s.Skills) },
		Explainers: func() []op.Explainer { return skill.Explainers(s.Skills) },
		Glossary:   book.Glossary,
		Chapters:   func() []learning.Chapter { return explained(s.Skills) },
		Catalog:    s.Team.Catalog,
		Procedures: func() []prentice.Procedure { return s.Team.Library().All() },
		Troubles:   s.Team.Troubles,
		Rules:      func() int { return len(s.Team.now.Load().policy.Rules()) },
		Runs:       func(ctx context.Context, f run.Filter) ([]prentice.Run, error) { return s.runner.List(ctx, f) },
		Events: func(ctx context.Context, f inbox.Filter) ([]prentice.EventRecord, error) {
			return s.inbox.List(ctx, f)
		},
		Notices: func(ctx context.Context, state notice.State) (int, error) { return s.outbox.Count(ctx, state) },
		Outages: func(ctx context.Context, since, now time.Time) ([]learning.Outage, error) {
			list, err := s.desk.Outages(ctx, since)
			return outages(list, now), err
		},
		Progress: s.lessons(),
		Lines:    s.ledger.List,
		Head:     s.ledger.Head,
		Version:  s.Settings.build.Version,
		Policy:   func() string { return s.Team.now.Load().policy.Digest() },
	}
}

// lessons keeps which lessons people have done.
func (s *System) lessons() learning.Store { return learning.Store{DB: s.db} }

func outages(list []support.Incident, now time.Time) (felt []learning.Outage) {
	for _, in := range list {
		until := in.Closed
		if until.IsZero() {
			until = now
		}
		felt = append(felt, learning.Outage{Incident: in.Ref, Subject: in.Subject, Title: in.Title, For: until.Sub(in.FirstSymptom), Lasted: render.Span(until.Sub(in.FirstSymptom))})
	}
	return felt
}

// explained are the skills that explain themselves.
func explained(skills []skill.Skill) (list []learning.Chapter) {
	for _, sk := range skills {
		if sk.Explain != "" {
			list = append(list, learning.Chapter{Name: sk.Name, Sentence: sk.Sentence, Of: sk.Of, Explain: func(ctx context.Context) (string, error) { return explain(ctx, sk) }})
		}
	}
	return list
}

// explain draws a chapter's own text with its own facts.
func explain(ctx context.Context, sk skill.Skill) (string, error) {
	var facts any
	if sk.Facts != nil {
		var err error
		if facts, err = sk.Facts(ctx); err != nil {
			return "", err
		}
	}
	text, err := template.New(sk.Name).Parse(sk.Explain)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = text.Execute(&b, facts)
	return b.String(), err
}
