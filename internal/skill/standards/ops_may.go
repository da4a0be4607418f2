package standards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
)

// LandIn names the commit that is to come into the branch of a repository.
type LandIn struct {
	Name   string `json:"repository" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository; or a change, as change/12."`
	Commit string `json:"commit,omitempty" arg:"2" maxLength:"100" example:"feature/basket" doc:"The commit, or a branch or tag. A change has none: its newest patch set is meant."`
}

// Allowed says whether something may be done, and what is missing.
type Allowed struct {
	claims.Answer
	Action     string       `json:"action"`
	Repository prentice.Ref `json:"repository"`
	Commit     string       `json:"commit"`
	What       string       `json:"what"`   // how the commit was looked at
	Digest     string       `json:"digest"` // of its content
	Notes      []string     `json:"notes,omitempty"`
	Took       string       `json:"took,omitempty"` // about how long the check that is missing takes
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

// Word is the answer: yes, no or unknown.
func (a Allowed) Word() string {
	switch a.May {
	case prentice.Pass:
		return "yes"
	case prentice.Fail:
		return "no"
	}
	return "unknown"
}

// Unasked says whether a check would answer some of what is missing.
func (a Allowed) Unasked() bool {
	return slices.ContainsFunc(a.Missing, func(n claims.Need) bool { return n.Reason == check.Unasked })
}

// Judge is the command that would judge what is unknown; "" where all is known.
func (a Allowed) Judge() string {
	for _, n := range a.Missing {
		if n.Produce != "" {
			return n.Produce
		}
	}
	return ""
}

// Text implements op.Texter.
func (a Allowed) Text() string {
	var b strings.Builder
	sign, _, _ := strings.Cut(signOf(a.May), " ")
	fmt.Fprintf(&b, "%s %s: may %s %s %s (%s)\n", sign, a.Word(), a.Action, a.Repository.Name(), short(a.Commit), a.What)
	unasked, produce := 0, ""
	for _, n := range a.Missing {
		if n.Reason == check.Unasked {
			unasked, produce = unasked+1, n.Produce
			continue
		}
		writeNeed(&b, n)
	}
	if unasked > 0 {
		fmt.Fprintf(&b, "◇ %s not checked yet, as it is now\n    → %s%s\n", op.Count(unasked, "rule that blocks is", "rules that block are"), produce, about(a.Took))
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "▲ %s\n", n)
	}
	excused := 0
	for _, n := range a.Held {
		if n.Excused != "" {
			excused++
		}
	}
	fmt.Fprintf(&b, "  %s held, %d of them excused; %s\n", op.Count(len(a.Held), "claim is", "claims are"), excused, op.Count(len(a.Advice), "piece of advice", "pieces of advice"))
	return b.String()
}

// writeNeed tells of one claim that is missing, and what can be done.
func writeNeed(b *strings.Builder, n claims.Need) {
	sign, _, _ := strings.Cut(signOf(n.Truth), " ")
	fmt.Fprintf(b, "%s %s: %s\n    %s\n", sign, n.Claim, n.Says, n.Reason)
	if n.Truth != prentice.Fail {
		if n.Produce != "" {
			fmt.Fprintf(b, "    → %s%s\n", n.Produce, about(n.Took))
		}
		return
	}
	if n.Resolve != "" {
		fmt.Fprintf(b, "    → %s\n", n.Resolve)
	}
	if n.Waive != "" {
		fmt.Fprintf(b, "    or waive it, which %s answers for: %s\n", orText(string(n.Who), "an owner"), n.Waive)
	}
}

func about(took string) string {
	if took == "" {
		return ""
	}
	return " (about " + took + ")"
}

func (k *Desk) mayOps() []op.Op {
	return []op.Op{
		op.New("may.land", prentice.Look, prentice.Viewer, "Ask whether a commit may come into the branch of a repository", k.mayLand).
			WithExample("prentice may land shop feature/basket").WithHelp(
			"Of a change the answer is also of its review: who has to approve, which owners, and what stands below it.\n\n" +
				"Answers yes, no or unknown by the verdicts that are kept, and judges nothing itself: wanted are all rules that block, of the standards in the program, of the team folder and of the branch as it is now. Of each that is broken or unknown it says what would make it pass, the command that would judge it, and who can waive it.\n\n" +
				"The exit code is 0 for yes, 9 for no and 10 for unknown."),
	}
}

