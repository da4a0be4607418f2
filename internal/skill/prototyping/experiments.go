package prototyping

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/experiment"
	"prentice/internal/engine/flag"
)

// Experiments is that part of the chapter at work.
type Experiments struct {
	Deps
	flags *Flags
	store *experiment.Store

	mu      sync.Mutex
	running map[string][]experiment.Experiment // by flag, as they were read; nil is not yet
	kept    map[exposed]bool                   // exposures that are known to be kept
	failed  time.Time                          // when the log last said that one could not be kept
}

// exposed is a unit of an experiment, and what it was given.
type exposed struct {
	experiment int64
	unit       string
	treatment  bool
}

// mostKept is how many exposures are remembered, so that a user who is asked for again
// writes nothing; beyond that the database is asked again.
const mostKept = 200_000

// patience is how long an answer waits until its exposure is kept.
const patience = 5 * time.Second

func newExperiments(d Deps, f *Flags) *Experiments {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Experiments{Deps: d, flags: f, store: &experiment.Store{DB: d.DB, Record: d.Record, Tell: d.Tell}, kept: map[exposed]bool{}}
}

func (x *Experiments) there() error {
	if x.DB == nil || x.Set == nil {
		return prentice.Errorf(prentice.Unavailable, "no experiments are kept here").Try("start prentice: prentice up")
	}
	return nil
}

// assignment is the digest of all that decides who gets which variant: the flag as it
// stands, and the version of the algorithm.
func assignment(f *flag.Flag) string {
	variants := slices.Sorted(maps.Keys(f.Variants))
	return prentice.Digest(fmt.Appendf(nil, "fractional/2 %q %v %q %q %s", f.Key, f.Disabled, f.Default, variants, f.Targeting))
}

// exposes keeps that a user is given a variant, where an experiment counts that, before the
// answer is given: what a crash loses was given to no one.
func (x *Experiments) exposes(ctx context.Context, f *flag.Flag, about map[string]any, answer flag.Answer, overridden bool) error {
	user, _ := about["targetingKey"].(string)
	if user == "" || answer.Code != "" || overridden {
		return nil
	}
	counting, err := x.of(ctx, f.Key)
	if err != nil || len(counting) == 0 {
		return err
	}
	var list []experiment.Exposure
	var keys []exposed
	for _, e := range counting {
		if answer.Variant != e.Control && answer.Variant != e.Treatment || assignment(f) != e.Pinned {
			continue
		}
		one := exposed{e.Number, e.Unit(user), answer.Variant == e.Treatment}
		if !x.known(one) {
			keys = append(keys, one)
			list = append(list, experiment.Exposure{Experiment: one.experiment, Unit: one.unit, Treatment: one.treatment, At: x.Clock()})
		}
	}
	if len(list) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := x.store.Expose(ctx, list); err != nil {
		return err
	}
	x.remember(keys)
	return nil
}

// known says whether an exposure is known to be kept.
func (x *Experiments) known(one exposed) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.kept[one]
}

func (x *Experiments) remember(list []exposed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.kept) > mostKept {
		clear(x.kept)
	}
	for _, one := range list {
		x.kept[one] = true
	}
}

// of are the experiments that count who asks for a flag.
func (x *Experiments) of(ctx context.Context, flag string) ([]experiment.Experiment, error) {
	x.mu.Lock()
	by := x.running
	x.mu.Unlock()
	if by == nil {
		if _, err := x.read(ctx); err != nil {
			return nil, err
		}
		x.mu.Lock()
		by = x.running
		x.mu.Unlock()
	}
	return by[flag], nil
}

// uncounted is the answer to one who cannot be counted: no variant, so that the program uses
// the value in its code, and the user is no part of the experiment.
func (x *Experiments) uncounted(key string, err error) flag.Answer {
	now := x.Clock()
	x.mu.Lock()
	tell := now.Sub(x.failed).Abs() >= time.Minute
	if tell {
		x.failed = now
	}
	x.mu.Unlock()
	if tell {
		x.Log.Error("users are given no variant, because an experiment cannot count them", "flag", key, "err", err)
	}
	return flag.Answer{Key: key, Reason: flag.Error, Code: flag.General, Details: "an experiment counts who asks for this flag, and cannot keep it now: use the value in the code, and ask again"}
}

// read reads which experiments count.
func (x *Experiments) read(ctx context.Context) ([]experiment.Experiment, error) {
	list, err := x.store.Running(ctx)
	if err != nil {
		return nil, err
	}
	by := map[string][]experiment.Experiment{}
	for _, e := range list {
		by[e.Flag] = append(by[e.Flag], e)
	}
	x.mu.Lock()
	x.running = by
	x.mu.Unlock()
	return list, nil
}

