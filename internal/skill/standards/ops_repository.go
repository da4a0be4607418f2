package standards

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
	"prentice/internal/team"
)

// RepositoryIn names a repository.
type RepositoryIn struct {
	Name string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
}

// AskIn names what of a repository is to be checked.
type AskIn struct {
	Name   string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
	Commit string `json:"commit,omitempty" arg:"2" maxLength:"100" example:"feature/basket" doc:"A commit, a branch or a tag; without it the branch that counts."`
}

// CheckAsked is a check run that goes on.
type CheckAsked struct{ CheckRun }

// Text implements op.Texter.
func (a CheckAsked) Text() string {
	return fmt.Sprintf("%s  %s %s, %s at %s\nSee it with: prentice check show %s\n", a.Ref, a.State.sign(), a.State, a.Repository, short(a.Commit), a.Ref)
}

// Begun implements op.Beginner.
func (a CheckAsked) Begun() op.Begun {
	return op.Begun{Ref: string(a.Ref), Watch: op.Request{Op: "check.follow", In: FollowIn{string(a.Ref)}}, Show: op.Request{Op: "check.show", In: CheckIn{Check: string(a.Ref)}}}
}

func (s State) sign() string {
	switch s {
	case Running:
		return "◐"
	case Done:
		return "●"
	}
	return "○"
}

func (k *Desk) repositoryOps() []op.Op {
	return []op.Op{
		op.New("repository.list", prentice.Look, prentice.Viewer, "List repositories: how each stands by the standards, and since when", k.list).Naming("repository").
			WithExample("prentice repository list").WithHelp("The repositories of the catalog that are a Resource of type repository. The server reads each where it lies, looks every minute whether its branch has moved, and checks what has changed. A verdict belongs to the content: what was judged before is not judged again."),
		op.New("repository.show", prentice.Look, prentice.Viewer, "Show a repository: what holds, what does not, what is unknown, and how that was before", k.show).
			WithExample("prentice repository show shop"),
		op.New("repository.check", prentice.Look, prentice.Operator, "Ask for a check of a repository on the server", k.checkNow).ThatKeeps().
			WithExample("prentice repository check shop feature/basket --wait").WithHelp("Queues a check of a commit, or of the branch that counts. It is judged as prentice check judges a folder, by the same rules and with the same verdicts. A commit that the branch does not have is a change: it is judged by the rules, waivers and baseline of the branch as it is now, and what was wrong where it began does not count. Two who ask for the same get the same check."),
		op.New("check.show", prentice.Look, prentice.Viewer, "Show a check that the server made", k.checkShow).
			WithExample("prentice check show check/12").WithHelp("Says what prentice check says of a folder, with the same exit codes: 0 where no rule that blocks is broken, 9 where one is, and 10 where one cannot be judged, or while it is not judged yet."),
		op.NewWatch("check.follow", prentice.Viewer, "Follow a check that the server makes to its end, or all", k.follow).
			WithExample("prentice check follow check/12"),
	}
}

// mostTrend is how many checks of a branch are drawn.
const mostTrend = 60

func (k *Desk) list(ctx context.Context, c op.Call, _ struct{}) (Repositories, error) {
	if err := k.there(); err != nil {
		return Repositories{}, err
	}
	return k.stands(ctx, c.Now)
}

// facts is what explain.md is drawn from.
func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.there() != nil {
		return Repositories{}, nil
	}
	return k.stands(ctx, k.now())
}

// stands is how each repository stands.
func (k *Desk) stands(ctx context.Context, now time.Time) (Repositories, error) {
	out := Repositories{Repositories: []RepositoryLine{}}
	for _, r := range k.Catalog().Repositories {
		list, err := k.runs(ctx, `repository = ? AND branch = ? AND state = 'done' ORDER BY number DESC LIMIT ?`, string(r.Ref), r.Branch, 12)
		if err != nil {
			return Repositories{}, err
		}
		one := RepositoryLine{Repository: r, Truth: prentice.NotSeen, Says: "not checked yet"}
		if len(list) > 0 {
			one.Last = &list[0]
			one.Truth, one.Says = believed(now, list[0])
			one.Trend = pointsOf(list)
		}
		if r.Blocked != "" {
			one.Truth, one.Says = prentice.NotSeen, r.Blocked
		}
		out.Repositories = append(out.Repositories, one)
	}
	return out, nil
}

// believed is how a branch stands by its last check: what no one looked at for long is
// not known.
func believed(now time.Time, last CheckRun) (prentice.Truth, string) {
	if now.Sub(last.Seen) > counts {
		return prentice.NotSeen, "not looked at since " + op.At(last.Seen) + "; the last verdict was " + string(last.Verdict)
	}
	return last.Verdict, last.Says
}