func (k *Desk) mayLand(ctx context.Context, c op.Call, in LandIn) (Allowed, error) {
	if strings.HasPrefix(in.Name, "change/") {
		return k.mayLandChange(ctx, c.Actor, in)
	}
	r, err := k.repository(in.Name)
	if err != nil {
		return Allowed{}, err
	}
	if in.Commit == "" {
		return Allowed{}, prentice.Errorf(prentice.Invalid, "say which commit is to land in %s", r.Ref.Name()).Try("prentice may land %s COMMIT — or of a change: prentice may land change/12", r.Ref.Name())
	}
	free, err := k.enter(ctx)
	if err != nil {
		return Allowed{}, err
	}
	defer free()
	l, err := k.lookAt(ctx, r, in.Commit)
	if err != nil {
		return Allowed{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	l.known = true
	judged, list, err := k.stand(ctx, k.judgeOf(l, false), l, RunIn{})
	if err != nil {
		return Allowed{}, err
	}
	produce := fmt.Sprintf("prentice repository check %s %s --wait", r.Ref.Name(), short(l.commit))
	usual, err := k.usual(ctx, r.Ref)
	if err != nil {
		return Allowed{}, err
	}
	unclear, err := k.unclearOf(ctx, r.Ref, l.commit)
	if err != nil {
		return Allowed{}, err
	}
	out := Allowed{Action: "land", Repository: r.Ref, Commit: l.commit, What: judged.What, Digest: judged.Digest, Notes: judged.Notes}
	var needs []claims.Need
	var longest time.Duration
	judge := k.judgeOf(l, false)
	for _, s := range list {
		n := needOf(s, produce, r.Owner)
		n.Resolve = elsewhere(n.Resolve, "prentice repository show "+r.Ref.Name())
		if why := unclear[n.Claim]; why != "" && n.Reason == check.Unasked {
			n.Reason = "its last check could not tell: " + why
		}
		in := quickLane
		if judge.Slow(s.Rule) {
			in = slowLane
		}
		if took, known := usual[in]; known && n.Produce != "" {
			n.Took, longest = roughly(took), max(longest, took)
		}
		needs = append(needs, n)
	}
	out.Answer = claims.May(needs)
	if longest > 0 {
		out.Took = roughly(longest)
	}
	return out, nil
}

// mayLandChange is the answer of a change: of its review, and of the checks of its newest
// patch set.
func (k *Desk) mayLandChange(ctx context.Context, by prentice.Actor, in LandIn) (Allowed, error) {
	if err := k.there(); err != nil {
		return Allowed{}, err
	}
	if k.Change == nil {
		return Allowed{}, prentice.Errorf(prentice.Unavailable, "no changes are kept here").Try("start prentice: prentice up")
	}
	if in.Commit != "" {
		return Allowed{}, prentice.Errorf(prentice.Invalid, "%s is its newest patch set, and no other commit", in.Name).Try("leave the commit out, or name the repository")
	}
	a, repository, commit, what, err := k.Change(ctx, by, in.Name)
	return Allowed{Answer: a, Action: "land", Repository: repository, Commit: commit, What: what}, err
}

// unclearOf is why the last check of a commit could not judge rules, by their ID: what is
// unknown is kept nowhere else.
func (k *Desk) unclearOf(ctx context.Context, repository prentice.Ref, commit string) (map[string]string, error) {
	last, err := k.one(ctx, `repository = ? AND commit_id = ? AND state = 'done' ORDER BY number DESC`, string(repository), commit)
	if err != nil || last == nil {
		return nil, err
	}
	c, err := k.body(ctx, last.Number)
	why := map[string]string{}
	for _, r := range c.of(prentice.NotSeen) {
		why[r.ID] = line(r.Reason)
	}
	return why, err
}

// usual is about how long a check of a repository takes in each lane, where that is known:
// the middle of the last few, of those that judged something.
func (k *Desk) usual(ctx context.Context, repository prentice.Ref) (map[lane]time.Duration, error) {
	out := map[lane]time.Duration{}
	for _, in := range []lane{quickLane, slowLane} {
		list, err := k.runs(ctx, `repository = ? AND state = 'done' AND lane = ? AND body <> '' ORDER BY number DESC LIMIT 9`, string(repository), int(in))
		if err != nil {
			return nil, err
		}
		var took []time.Duration
		for _, r := range list {
			took = append(took, r.Ended.Sub(r.Began))
		}
		if slices.Sort(took); len(took) > 0 {
			out[in] = took[len(took)/2]
		}
	}
	return out, nil
}

// roughly is how long something takes, as people say it.
func roughly(d time.Duration) string {
	if d < 10*time.Second {
		return max(d.Round(100*time.Millisecond), 100*time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// needOf is what an action needs of a rule.
func needOf(s check.Standing, produce string, owner prentice.Ref) claims.Need {
	n := claims.Need{Claim: s.Rule.ID, Says: s.Rule.Says, Severity: s.Rule.Severity, Blocks: s.Blocks, Truth: s.Truth(), Resolve: line(s.Rule.Remedy)}
	n.Reason, _ = reasonOf(s)
	if excused := len(s.Outcome.Findings) - s.New; excused > 0 && n.Truth == prentice.Pass {
		n.Excused = n.Reason
	}
	if n.Truth != prentice.Pass && n.Truth != prentice.Fail {
		n.Produce = produce
	}
	if n.Truth == prentice.Fail {
		n.Waive = "prentice check waive " + s.Rule.ID + " --reason TEXT --owner group/NAME --expires DAY --write"
		if n.Who = owner; s.Rule.Source != standard.BuiltIn {
			n.Who = cmp.Or(s.Rule.Owner, owner)
		}
	}
	for i, f := range s.Outcome.Findings {
		if s.Excuses[i] == check.None && f.Remedy != "" {
			n.Resolve = line(f.Remedy)
			break
		}
	}
	return n
}

var (
	_ op.Texter = Allowed{}
	_ op.Ender  = Allowed{}
)
