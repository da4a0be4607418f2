package prototyping

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
)

type promoteIn struct {
	prototypeIn
	Revision string `json:"revision,omitempty" arg:"2" doc:"The commit, branch or tag that is to become real code; without it the branch of the repository that counts." example:"main" maxLength:"200"`
}

type answerIn struct {
	Note int64  `json:"note" arg:"1" doc:"The number of the note." example:"7" minimum:"1"`
	Says string `json:"says" doc:"What becomes of it, in one sentence; it is kept as evidence." example:"the button is larger now" minLength:"1" maxLength:"1000"`
}

func (p *Prototypes) promoteOps() []op.Op {
	may := op.Noun{Name: "may", About: "Whether something may be done, and what is missing", Part: op.EveryDay}
	return []op.Op{
		op.New("may.promote", prentice.Look, prentice.Viewer, "Ask whether a prototype may become real code, and what is missing.", p.mayPromoteAsked).Under(may).
			WithExample("prentice may promote prototype/one-page").
			WithHelp("It has to be decided to adopt it, each note of visitors is answered, and the code has nothing that only prototypes may have: no line that says " + Marker + ", no dependency that is a folder or whichever version is the newest, no flag of the prototype, no waiver and no baseline; it has tests, and what is asked of the repository holds for that commit. Nothing asked is never a yes.\n\nThe exit code is 0 for yes, 9 for no and 10 for unknown."),
		op.New("prototype.promote", prentice.Change, prentice.Operator, "Say that a prototype is real code from now on, where that may be.", p.promote).
			WithExample("prentice prototype promote one-page").WithEvidence().
			WithHelp("It is refused with what is missing, as may promote says it. What is promoted is one commit, which is kept as evidence."),
		op.New("prototype.answer", prentice.Change, prentice.Operator, "Say what becomes of a note of a visitor.", p.answer).
			WithExample("prentice prototype answer 7 --says 'the button is larger now'").WithEvidence(),
	}
}

func (p *Prototypes) mayPromoteAsked(ctx context.Context, _ op.Call, in promoteIn) (Allowed, error) {
	one, err := p.find(ctx, in.prototypeIn)
	if err != nil {
		return Allowed{}, err
	}
	answer, commit, err := p.mayPromote(ctx, one, in.Revision)
	return Allowed{Answer: answer, Action: "promote", Prototype: one.Ref(), Repository: one.Repository, Commit: commit}, err
}

func (p *Prototypes) promote(ctx context.Context, c op.Call, in promoteIn) (PrototypeShown, error) {
	return p.change(ctx, c, in.prototypeIn, func(one prototype.Prototype) (prototype.Prototype, prentice.Note, error) {
		answer, commit, err := p.mayPromote(ctx, one, in.Revision)
		if err != nil {
			return one, prentice.Note{}, err
		}
		if answer.May != prentice.Pass {
			return one, prentice.Note{}, prentice.Errorf(prentice.Conflict, "%s may not become real code: %s", one.Ref(), missing(answer)).Try("see all that is missing: prentice may promote %s", one.Ref())
		}
		one, err = one.Promote(commit, c.Actor.Ref(), c.Now)
		return one, prentice.Note{Kind: "prototype.promoted", Actor: c.Actor.Ref(), Refs: one.Refs(), Data: map[string]any{"commit": commit, "question": one.Question}}, err
	})
}

// missing is what is missing, in a few words.
func missing(a claims.Answer) string {
	var list []string
	for _, n := range a.Missing {
		list = append(list, n.Claim)
	}
	return strings.Join(list, ", ")
}

func (p *Prototypes) answer(ctx context.Context, c op.Call, in answerIn) (PrototypeShown, error) {
	if err := p.there(); err != nil {
		return PrototypeShown{}, err
	}
	says := strings.TrimSpace(in.Says)
	if says == "" {
		return PrototypeShown{}, prentice.Errorf(prentice.Invalid, "nothing is said about the note").Try("say what becomes of it: --says '…'")
	}
	one, err := p.store.Answer(ctx, in.Note, says, c.Actor.Ref(), c.Now)
	if err != nil {
		return PrototypeShown{}, err
	}
	return p.shown(ctx, one, c.Now)
}

// Allowed says whether a prototype may become real code, and what is missing.
type Allowed struct {
	claims.Answer
	Action     string       `json:"action"`
	Prototype  prentice.Ref `json:"prototype"`
	Repository string       `json:"repository,omitempty"`
	Commit     string       `json:"commit,omitempty"` // that was looked at
}

// ExitCode implements op.Ender.
func (a Allowed) ExitCode() int {
	switch a.May {
	case prentice.Pass:
		return 0
	case prentice.Fail:
		return op.NotWell
	}
	return op.NotKnown
}

// Text implements op.Texter.
func (a Allowed) Text() string {
	var b strings.Builder
	sign, word := "◇", "unknown"
	switch a.May {
	case prentice.Pass:
		sign, word = "●", "yes"
	case prentice.Fail:
		sign, word = "✕", "no"
	}
	fmt.Fprintf(&b, "%s %s: may promote %s", sign, word, a.Prototype)
	if a.Commit != "" {
		fmt.Fprintf(&b, " as %s has it at %.12s", a.Repository, a.Commit)
	}
	b.WriteByte('\n')
	for _, n := range a.Missing {
		sign := "◇"
		if n.Truth == prentice.Fail {
			sign = "✕"
		}
		fmt.Fprintf(&b, "%s %s: %s\n    %s\n", sign, n.Claim, n.Says, n.Reason)
		for _, do := range []string{n.Produce, n.Resolve} {
			if do != "" {
				fmt.Fprintf(&b, "    → %s\n", do)
			}
		}
	}
	for _, n := range a.Advice {
		fmt.Fprintf(&b, "▲ %s: %s\n", n.Claim, n.Reason)
	}
	fmt.Fprintf(&b, "  %s held\n", op.Count(len(a.Held), "claim is", "claims are"))
	return b.String()
}

var (
	_ op.Texter = Allowed{}
	_ op.Ender  = Allowed{}
)
