package story

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/queue"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/security"
)

// isReviewed: no one agrees to what they wrote; a second person does, to what they saw.
func (p *play) isReviewed(ctx context.Context) error {
	p.chapter("A second person")
	p.now("○", "ann may approve, and would approve this herself:")
	out, err := p.types(ctx, "ann", false, "prentice", "change", "approve", "1", "--set", "2")
	if err != nil {
		return err
	}
	p.now("○", "ben reads it, and says yes to patch set 2, and to no other:")
	if _, err := p.types(ctx, "ben", true, "prentice", "change", "diff", "1", "--file", "sale.sh"); err != nil {
		return err
	}
	if err := p.breathe(ctx, long); err != nil {
		return err
	}
	if _, err := p.types(ctx, "ben", true, "prentice", "change", "approve", "1", "--set", "2"); err != nil {
		return err
	}
	c, err := p.changeNow(ctx, 1)
	return holdAll(err,
		p.hold(strings.Contains(out, "no one approves what they wrote"), "ann cannot approve: %s", out),
		p.hold(c.Landing.May == prentice.Pass, "change/1 may land"))
}

// queuesTwo: each of two changes is right alone, git merges them, and the tests of both
// together fail. One lands.
func (p *play) queuesTwo(ctx context.Context) error {
	p.chapter("Two changes that do not go together")
	if err := p.renames(ctx); err != nil {
		return err
	}
	p.now("●", "change/2 passes its checks and is approved, too: alone it is right. And git merges the two without a conflict, for no line of both is the same.")
	if err := p.merges(ctx); err != nil {
		return err
	}
	if _, err := ask[codecontrol.QueueShown](ctx, p.ben, "queue.freeze", map[string]any{"repository": "shop", "reason": "both are to wait side by side"}); err != nil {
		return err
	}
	p.now("○", "ben holds the queue of main for a moment, so that both wait in it:")
	if _, err := p.types(ctx, "ann", true, "prentice", "queue", "add", "change/1"); err != nil {
		return err
	}
	if _, err := p.types(ctx, "kim", true, "prentice", "queue", "add", "change/2"); err != nil {
		return err
	}
	if _, err := ask[codecontrol.QueueShown](ctx, p.ben, "queue.unfreeze", map[string]any{"repository": "shop"}); err != nil {
		return err
	}
	p.now("◐", "ben lets it go on. The queue merges both, checks exactly that tree in a sandbox, and looks for what fails in it:")
	return p.lands(ctx)
}

// renames is kim's change.
func (p *play) renames(ctx context.Context) error {
	for _, argv := range [][]string{{"git", "clone", "-q", p.remote("kim"), "."}, {"git", "mv", "price.sh", "cost.sh"}, {"sed", "-i", "s/price.sh/cost.sh/", "total.sh"}} {
		if _, err := p.quietly(ctx, "kim", argv...); err != nil {
			return err
		}
	}
	if err := p.commits(ctx, "kim", "-m", "call it cost, as everyone does"); err != nil {
		return err
	}
	p.now("○", "kim renames price.sh, and changes all that asks it on main. ann's sale, which also asks it, is not there yet:")
	if _, err := p.types(ctx, "kim", true, "git", "push", "origin", "HEAD:refs/for/main"); err != nil {
		return err
	}
	if _, err := ask[codecontrol.ChangeDone](ctx, p.ben, "change.approve", map[string]any{"change": "2"}); err != nil {
		return err
	}
	return p.awaitFor(ctx, checking, "change/2 may land", func(ctx context.Context) (bool, error) {
		c, err := p.changeNow(ctx, 2)
		return err == nil && c.Landing.May == prentice.Pass, err
	})
}

// merges looks whether git merges the two.
func (p *play) merges(ctx context.Context) error {
	_, err := p.types(ctx, "kim", true, "git", "fetch", "-q", "origin", "refs/changes/1/2")
	if err != nil {
		return err
	}
	_, err = p.types(ctx, "kim", true, "git", "merge-tree", "--write-tree", "HEAD", "FETCH_HEAD")
	return err
}

