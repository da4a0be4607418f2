package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

// Keeper keeps outcomes by what they depend on, so that nothing is judged twice.
type Keeper interface {
	// Kept are the outcomes that are there for some of these.
	Kept(ctx context.Context, of []claims.Basis) (map[claims.Basis]Outcome, error)
	// Keep adds some. What it says is wrong is for people: what was judged counts.
	Keep(ctx context.Context, now time.Time, list map[claims.Basis]Outcome) error
}

// Judge judges trees.
type Judge struct {
	Kinds  []Kind
	Keep   Keeper                      // nil keeps nothing
	Now    func() time.Time            // nil is time.Now
	Before func(*Tree)                 // is told of a tree before the first kind is asked about it; may be nil
	Tell   func(kind string, done int) // hears that a kind begins, with -1, and how many rules it has judged; may be nil
	Within time.Duration               // how long kinds that are slow may take; zero is for ever
}

// Rules are all rules of the kinds for a repository, by ID, and what keeps a kind from
// telling its own, as outcomes.
func (j Judge) Rules(ctx context.Context, rules *Tree) ([]Rule, []Judged) {
	lists, errs := make([][]Rule, len(j.Kinds)), make([]error, len(j.Kinds))
	var wait sync.WaitGroup
	for i, k := range j.Kinds {
		if k.Rules != nil {
			wait.Go(func() {
				errs[i] = guarded(k.Name, func() (err error) { lists[i], err = k.Rules(ctx, rules); return err })
			})
		}
	}
	wait.Wait()
	var all []Rule
	var silent []Judged
	seen := map[string]bool{}
	for i, list := range lists {
		if errs[i] != nil {
			r := Rule{ID: j.Kinds[i].Name + "/rules", Kind: j.Kinds[i].Name, Says: "the rules of " + j.Kinds[i].Name + " can be read", Severity: claims.Block}
			silent = append(silent, unknown(r, sentence(errs[i])))
		}
		for _, r := range list {
			if seen[r.ID] {
				silent = append(silent, unknown(r, "two rules are called so; the other one is in force"))
				continue
			}
			seen[r.ID] = true
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all, silent
}

// asked are the rules that can be asked of a tree: those of what commits brought only where
// that is looked at.
func asked(t *Tree, rules []Rule) (list []Rule) {
	for _, r := range rules {
		if !r.OfPast || t.Past != nil {
			list = append(list, r)
		}
	}
	return list
}

// All judges all rules for a tree, in the order of their IDs. What is there is reused.
func (j Judge) All(ctx context.Context, t *Tree, rules []Rule) ([]Judged, error) {
	by := map[string][]Rule{}
	for _, r := range asked(t, rules) {
		by[r.Kind] = append(by[r.Kind], r)
	}
	bases, kinds := j.bases(t, by)
	kept := map[claims.Basis]Outcome{}
	var note error
	if j.Keep != nil {
		list := make([]claims.Basis, 0, len(bases))
		for _, b := range bases {
			list = append(list, b)
		}
		if kept, note = j.Keep.Kept(ctx, list); note != nil {
			kept = nil
		}
	}
	list := j.judge(ctx, t, by, kinds, bases, kept)
	if err := ctx.Err(); err != nil {
		return nil, prentice.Errorf(prentice.Canceled, "interrupted: nothing is judged")
	}
	slices.SortFunc(list, func(a, b Judged) int { return cmp.Compare(a.Rule.ID, b.Rule.ID) })
	return list, note
}

// bases says on what each verdict depends, by the rule's ID.
func (j Judge) bases(t *Tree, by map[string][]Rule) (map[string]claims.Basis, map[string]Kind) {
	bases, kinds := map[string]claims.Basis{}, map[string]Kind{}
	whole := Subject(t)
	for _, k := range j.Kinds {
		kinds[k.Name] = k
		tool := k.Name
		if k.Tool != nil && len(by[k.Name]) > 0 {
			tool = k.Tool()
		}
		for _, r := range by[k.Name] {
			of := whole
			if k.Subject != nil {
				of = k.Subject(t, r)
			}
			bases[r.ID] = claims.Basis{Claim: r.Digest(), Subject: of, Environment: "here", Tool: tool}
		}
	}
	return bases, kinds
}

// Subject is the digest of what most rules look at: the tree, what it is made on, and the
// commits between.
func Subject(t *Tree) string {
	if t.Base == nil && len(t.Commits) == 0 {
		return t.Digest
	}
	parts := []string{t.Digest}
	if t.Base != nil {
		parts = append(parts, t.Base.Digest)
	}
	if t.Law != nil {
		parts = append(parts, t.Law.Digest)
	}
	for _, c := range t.Commits {
		parts = append(parts, c.ID)
	}
	return prentice.Digest([]byte(strings.Join(parts, "\n")))
}

// judge asks each kind for what is not kept, all at the same time.
func (j Judge) judge(ctx context.Context, t *Tree, by map[string][]Rule, kinds map[string]Kind, bases map[string]claims.Basis, kept map[claims.Basis]Outcome) (list []Judged) {
	var mu sync.Mutex // guards judged
	var judged []Judged
	var wait sync.WaitGroup
	told := sync.OnceFunc(func() {
		if j.Before != nil {
			j.Before(t)
		}
	})
	room := make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	for name, rules := range by {
		k, known := kinds[name]
		var ask []Rule
		before := map[string]Outcome{}
		for _, r := range rules {
			if o, found := kept[bases[r.ID]]; found {
				o.Rule = r.ID
				before[r.ID] = o
				list = append(list, Judged{Rule: r, Outcome: o, Reused: true, Plain: k.Commands})
				continue
			}
			ask = append(ask, r)
		}
		switch {
		case len(ask) == 0:
			continue
		case !known || !k.judges():
			for _, r := range ask {
				list = append(list, unknown(r, fmt.Sprintf("no one judges rules of the kind %q", name)))
			}
			continue
		}
		told()
		wait.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			j.tell(name, -1)
			done := j.ofKind(ctx, t, k, ask, before)
			j.tell(name, len(done))
			mu.Lock()
			defer mu.Unlock()
			judged = append(judged, done...)
		})
	}
	wait.Wait()
	hide(t, kinds, judged)
	return append(list, judged...)
}

