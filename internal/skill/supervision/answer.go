package supervision

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// window is the word for "when the calendar lets it".
const window = "window"

// mostTogether is how many runs are answered with one reason.
const mostTogether = 100

type verdict bool

const (
	approved verdict = true
	refused  verdict = false
)

// Answered is a run that someone answered, and what became of the others that
// they answered with it.
type Answered struct {
	RunOut
	Together []Each `json:"together,omitempty"`
}

// Each is one of several runs that were answered together.
type Each struct {
	Run  prentice.Ref `json:"run"`
	Done bool         `json:"done"`
	Says string       `json:"says"`
}

// Text implements op.Texter.
func (a Answered) Text() string {
	if len(a.Together) == 0 {
		return a.RunOut.Text()
	}
	var b strings.Builder
	done := 0
	for _, e := range a.Together {
		sign := "✕ left out: "
		if e.Done {
			sign, done = "", done+1
		}
		fmt.Fprintf(&b, "  %s  %s%s\n", e.Run, sign, e.Says)
	}
	return fmt.Sprintf("%d of %d answered\n", done, len(a.Together)) + b.String()
}

// ExitCode implements op.Ender: 9 when one was left out.
func (a Answered) ExitCode() int {
	for _, e := range a.Together {
		if !e.Done {
			return 9
		}
	}
	return 0
}

// Approved is a run that someone approved; it goes on.
type Approved struct{ Answered }

// Begun implements op.Beginner.
func (a Approved) Begun() op.Begun { return begun(a.Run) }

// BegunAll implements op.Beginners.
func (a Approved) BegunAll() []op.Begun {
	if len(a.Together) == 0 {
		return []op.Begun{a.Begun()}
	}
	var list []op.Begun
	for _, e := range a.Together {
		if e.Done {
			list = append(list, begunRef(string(e.Run)))
		}
	}
	return list
}

// About is the runs. What is no run is found out by the operation itself.
func (in answerIn) About() ([]prentice.Ref, error) {
	refs, err := in.which.About()
	for _, other := range in.Also {
		more, wrong := named(other).which.About()
		refs, err = append(refs, more...), errors.Join(err, wrong)
	}
	return refs, err
}

// named is a run as run/8 or run/8@HASH.
func named(text string) answerIn {
	number, hash, _ := strings.Cut(text, "@")
	return answerIn{which: which{number}, Plan: hash}
}

func (d Deps) approve(ctx context.Context, c op.Call, in approveIn) (Approved, error) {
	a, err := d.answer(ctx, c, in.answerIn, approved, in.When == window)
	return Approved{a}, err
}

func (d Deps) refuse(ctx context.Context, c op.Call, in answerIn) (Answered, error) {
	return d.answer(ctx, c, in, refused, false)
}

func (d Deps) answer(ctx context.Context, c op.Call, in answerIn, v verdict, later bool) (Answered, error) {
	if len(in.Also) == 0 {
		run, err := d.answerOne(ctx, c, in, v, later)
		return Answered{RunOut: RunOut{run}}, err
	}
	if len(in.Also) >= mostTogether {
		return Answered{}, prentice.Errorf(prentice.Limited, "%d runs at once", len(in.Also)+1).Try("answer at most %d together", mostTogether)
	}
	return d.together(ctx, c, in, v, later)
}

func (d Deps) answerOne(ctx context.Context, c op.Call, in answerIn, v verdict, later bool) (prentice.Run, error) {
	n, err := in.number()
	if err != nil {
		return prentice.Run{}, err
	}
	return d.Runner.Answer(ctx, run.Reply{Run: n, Actor: c.Actor, Plan: in.Plan, Yes: bool(v), Reason: in.Reason, Window: later})
}

// together answers runs one by one with one reason. Each answer is for its own
// plan; one that cannot be given keeps none of the others back.
func (d Deps) together(ctx context.Context, c op.Call, in answerIn, v verdict, later bool) (out Answered, err error) {
	n, err := in.number()
	if err != nil {
		return out, err
	}
	first, err := d.Runner.Show(ctx, n)
	if err != nil {
		return out, err
	}
	out.RunOut = RunOut{first.Run}
	list := []answerIn{in}
	for _, other := range in.Also {
		one := named(other)
		one.Reason = in.Reason
		list = append(list, one)
	}
	for i, one := range list {
		run, err := prentice.Run{}, d.kin(ctx, one, first.PlanGroup)
		if err == nil {
			run, err = d.answerOne(ctx, c, one, v, later)
		}
		each := Each{Run: prentice.NewRef("run", strings.TrimPrefix(one.Number, "run/")), Done: err == nil, Says: run.Says}
		if err != nil {
			each.Says = err.Error()
		}
		if i == 0 && err == nil {
			out.RunOut = RunOut{run}
		}
		out.Together = append(out.Together, each)
	}
	return out, nil
}

// kin refuses a run whose plan is not equal to the first's but for its subject
// and targets: one reason cannot be meant for both.
func (d Deps) kin(ctx context.Context, in answerIn, kin string) error {
	n, err := in.number()
	if err != nil {
		return err
	}
	detail, err := d.Runner.Show(ctx, n)
	if err != nil {
		return err
	}
	if kin == "" || detail.PlanGroup != kin {
		return prentice.Errorf(prentice.Conflict, "the plan of run/%d differs in more than its subject and targets", n).Try("answer it by itself")
	}
	return nil
}