// lands tells of what happens in the queue until it is empty.
func (p *play) lands(ctx context.Context) error {
	told := map[int64]bool{}
	var q codecontrol.QueueShown
	if err := p.awaitFor(ctx, checking, "the queue is empty", func(ctx context.Context) (is bool, err error) {
		if q, err = ask[codecontrol.QueueShown](ctx, p.owner, "queue.show", map[string]any{"repository": "shop"}); err != nil {
			return false, err
		}
		for _, b := range q.Builds {
			for _, a := range b.Attempts {
				if !told[a.Check] && (a.Truth == prentice.Pass || a.Truth == prentice.Fail) {
					told[a.Check] = true
					p.attempt(b, a)
				}
			}
		}
		return len(q.Entries) == 0, nil
	}); err != nil {
		return err
	}
	one, err := p.changeNow(ctx, 1)
	if err != nil {
		return err
	}
	two, err := p.changeNow(ctx, 2)
	if err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("change/1 has landed as %.12s.", one.Landed))
	p.now("✕", "change/2 is open again, for kim: "+two.Why)
	p.says("It was named only after the same two had failed again and again, and each had passed without the other. main was never red.")
	return holdAll(
		p.hold(one.State == change.Landed, "change/1 has landed; it is %s", one.State),
		p.hold(two.State == change.Open && strings.Contains(two.Why, "change/1"), "change/2 is back, because of change/1; it is %s: %s", two.State, two.Why),
		p.breathe(ctx, long))
}

// attempt tells how a tree that was checked came out.
func (p *play) attempt(b codecontrol.BuildLine, a queue.Attempt) {
	names := make([]string, len(b.Changes))
	for i, n := range b.Changes {
		names[i] = fmt.Sprintf("change/%d", n)
	}
	sign, says := "●", "passes"
	if a.Truth == prentice.Fail {
		sign, says = "✕", "fails"
	}
	p.now(sign, fmt.Sprintf("check/%d %s: main at %.8s with %s", a.Check, says, b.Base, strings.Join(names, " and ")))
}

// provesBranch: a clone and a public key prove main, without the server; a branch that was
// moved behind prentice is seen.
func (p *play) provesBranch(ctx context.Context) error {
	p.chapter("The proof: a clone, and nothing else")
	public, err := ask[security.Key](ctx, p.ben, "evidence.key", nil)
	if err != nil {
		return err
	}
	clone, key := p.folder("clone"), filepath.Join(p.Data, "work", "ledger.pub")
	for _, argv := range [][]string{{"git", "clone", "-q", p.remote("ben"), clone}, {"git", "-C", clone, "fetch", "-q", "origin", "refs/attestations/*:refs/attestations/*"}, {"git", "-C", clone, "remote", "set-url", "origin", "https://nowhere.example"}} {
		if _, err := p.quietly(ctx, "ben", argv...); err != nil {
			return err
		}
	}
	if err := os.WriteFile(key, []byte(public.PEM), 0o644); err != nil {
		return err
	}
	if err := p.Close(ctx); err != nil {
		return err
	}
	p.now("○", "ben has cloned the shop and refs/attestations, and has the public key. prentice is stopped. In his clone:")
	out, err := p.types(ctx, "clone", true, "prentice", "branch", "verify", "main", "--key", "../ledger.pub")
	if err != nil {
		return err
	}
	if err := holdAll(p.hold(strings.Contains(out, "is what landed, in 1 landing: each moved it to exactly the tree that was checked"), "main is proved: %s", out), p.breathe(ctx, long)); err != nil {
		return err
	}
	p.now("○", "A villain with a shell on the server would move main behind prentice, to kim's change. In a clone that looks so:")
	if _, err := p.quietly(ctx, "clone", "git", "fetch", "-q", p.bare(), "refs/changes/2/1"); err != nil {
		return err
	}
	if _, err := p.types(ctx, "clone", true, "git", "update-ref", "refs/remotes/origin/main", "FETCH_HEAD"); err != nil {
		return err
	}
	out, err = p.types(ctx, "clone", false, "prentice", "branch", "verify", "main", "--key", "../ledger.pub")
	return holdAll(err, p.hold(strings.Contains(out, "it was moved without landing"), "the forgery is seen: %s", out))
}