func (j Judge) tell(kind string, done int) {
	if j.Tell != nil {
		j.Tell(kind, done)
	}
}

// ofKind has one kind judge its rules. A rule without an outcome is unknown. Where the
// time of a slow one is up, what it has judged until then counts.
func (j Judge) ofKind(ctx context.Context, t *Tree, k Kind, rules []Rule, known map[string]Outcome) []Judged {
	if k.Slow && j.Within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, j.Within, errTimeUp)
		defer cancel()
	}
	var outcomes []Outcome
	err := guarded(k.Name, func() (err error) {
		if err = ctx.Err(); err == nil {
			outcomes, err = k.check(ctx, t, rules, known)
		}
		return err
	})
	if errors.Is(context.Cause(ctx), errTimeUp) {
		outcomes = slices.DeleteFunc(outcomes, func(o Outcome) bool { return o.Truth != prentice.Pass && o.Truth != prentice.Fail })
		return judgedOf(k, rules, outcomes, nil, fmt.Sprintf("it was not judged within %s", j.Within))
	}
	return judgedOf(k, rules, outcomes, err, k.Name+" says nothing of it")
}

// Remember keeps what was judged anew. Unknown is no answer, and is not kept.
func (j Judge) Remember(ctx context.Context, t *Tree, list []Judged) error {
	if j.Keep == nil {
		return nil
	}
	by := map[string][]Rule{}
	for _, one := range list {
		by[one.Rule.Kind] = append(by[one.Rule.Kind], one.Rule)
	}
	bases, _ := j.bases(t, by)
	fresh := map[claims.Basis]Outcome{}
	for _, one := range list {
		if b, found := bases[one.Rule.ID]; found && !one.Reused && one.Outcome.Truth != prentice.NotSeen {
			fresh[b] = one.Outcome
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	now := time.Now
	if j.Now != nil {
		now = j.Now
	}
	return j.Keep.Keep(ctx, now(), fresh)
}

// Digest is of what a rule says and asks.
func (r Rule) Digest() string {
	return claims.Claim{ID: r.ID, Kind: r.Kind, About: "repository/any", Says: r.Says, Asks: r.Asks}.Digest()
}
