package standards

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/team"
)

// How often the desk looks whether branches have moved, after how long each is judged
// again although it has not, how long a verdict counts without that, how long one check may
// take in each lane, and how long the desk waits after something of ours failed.
const (
	lookEvery  = time.Minute
	judgeEvery = 10 * time.Minute
	counts     = 45 * time.Minute
	longest    = 15 * time.Minute
	longestRun = time.Hour // of one whose commands are performed
	pollEvery  = 5 * time.Second
	restFor    = 10 * time.Second
)

// itself is who asks for checks of branches that have moved.
const itself = prentice.Ref("self/checks")

// look queues the branches that have moved, and those that were judged long ago.
func (k *Desk) look(ctx context.Context) error {
	list := k.Catalog().Repositories
	if err := k.withdraw(ctx, list); err != nil {
		return err
	}
	for _, r := range list {
		if err := k.lookOne(ctx, r); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (k *Desk) lookOne(ctx context.Context, r team.Repository) error {
	last, err := k.standing(ctx, r.Ref)
	if err != nil {
		return err
	}
	commit := ""
	if repo, err := k.open(ctx, r); err == nil {
		commit, _ = tip(ctx, repo, r) // what cannot be said of it now is said by its check
		repo.Close()                  //nolint:errcheck // it was only read
	}
	if ctx.Err() != nil || last != nil && !due(k.now(), *last, r.Branch, commit) {
		return ctx.Err()
	}
	_, err = k.ask(ctx, CheckRun{Repository: r.Ref, Branch: r.Branch, Commit: commit, AskedBy: itself, Asked: k.now()})
	if prentice.KindOf(err) == prentice.Limited {
		return nil
	}
	return err
}

// due says whether a branch is to be judged again. A look in the time to come, which a
// clock that was set back leaves, is none. What prentice does not survive waits until the
// branch moves, or someone asks.
func due(now time.Time, last CheckRun, branch, commit string) bool {
	if last.result == gaveUp && last.Commit == commit {
		return false
	}
	return last.Commit != commit || last.Branch != branch || now.Sub(last.Seen) >= judgeEvery || now.Before(last.Seen)
}

// perform does one check run to its end, or puts it back.
func (k *worker) perform(ctx context.Context, r *CheckRun) error {
	if began, err := k.begin(ctx, r); err != nil || !began {
		return err
	}
	err := k.judgeRun(ctx, r)
	if err == nil {
		return nil
	}
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, k.putBack(back, r))
}

// judgeRun judges what a check run is of and writes down what is found. An error is that
// it could not be written; what cannot be judged is a verdict.
func (k *worker) judgeRun(ctx context.Context, r *CheckRun) error {
	repo, err := k.Catalog().Repository(string(r.Repository))
	if err != nil {
		return k.unable(ctx, r, nil, err)
	}
	in, cancel := context.WithTimeout(ctx, k.longest())
	defer cancel()
	l, err := k.lookAt(in, repo, r.Commit)
	if err != nil {
		return k.unableIn(ctx, in, r, &repo, err)
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	r.Commit, r.Branch = l.commit, l.branch
	if o, is := l.keep.(*outcomes); is {
		o.again = r.again
	}
	began, judge := k.now(), k.judgeTelling(in, l, r)
	out := k.output(in, r, func(lines []string) []string { return judge.Shown(l.tree, lines) })
	l.tree.Tell = out.line
	if k.lane == quickLane {
		more, err := k.quickFirst(in, judge, l)
		if err != nil {
			return k.unableIn(ctx, in, r, &repo, err)
		}
		if more {
			return k.toSlow(ctx, r)
		}
	}
	c, list, err := k.stand(in, judge, l, RunIn{})
	if err != nil {
		return k.unableIn(ctx, in, r, &repo, err)
	}
	out.save()
	c.Took = k.now().Sub(began).Round(time.Millisecond).String()
	if err := ctx.Err(); err != nil {
		return err
	}
	if o, is := l.keep.(*outcomes); is {
		if err := o.use(ctx, k.now()); err != nil {
			return err
		}
	}
	if r.Branch != "" {
		if err := k.claim(ctx, repo, list, l.tree.Digest); err != nil {
			return err
		}
	}
	return k.write(ctx, r, &c)
}

// judgeTelling is who judges, and says in the check run what is done.
func (k *worker) judgeTelling(ctx context.Context, l *looked, r *CheckRun) check.Judge {
	j := k.judgeOf(l, false)
	var mu sync.Mutex // guards told: kinds are judged at the same time
	var told time.Time
	j.Tell = func(kind string, done int) {
		mu.Lock()
		defer mu.Unlock()
		if done >= 0 || time.Since(told) < 300*time.Millisecond {
			return
		}
		told = time.Now()
		k.tell(ctx, r, "checking "+kind) //nolint:errcheck // it is only told
	}
	return j
}

// unableIn is unable, where the time may be up.
func (k *worker) unableIn(ctx, in context.Context, r *CheckRun, repo *team.Repository, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if in.Err() != nil {
		err = prentice.Errorf(prentice.Unavailable, "it was not judged within %s", k.longest())
	}
	return k.unable(ctx, r, repo, err)
}

// unable ends a check run that can say nothing.
func (k *Desk) unable(ctx context.Context, r *CheckRun, repo *team.Repository, why error) error {
	if prentice.KindOf(why) == prentice.Internal {
		k.Log.Error("check a repository", "check", r.Number, "repository", r.Repository, "err", why)
	}
	r.Verdict, r.Says = prentice.NotSeen, clip.To(line(oneLine(why)), 500)
	if r.Branch != "" && repo != nil {
		if err := k.unclear(ctx, *repo, r.Says); err != nil {
			return err
		}
	}
	return k.write(ctx, r, nil)
}

// write ends a check run. One of the server's own that found what the last one had is
// dropped, and the last one is so still.
func (k *Desk) write(ctx context.Context, r *CheckRun, c *Checked) error {
	if c != nil {
		c.shorten()
		c.there(*r)
		r.Verdict, r.Passed, r.Failed, r.Unknown, r.Excused, r.Findings = prentice.Truth(c.Verdict), c.Passed, c.Failed, c.Unknown, c.Old+c.Waived+len(c.Quarantine), c.counted()
	}
	r.result = resultOf(*r, c)
	if r.AskedBy == itself && r.Branch != "" {
		last, err := k.standing(ctx, r.Repository)
		if err != nil {
			return err
		}
		if last != nil && last.Commit == r.Commit && last.Branch == r.Branch && last.result == r.result {
			return k.same(ctx, r, last)
		}
	}
	return k.end(ctx, r, c)
}

// mostKept is how many findings of a rule are kept with a check run.
const mostKept = 100

// shorten leaves out what is too much to keep, and says so.
func (c *Checked) shorten() {
	for i := range c.Rules {
		r := &c.Rules[i]
		if more := len(r.Findings) - mostKept; more > 0 {
			r.Findings = r.Findings[:mostKept]
			c.Notes = append(c.Notes, fmt.Sprintf("%s: %d more findings are not shown", r.ID, more))
		}
	}
}

// there says where a server shows what commands printed: no one is in a folder there.
func (c *Checked) there(r CheckRun) {
	for i := range c.Rules {
		rule := &c.Rules[i]
		where := "prentice check show " + string(r.Ref) + " --log"
		if rule.Reused {
			where = "prentice repository show " + r.Repository.Name()
		}
		rule.Remedy = elsewhere(rule.Remedy, where)
		for n := range rule.Findings {
			rule.Findings[n].Remedy = elsewhere(rule.Findings[n].Remedy, where)
		}
	}
}

var logHere = regexp.MustCompile(`prentice check log [^\s;]+`)

// elsewhere names another place where a text names the log of a check in a folder.
func elsewhere(text, where string) string { return logHere.ReplaceAllLiteralString(text, where) }

// counted is how many findings count.
func (c *Checked) counted() (n int) {
	for _, r := range c.Rules {
		for _, f := range r.Findings {
			if f.Excuse == check.None {
				n++
			}
		}
	}
	return n
}

// resultOf is the digest of what a check run found: not of how, nor of when.
func resultOf(r CheckRun, c *Checked) string {
	text := fmt.Sprintf("%s %s", r.Verdict, r.Says)
	if c != nil {
		text = c.Verdict + "\n" + c.Digest
		for _, one := range c.Rules {
			text += fmt.Sprintf("\n%s %s %v %s", one.ID, one.Truth, one.Blocks, one.Reason)
			for _, f := range one.Findings {
				text += " " + f.Fingerprint + string(f.Excuse)
			}
		}
	}
	return prentice.Digest([]byte(text))
}