// Count reads each second which experiments count, on every replica, because each is asked
// for flags.
func (x *Experiments) Count(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if _, err := x.read(ctx); err != nil && ctx.Err() == nil {
			x.Log.Error("read which experiments count", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Run looks at what was counted, and ends what its rule ends.
func (x *Experiments) Run(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Second)
	defer tick.Stop()
	for {
		if err := x.tend(ctx); err != nil && ctx.Err() == nil {
			x.Log.Error("look at experiments", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (x *Experiments) tend(ctx context.Context) error {
	list, err := x.read(ctx)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := x.look(ctx, e, self, ""); err != nil && prentice.KindOf(err) != prentice.Conflict {
			return err
		}
	}
	return nil
}

// look takes one look, and ends the experiment where its rule, its day, a flag that was
// changed, or a person with a reason does. Between looks that end nothing lies a hundredth
// of the units, so that there are not more of them than can be shown.
func (x *Experiments) look(ctx context.Context, e experiment.Experiment, by prentice.Ref, reason string) error {
	c, _, _, err := x.store.Count(ctx, e.Number)
	if err != nil {
		return err
	}
	now := x.Clock()
	last, err := x.store.Looks(ctx, e.Number, 1)
	if err != nil {
		return err
	}
	e, r := e.Look(c)
	why, who := reason, by
	switch f, ok := x.Set().Find(e.Flag); {
	case !ok || assignment(f) != e.Pinned:
		e.Result = experiment.Result{Word: experiment.Disturbed, Says: "the flag was changed while it counted, so that users were assigned otherwise", Over: true, P: 1, Skew: e.Skew}
		why, who = "flag/"+e.Flag+" was changed while it counted", self
	case why != "":
	case r.Over:
		why, who = r.Says, self
	case !now.Before(e.Ends):
		why, who = "its time is over", self
	case len(last) > 0 && c.Units()-last[0].Counts.Units() < max(1, e.Design.Units/100), c.Units() == 0:
		return nil
	}
	if why == "" {
		_, err = x.store.Look(ctx, e, c, now)
		return err
	}
	if e, err = e.Stop(who, why, now); err != nil {
		return err
	}
	data := map[string]any{"result": e.Result.Word, "says": e.Result.Says, "reason": why, "rule": e.Design.Rule, "control": c.Control, "control_did": c.ControlDid, "treatment": c.Treatment, "treatment_did": c.TreatmentDo}
	if e.Result.Told {
		data["effect"], data["low"], data["high"], data["p"] = fmt.Sprintf("%.6f", e.Result.Effect), fmt.Sprintf("%.6f", e.Result.Low), fmt.Sprintf("%.6f", e.Result.High), fmt.Sprintf("%.6g", e.Result.P)
	}
	_, err = x.store.Look(ctx, e, c, now, prentice.Note{Kind: "experiment.ended", Actor: who, Refs: e.Refs(), Data: data})
	return err
}

// balanced asks the flag for made-up users, and refuses where it assigns otherwise than was
// designed: then nothing would be learned.
func (x *Experiments) balanced(f *flag.Flag, e experiment.Experiment, now time.Time) error {
	const users = 20_000
	var c experiment.Counts
	for i := range users {
		switch answer := x.Set().Evaluate(f.Key, map[string]any{"targetingKey": fmt.Sprintf("prentice-balance-%d", i)}, "", now); answer.Variant {
		case e.Control:
			c.Control++
		case e.Treatment:
			c.Treatment++
		}
	}
	if c.Units() < users/100 {
		return prentice.Errorf(prentice.Invalid, "flag/%s gave %d of %d made-up users one of %s and %s", f.Key, c.Units(), users, e.Control, e.Treatment).
			Try(`let its targeting assign by chance: {"fractional": [["%s", 50], ["%s", 50]]}`, e.Control, e.Treatment)
	}
	if r := e.Design.Judge(c, 1, 1); r.Word == experiment.Skewed {
		return prentice.Errorf(prentice.Invalid, "flag/%s gave %s to %.1f%% of made-up users, and the design says %.1f%%", f.Key, e.Treatment, 100*float64(c.Treatment)/float64(c.Units()), 100*e.Design.Share).
			Try("change the shares in %s, or design the experiment with --share", flag.TeamFile)
	}
	return nil
}

// salt is what makes the digests of an experiment's users its own.
func salt() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return hex.EncodeToString(raw[:])
}
