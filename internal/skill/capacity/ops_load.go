package capacity

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/loadtest"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// TestIn is a load test to make.
type TestIn struct {
	Env     string  `json:"env" arg:"1" maxLength:"100" example:"1" doc:"The environment, by its number or ID."`
	Service string  `json:"service,omitempty" arg:"2" maxLength:"100" example:"web" doc:"The service of it; without it the one that answers at its address."`
	Path    string  `json:"path,omitempty" default:"/" maxLength:"500" example:"/orders" doc:"What is asked for, by GET."`
	P95     string  `json:"p95,omitempty" default:"500ms" maxLength:"20" example:"200ms" doc:"The promise: 95 % of requests are answered within it."`
	Errors  float64 `json:"errors,omitempty" default:"1" minimum:"0" maximum:"50" example:"1" doc:"The promise: at most this many of a hundred requests fail."`
	From    float64 `json:"from,omitempty" default:"5" minimum:"1" maximum:"10000" example:"10" doc:"The rate of the first step, in requests a second."`
	To      float64 `json:"to,omitempty" default:"1000" minimum:"1" maximum:"10000" example:"500" doc:"The greatest rate that is tried."`
	Hold    string  `json:"hold,omitempty" default:"5s" maxLength:"20" example:"10s" doc:"How long each rate is held: 1s to 1m, and as long as a hundred requests take."`
	Traffic float64 `json:"traffic,omitempty" minimum:"0" maximum:"1000000" example:"12" doc:"What users send today, in requests a second, to say how much room there is."`
}

// TestsIn says which are wanted.
type TestsIn struct{}

// TestName names one.
type TestName struct {
	Number string `json:"number" arg:"1" of:"loadtest" maxLength:"40" example:"loadtest/1" doc:"The test, such as loadtest/1 or 1."`
}

// TestLine is a load test in a list.
type TestLine struct {
	Ref prentice.Ref `json:"ref"`
	Test
}

// Tests are load tests.
type Tests struct {
	Tests []TestLine `json:"tests"`
}

// TestShown is one, whole.
type TestShown struct {
	Ref prentice.Ref `json:"ref"`
	Test
}

func (k *Desk) test(ctx context.Context, c op.Call, in TestIn) (TestShown, error) {
	if err := k.there(); err != nil {
		return TestShown{}, err
	}
	if k.Aim == nil {
		return TestShown{}, prentice.Errorf(prentice.Unavailable, "there are no environments here").Try("start prentice: prentice up")
	}
	p95, err := span.Parse(in.P95)
	if err != nil || p95 < time.Millisecond || p95 > time.Minute {
		return TestShown{}, prentice.Errorf(prentice.Invalid, "p95 is %q", clip.Text(in.P95)).Try("write a time from 1ms to 1m, such as 200ms")
	}
	hold, err := span.Parse(in.Hold)
	if err != nil || hold < time.Second || hold > time.Minute {
		return TestShown{}, prentice.Errorf(prentice.Invalid, "hold is %q", clip.Text(in.Hold)).Try("write a time from 1s to 1m, such as 10s")
	}
	if !strings.HasPrefix(in.Path, "/") || strings.ContainsFunc(in.Path, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }) {
		return TestShown{}, prentice.Errorf(prentice.Invalid, "%q is no path", clip.Text(in.Path)).Try("write it as /orders?page=1")
	}
	if in.From > in.To {
		return TestShown{}, prentice.Errorf(prentice.Invalid, "it would rise from %g to %g", in.From, in.To).Try("write less for --from than for --to")
	}
	aim, err := k.Aim(ctx, in.Env, in.Service)
	if err != nil {
		return TestShown{}, err
	}
	t := Test{State: TestWaiting, Env: aim.Env, Service: aim.Service, Path: in.Path, Promise: loadtest.Promise{P95: p95, Errors: in.Errors / 100},
		Bounds: loadtest.Bounds{From: in.From, To: in.To}, Hold: hold, Traffic: in.Traffic, By: c.Actor.Ref(), Asked: c.Now, Says: "it waits for its turn", Steps: []loadtest.Step{}}
	t, err = k.kept.addTest(ctx, t, func(tx *db.Tx, t Test) error {
		return k.Record(tx, c.Now, prentice.Note{Kind: "loadtest.asked", Actor: c.Actor.Ref(), Refs: t.refs(), Data: map[string]any{"service": t.Service, "path": t.Path, "to": fmt.Sprintf("%.4g", t.Bounds.To)}})
	})
	if err != nil {
		return TestShown{}, err
	}
	k.look()
	return TestShown{t.Ref(), t}, nil
}

func (k *Desk) listTests(ctx context.Context, _ op.Call, _ TestsIn) (Tests, error) {
	if err := k.there(); err != nil {
		return Tests{}, err
	}
	list, err := k.kept.tests(ctx, `ORDER BY number DESC LIMIT 100`)
	out := Tests{Tests: []TestLine{}}
	for _, t := range list {
		out.Tests = append(out.Tests, TestLine{t.Ref(), t})
	}
	return out, err
}

func (k *Desk) oneTest(ctx context.Context, name string) (Test, error) {
	number, err := strconv.ParseInt(strings.TrimPrefix(name, "loadtest/"), 10, 64)
	if err != nil {
		return Test{}, prentice.Errorf(prentice.Invalid, "%q is no load test", clip.Text(name)).Try("write loadtest/1 or 1")
	}
	list, err := k.kept.tests(ctx, `WHERE number = ?`, number)
	if err == nil && len(list) == 0 {
		err = prentice.Errorf(prentice.NotFound, "there is no load test %d", number).Try("see those that there are: prentice loadtest list")
	}
	if err != nil {
		return Test{}, err
	}
	return list[0], nil
}

func (k *Desk) showTest(ctx context.Context, _ op.Call, in TestName) (TestShown, error) {
	if err := k.there(); err != nil {
		return TestShown{}, err
	}
	t, err := k.oneTest(ctx, in.Number)
	return TestShown{t.Ref(), t}, err
}

func (k *Desk) cancelTest(ctx context.Context, c op.Call, in TestName) (TestShown, error) {
	if err := k.there(); err != nil {
		return TestShown{}, err
	}
	t, err := k.oneTest(ctx, in.Number)
	if err != nil {
		return TestShown{}, err
	}
	was := t.State
	t.State, t.Ended, t.Says = TestCancelled, c.Now, fmt.Sprintf("%s ended it", c.Actor.Ref())
	ok := false
	if was == TestWaiting || was == TestRunning {
		ok, err = k.kept.saveTest(ctx, t, was, func(tx *db.Tx) error {
			return k.Record(tx, c.Now, prentice.Note{Kind: "loadtest.cancelled", Actor: c.Actor.Ref(), Refs: t.refs()})
		})
	}
	if err == nil && !ok {
		err = prentice.Errorf(prentice.Conflict, "load test %d is over", t.Number).Try("see what came of it: prentice loadtest show %d", t.Number)
	}
	return TestShown{t.Ref(), t}, err
}
