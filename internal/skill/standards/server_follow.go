package standards

import (
	"context"
	"time"

	"prentice/internal/op"
)

// FollowIn names a check run.
type FollowIn struct {
	Check string `json:"check,omitempty" arg:"1" maxLength:"40" example:"check/12" doc:"The check, as check/12 or 12; without it all."`
}

// How often is looked for news. Every replica can be asked, and only one makes checks.
const (
	newsOfOne = 400 * time.Millisecond
	newsOfAll = time.Second
)

// follow tells how far a check run is until it is done, or what becomes of all of them.
func (k *Desk) follow(ctx context.Context, c op.Call, in FollowIn, emit func(CheckStep) error) error {
	if in.Check == "" {
		return k.followAll(ctx, emit)
	}
	last := CheckStep{}
	for {
		s, err := k.checkShow(ctx, c, CheckIn{Check: in.Check})
		if err != nil {
			return err
		}
		now := CheckStep{Check: s.Ref, State: s.State, Says: s.says(), Verdict: s.Verdict}
		if now != last {
			if err := emit(now); err != nil || s.State == Done {
				return err
			}
			last = now
		}
		if err := rest(ctx, newsOfOne); err != nil {
			return err
		}
	}
}

// followAll tells what becomes of check runs from now on.
func (k *Desk) followAll(ctx context.Context, emit func(CheckStep) error) error {
	if err := k.there(); err != nil {
		return err
	}
	told := map[int64]CheckStep{}
	for first := true; ; first = false {
		list, err := k.runs(ctx, `number > (SELECT COALESCE(MAX(number), 0) - 100 FROM check_runs) ORDER BY number`)
		if err != nil {
			return err
		}
		seen := map[int64]CheckStep{}
		for _, r := range list {
			s := CheckShown{CheckRun: r}
			now := CheckStep{Check: r.Ref, State: r.State, Verdict: r.Verdict}
			if r.State != Queued {
				now.Says = s.says()
			}
			seen[r.Number] = now
			if !first && told[r.Number] != now {
				if err := emit(now); err != nil {
					return err
				}
			}
		}
		told = seen
		if err := rest(ctx, newsOfAll); err != nil {
			return err
		}
	}
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
