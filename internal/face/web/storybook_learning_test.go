package web

import (
	"context"
	"time"

	"prentice"
	"prentice/book"
	"prentice/internal/engine/ledger"
	"prentice/internal/skill/learning"
)

// The pages that explain: what they tell without a team is told by the program itself.
var learningStories = []story{
	{name: "explain", path: "/explain", who: "vera"},
	{name: "explain-topic", path: "/explain/integration", who: "vera"},
	{name: "explain-lesson", path: "/explain/support?lesson=true", who: "vera"},
	{name: "lessons", path: "/lessons", who: "vera"},
	{name: "learning", path: "/learning", who: "ann"},
	{name: "explain-lesson-question", path: "/explain/availability?lesson=true", who: "ann"},
	{name: "explain-glossary", path: "/explain/term", who: "vera"},
	{name: "explain-word", path: "/explain/term/canary", who: "vera"},
	{name: "explain-errors", path: "/explain/error", who: "vera"},
	{name: "explain-error", path: "/explain/error/refused", who: "vera"},
	{name: "explain-thing", path: "/explain/run/41", who: "vera"},
	{name: "explain-thing-auditor", path: "/explain/run/41?for=auditor", who: "vera"},
}

// someLearning is what the chapter that explains reads: of ann, who has done something.
func someLearning(full bool) learning.Deps {
	d := learning.Deps{Glossary: book.Glossary}
	if !full {
		return d
	}
	d.Progress = someProgress{}
	d.Head = func(context.Context) (ledger.Head, error) {
		return ledger.Head{KeyID: "sha256:5e1f0c44", SignedSeq: 41, SignedAt: ago(time.Minute)}, nil
	}
	d.Lines = func(_ context.Context, f ledger.Filter) ([]prentice.Evidence, error) {
		if f.Actor != "person/ann" {
			return []prentice.Evidence{{Kind: "run.verified", Actor: "self/prentice", Data: []byte(`{"state":"verified"}`)}}, nil
		}
		return someActs(), nil
	}
	return d
}

func someActs() (lines []prentice.Evidence) {
	for i, kind := range []string{"incident.closed", "run.planned", "incident.note", "incident.acknowledged", "review.closed", "token.created"} {
		lines = append(lines, prentice.Evidence{Seq: int64(40 - i), Time: ago(time.Duration(i+1) * time.Hour), Kind: kind, Actor: "person/ann", Hash: "sha256:9f2c81d0",
			Refs: []prentice.Ref{"run/41", "procedure/" + longName, "service/checkout", "incident/17", "person/otto"}})
	}
	return lines
}

type someProgress struct{}

func (someProgress) Of(context.Context, prentice.Ref) ([]learning.Done, error) {
	return []learning.Done{{Topic: "support", At: ago(26 * time.Hour)}, {Topic: "design", At: ago(time.Hour)}}, nil
}

func (someProgress) Keep(context.Context, prentice.Ref, learning.Done) error { return nil }
