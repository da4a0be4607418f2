package objectives

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
)

// judgeEvery is how often counts are written and rules judged.
const judgeEvery = 15 * time.Second

// watch counts, judges and tells until ctx ends.
func (k *Desk) watch(ctx context.Context) error {
	if k.DB == nil {
		return nil
	}
	tick := time.NewTicker(judgeEvery)
	defer tick.Stop()
	var pruned time.Time
	for {
		if err := k.turn(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("judge objectives; it is tried again", "err", err)
		}
		if time.Since(pruned) >= time.Hour {
			pruned = time.Now()
			if err := k.kept.prune(ctx, k.Clock()); err != nil && ctx.Err() == nil {
				k.Log.Error("forget what was counted long ago", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := k.flush(last); err != nil {
				k.Log.Error("the last counts are lost", "err", err)
			}
			return nil
		case <-tick.C:
		}
	}
}

// turn follows the files, writes what was counted, and judges what is armed.
func (k *Desk) turn(ctx context.Context) error {
	now := k.Clock()
	list, wrong, err := k.inForce()
	if err != nil {
		return errors.Join(err, k.flush(ctx))
	}
	all, failed := k.kept.states(ctx)
	if all == nil {
		return errors.Join(failed, k.flush(ctx))
	}
	var armed []objective.Objective
	for _, s := range all {
		armed = append(armed, s.Armed.Objective)
	}
	k.count(list, armed)
	failed = errors.Join(failed, k.counted(ctx, now, list, armed), k.flush(ctx))
	there := map[string]bool{}
	for _, o := range list {
		there[o.Name] = true
	}
	for name, s := range all {
		if !there[name] && !wrong {
			failed = errors.Join(failed, k.end(ctx, now, name, s))
			continue
		}
		failed = errors.Join(failed, k.judge(ctx, now, name, s))
	}
	return failed
}

// inForce are the objectives of the files. Wrong says that there is an error among them: then no one
// knows which of those before are meant to be gone.
func (k *Desk) inForce() (list []objective.Objective, wrong bool, err error) {
	list, findings, err := k.read()
	if err != nil {
		return nil, false, err
	}
	for _, f := range findings {
		wrong = wrong || f.Error
	}
	return list, wrong, nil
}

// read reads the files and holds them against the catalog. An objective with an error is not in force,
// and where a file cannot be read, none of it is.
func (k *Desk) read() (list []objective.Objective, findings []prentice.Finding, err error) {
	if k.Files == nil {
		return nil, nil, nil
	}
	list, findings, err = k.Files()
	if err != nil {
		return nil, nil, err
	}
	if k.World != nil {
		findings = append(findings, objective.Lint(list, k.World)...)
	}
	findings = append(findings, k.countable(list)...)
	broken := map[string]bool{}
	for _, f := range findings {
		if f.Error {
			broken[f.At.File] = true
		}
	}
	var kept []objective.Objective
	for _, o := range list {
		if !broken[o.At.File] {
			kept = append(kept, o)
		}
	}
	return kept, findings, nil
}

// windows is what was counted in the windows of a rule.
func (k *Desk) windows(ctx context.Context, now time.Time, o objective.Objective, r objective.Rule) (w objective.Windows, err error) {
	to := objective.MinuteOf(now) + 1
	if w.Long, _, err = k.kept.sum(ctx, o, to-int64(r.Long/time.Minute), to); err != nil {
		return w, err
	}
	if w.Short, _, err = k.kept.sum(ctx, o, to-int64(r.Short/time.Minute), to); err != nil {
		return w, err
	}
	w.First, err = k.kept.first(ctx, o)
	return w, err
}

// judge judges the rules of what is armed, and tells what turned.
func (k *Desk) judge(ctx context.Context, now time.Time, name string, s state) error {
	if s.Armed == nil {
		return nil
	}
	turned := false
	for _, r := range s.Armed.Rules {
		w, err := k.windows(ctx, now, s.Armed.Objective, r)
		if err != nil {
			return err
		}
		was := s.Rules[r.Name]
		next, turn := r.Judge(now, s.Armed.Target, w, was)
		if turn == objective.Stays {
			continue
		}
		e := burnEvent(now, s.Armed.Objective, r, w, turn, next, was)
		if err := k.Send(ctx, e); err != nil {
			return fmt.Errorf("tell that %s of %s turned: %w", r.Name, name, err)
		}
		if s.Rules == nil {
			s.Rules = map[string]objective.State{}
		}
		s.Rules[r.Name], turned = next, true
	}
	if !turned {
		return nil
	}
	return k.kept.put(ctx, name, s)
}

// end tells that rules of an objective that is no more fire no more, and forgets it.
func (k *Desk) end(ctx context.Context, now time.Time, name string, s state) error {
	for _, r := range s.Armed.Rules {
		if was := s.Rules[r.Name]; was.Firing() {
			if err := k.Send(ctx, burnEvent(now, s.Armed.Objective, r, objective.Windows{}, objective.Ends, objective.State{}, was)); err != nil {
				return err
			}
		}
	}
	return k.kept.put(ctx, name, state{})
}

// burnEvent is a turn of a rule as the rest of prentice hears it. Only of a page it is a symptom.
func burnEvent(now time.Time, o objective.Objective, r objective.Rule, w objective.Windows, turn objective.Turn, next, was objective.State) prentice.Event {
	kind, since := "burn.failed", next.Since
	says := fmt.Sprintf("objective %s: the budget of %s burns %.1f times as fast as it may (%d of %d looks bad in %s)", o.Name, o.Target, o.Target.Burn(w.Long), w.Long.Bad, w.Long.Seen(), r.Long)
	if turn == objective.Ends {
		kind, since = "burn.recovered", was.Since
		says = fmt.Sprintf("objective %s: the budget of %s burns no more than it may", o.Name, o.Target)
	}
	if r.Severity != objective.Page {
		kind = map[objective.Turn]string{objective.Fires: "burn.slow", objective.Ends: "burn.slow-ended"}[turn]
	}
	raw, err := json.Marshal(map[string]any{"name": o.Name + "/" + r.Name, "objective": o.Name, "rule": r.Name, "severity": string(r.Severity), "says": says, "bad": w.Long.Bad, "seen": w.Long.Seen(), "since": since.UTC().Format(time.RFC3339)})
	if err != nil {
		panic("texts and numbers always have a JSON form: " + err.Error())
	}
	return prentice.Event{ID: fmt.Sprintf("%s/%s %s %d", o.Name, r.Name, kind, since.UnixMicro()), Source: "prentice/objective", Type: kind, Subject: o.Service, Time: now, Data: raw}
}
