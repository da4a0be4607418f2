package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/egress"
)

// Judge performs the checks of repositories.
type Judge struct {
	// Open finds a place to perform checks at. Nil finds none.
	Open func(ctx context.Context) (Place, error)
	// Images are what names of images mean here, a text that is another one when one of them
	// means something else. Nil knows none.
	Images func(names []string) string
	// Toolchain is the digest of the programs that checks are performed with.
	Toolchain func() string
	Room      int // how many are performed at the same time
	// Detect are the checks of a tree that keeps none, and from which file each comes. Nil
	// detects none.
	Detect func(t *check.Tree) []Detected
}

// Detected is a check that no one wrote: it is made of what the repository is made of.
type Detected struct {
	Check
	From string // the file by which that is known
}

// Place is where checks are performed.
type Place interface {
	// Perform performs one check on the part of a tree that it depends on. An error means
	// that it was not performed: it is unknown for that reason.
	Perform(ctx context.Context, t *check.Tree, c Check) (Result, error)
	Close() error
}

// Result is how a check ended.
type Result struct {
	Passed   bool
	Says     string // how it ended, in a few words: what it is said of it
	Step     int    // the step that failed, from 0; -1 is none of them
	Printed  []string
	Kept     bool // what it left can be looked at
	Findings []check.Finding
	Exited   bool             // it failed because a program ended with a code of its own
	Said     Said             // by its reports
	Network  []egress.Request // what it asked of the network
	Images   []string         // the images that it was performed with, with their digests
}

// explained says whether the reports say why a check failed: its last step ended with a
// code of its own, and they name every failure. What would have come after is not lost.
func (r Result) explained(c Check) bool {
	return r.Exited && r.Said.Whole && r.Step == len(c.Steps)-1
}

// Kind is the judge as a kind of check.
func (j *Judge) Kind() check.Kind {
	return check.Kind{Name: Kind, Commands: true, Slow: true,
		Rules: func(_ context.Context, t *check.Tree) ([]check.Rule, error) { return j.rules(t), nil },
		Tool: func() string {
			if j.Toolchain == nil {
				return Kind
			}
			return Kind + " " + j.Toolchain()
		},
		Subject: func(t *check.Tree, r check.Rule) string {
			c, _ := checkOf(r)
			return j.subject(t, c)
		},
		CheckAfter: j.check,
	}
}

// subject is the digest of what the verdict of a check is about: its part of the tree, and
// what the names of its images mean.
func (j *Judge) subject(t *check.Tree, c Check) string {
	part := c.Within(t)
	c, err := c.Resolved(part)
	images := c.images()
	if err != nil || len(images) == 0 || j.Images == nil {
		return part.Digest
	}
	return prentice.Digest([]byte(part.Digest + "\n" + j.Images(images)))
}

// inImages says by which images a run was performed; "" is none.
func (r Result) inImages() string {
	if len(r.Images) == 0 {
		return ""
	}
	says := ", in " + r.Images[0]
	if len(r.Images) > 1 {
		says += " beside " + strings.Join(r.Images[1:], ", ")
	}
	return says
}

// check performs checks, each when those that it needs have passed. known are verdicts of
// those that need not be performed again.
func (j *Judge) check(ctx context.Context, t *check.Tree, rules []check.Rule, known map[string]check.Outcome) ([]check.Outcome, error) {
	outcomes := make([]check.Outcome, len(rules))
	ended, at := map[string]chan struct{}{}, map[string]int{}
	for i, r := range rules {
		ended[r.ID], at[r.ID] = make(chan struct{}), i
	}
	place := &opened{judge: j}
	defer place.close()
	room := make(chan struct{}, max(j.Room, 1))
	var wait sync.WaitGroup
	for i, r := range rules {
		wait.Go(func() {
			defer close(ended[r.ID])
			why := ""
			for _, need := range r.Needs {
				if done, asked := ended[need]; asked {
					<-done
					known := outcomes[at[need]]
					why = lacking(why, need, known, true)
					continue
				}
				o, found := known[need]
				why = lacking(why, need, o, found)
			}
			if why != "" {
				outcomes[i] = unknown(r, why)
				return
			}
			room <- struct{}{}
			defer func() { <-room }()
			outcomes[i] = place.one(ctx, t, r)
		})
	}
	wait.Wait()
	return outcomes, ctx.Err()
}