func (k *Desk) show(ctx context.Context, c op.Call, in RepositoryIn) (RepositoryShown, error) {
	r, err := k.repository(in.Name)
	if err != nil {
		return RepositoryShown{}, err
	}
	out := RepositoryShown{Repository: r, Now: c.Now, Truth: prentice.NotSeen, Says: "not checked yet", Runs: []CheckRun{}, Points: []Point{}, Ending: []Ending{}}
	branch, err := k.runs(ctx, `repository = ? AND branch = ? AND state = 'done' ORDER BY number DESC LIMIT ?`, string(r.Ref), r.Branch, mostTrend)
	if err != nil {
		return out, err
	}
	if out.Runs, err = k.runs(ctx, `repository = ? ORDER BY number DESC LIMIT 20`, string(r.Ref)); err != nil {
		return out, err
	}
	out.Points = pointsOf(branch)
	if len(branch) == 0 {
		return out, nil
	}
	out.Last = &branch[0]
	out.Truth, out.Says = believed(c.Now, branch[0])
	if out.Checked, err = k.body(ctx, branch[0].Number); err != nil || out.Checked == nil {
		return out, err
	}
	out.Ending = endings(c.Now, out.Checked)
	return out, nil
}

func (k *Desk) checkNow(ctx context.Context, c op.Call, in AskIn) (CheckAsked, error) {
	r, err := k.repository(in.Name)
	if err != nil {
		return CheckAsked{}, err
	}
	id, branch, err := k.resolve(ctx, r, in.Commit)
	if err != nil {
		return CheckAsked{}, err
	}
	number, err := k.ask(ctx, CheckRun{Repository: r.Ref, Branch: branch, Commit: id, AskedBy: c.Actor.Ref(), Asked: c.Now})
	if err != nil {
		return CheckAsked{}, err
	}
	run, err := k.one(ctx, `number = ?`, number)
	if err == nil && run == nil {
		err = k.noRun(number)
	}
	if err != nil {
		return CheckAsked{}, err
	}
	return CheckAsked{*run}, nil
}

// resolve is the commit that a name means, and the branch whose content it is.
func (k *Desk) resolve(ctx context.Context, r team.Repository, name string) (id, branch string, err error) {
	free, err := k.enter(ctx)
	if err != nil {
		return "", "", err
	}
	defer free()
	repo, err := k.open(ctx, r)
	if err != nil {
		return "", "", err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	head, err := tip(ctx, repo, r)
	if err != nil {
		return "", "", err
	}
	if id = head; name != "" {
		if id, err = repo.Commit(ctx, name); err != nil {
			return "", "", err
		}
	}
	if id == head {
		branch = r.Branch
	}
	return id, branch, nil
}

// enter waits until few enough look at repositories.
func (k *Desk) enter(ctx context.Context) (free func(), err error) {
	select {
	case k.busy <- struct{}{}:
		return func() { <-k.busy }, nil
	case <-ctx.Done():
		return nil, prentice.Errorf(prentice.Canceled, "interrupted while others look at repositories")
	}
}

// endings are the waivers that end soon, the first first.
func endings(now time.Time, c *Checked) []Ending {
	seen := map[check.Waiver]int{}
	list := []Ending{}
	for _, r := range c.Rules {
		for _, f := range r.Findings {
			if f.Waiver == nil || f.Waiver.Expires.Sub(now) > soon {
				continue
			}
			i, there := seen[*f.Waiver]
			if !there {
				i = len(list)
				seen[*f.Waiver] = i
				list = append(list, Ending{Waiver: *f.Waiver})
			}
			list[i].Findings++
		}
	}
	return sortedEndings(list)
}

func (k *Desk) noRun(number int64) error {
	return prentice.Errorf(prentice.NotFound, "there is no check %d, or not any more", number).Try("list those of a repository with: prentice repository show NAME")
}

// CheckIn names a check run.
type CheckIn struct {
	Check string `json:"check" arg:"1" maxLength:"40" example:"check/12" doc:"The check, as check/12 or 12."`
	Log   bool   `json:"log,omitempty" doc:"What its commands printed, and not what was found."`
}

func (in CheckIn) number() (n int64, err error) {
	text := strings.TrimPrefix(in.Check, "check/")
	if _, err := fmt.Sscanf(text, "%d", &n); err != nil || fmt.Sprint(n) != text || n <= 0 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not the number of a check", shown(in.Check)).Try("write it as check/12")
	}
	return n, nil
}

func (k *Desk) checkShow(ctx context.Context, _ op.Call, in CheckIn) (CheckShown, error) {
	if err := k.there(); err != nil {
		return CheckShown{}, err
	}
	n, err := in.number()
	if err != nil {
		return CheckShown{}, err
	}
	run, err := k.one(ctx, `number = ?`, n)
	if err == nil && run == nil {
		err = k.noRun(n)
	}
	if err != nil {
		return CheckShown{}, err
	}
	out := CheckShown{CheckRun: *run, Printed: in.Log}
	if out.Checked, err = k.body(ctx, n); err != nil {
		return CheckShown{}, err
	}
	if err := k.DB.QueryRow(ctx, `SELECT output, CASE WHEN lane = 1 AND state <> 'done' THEN 1 ELSE 0 END FROM check_runs WHERE number = ?`, []any{n}, &out.Output, &out.Quick); err != nil {
		return CheckShown{}, err
	}
	if run.State == Queued {
		err = k.DB.QueryRow(ctx, `SELECT COUNT(*) FROM check_runs WHERE lane = (SELECT lane FROM check_runs WHERE number = ?) AND (state = 'running' OR state = 'queued' AND number < ? AND asked_by <> ?)`, []any{n, n, string(itself)}, &out.Before)
	}
	return out, err
}