// lacking says why a check cannot begin: the first need that was not fulfilled.
func lacking(why, need string, o check.Outcome, judged bool) string {
	need = strings.TrimPrefix(need, Kind+"/")
	switch {
	case why != "":
		return why
	case !judged:
		return "it needs " + need + ", which was not asked for"
	case o.Truth == prentice.Fail:
		return "it needs " + need + ", which failed"
	case o.Truth != prentice.Pass:
		return "it needs " + need + ", which is unknown"
	}
	return ""
}

func unknown(r check.Rule, why string) check.Outcome {
	return check.Outcome{Rule: r.ID, Truth: prentice.NotSeen, Reason: why}
}

// opened is a place that is found when the first check is to be performed.
type opened struct {
	judge *Judge
	once  sync.Once
	place Place
	err   error
}

func (o *opened) get(ctx context.Context) (Place, error) {
	o.once.Do(func() {
		if o.judge.Open == nil {
			o.err = prentice.Errorf(prentice.Unavailable, "no one performs checks here").Try("perform them in the repository: prentice check")
			return
		}
		o.place, o.err = o.judge.Open(ctx)
	})
	return o.place, o.err
}

func (o *opened) close() {
	if o.place != nil {
		o.place.Close() //nolint:errcheck // what stays is removed by the next who comes
	}
}

// one performs one check.
func (o *opened) one(ctx context.Context, t *check.Tree, r check.Rule) check.Outcome {
	c, wrong := checkOf(r)
	if wrong == "" {
		wrong = beyond(c)
	}
	switch {
	case wrong != "":
		return unknown(r, wrong)
	case ctx.Err() != nil:
		return unknown(r, "it was interrupted")
	}
	place, err := o.get(ctx)
	if err != nil {
		return unknown(r, strings.Join(strings.Fields(err.Error()), " "))
	}
	part := c.Within(t)
	if c, err = c.Resolved(part); err != nil {
		return unknown(r, strings.Join(strings.Fields(err.Error()), " "))
	}
	result, err := place.Perform(ctx, part, c)
	if err != nil {
		return unknown(r, strings.Join(strings.Fields(err.Error()), " "))
	}
	return result.outcome(r, c)
}

// outcome is what a run says of the rule of its check.
func (r Result) outcome(rule check.Rule, c Check) check.Outcome {
	out := check.Outcome{Rule: rule.ID, Truth: prentice.Pass, Reason: r.Says + r.overNetwork() + r.inImages(), Findings: slices.Concat(r.Findings, r.Said.Findings)}
	if r.Said.Says != "" {
		out.Reason += ": " + r.Said.Says
	}
	switch explained := r.explained(c); {
	case r.Passed && r.Said.Nothing && len(out.Findings) == 0:
		return unknown(rule, "no test passed or failed: nothing was tested, "+r.Says)
	case !r.Passed && !explained:
		out.Findings = append([]check.Finding{c.finding(r)}, out.Findings...)
	default:
		out.Coverage = r.Said.Coverage
	}
	if !r.Passed {
		out.Findings = append(out.Findings, c.refused(r)...)
	}
	if !r.Passed || len(out.Findings) > 0 {
		out.Truth = prentice.Fail
	}
	return out
}

// beyond says what a check asks for that is not performed here yet. It is never passed
// over: what ran without it would prove something else.
func beyond(c Check) string {
	for _, wanted := range []struct {
		key  string
		is   bool
		says string
	}{
		{"services", len(c.Services) > 0 && c.Image == "", "it needs services, and they are given beside an image only: write image: NAME for its steps"},
	} {
		if wanted.is {
			return wanted.says
		}
	}
	return ""
}

// finding is where a check failed.
func (c Check) finding(r Result) check.Finding {
	f := check.Finding{Path: c.File, Line: 1, Says: r.Says, Key: c.Name, Printed: r.Printed, Remedy: "see all that it printed: prentice check log " + c.Name}
	if r.Step >= 0 && r.Step < len(c.Steps) {
		f.Line = c.Steps[r.Step].Line
		f.Says = fmt.Sprintf("%s: %s", c.Steps[r.Step].Name, r.Says)
	}
	if r.Kept {
		f.Remedy += "; look at what it left: prentice check enter " + c.Name
	}
	return f
}
