package codecontrol

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/clip"
)

// queueBranch is the branch on a forge to which what was checked is pushed before the branch
// that it is for is moved.
func queueBranch(branch string) string { return "prentice/queue/" + branch }

// unavailable is why nothing lands on branches of a repository for its forge, or "".
func (k *Desk) unavailable(ctx context.Context, repository string) (string, error) {
	g, err := k.gate(ctx, repository)
	switch {
	case err != nil || g == nil:
		return "", err
	case g.Held != "":
		return "the forge does not take it: " + g.Held, nil
	case g.Failures > 0:
		return "the forge is not reached: " + g.Says, nil
	}
	return "", nil
}

// asQueued asks the forge whether a change is there as it was queued. Why it is not is said;
// that the forge does not answer is an error.
func (k *Desk) asQueued(ctx context.Context, m movement, number int64, head string) (why string, err error) {
	g, err := k.gate(ctx, m.Repository)
	if err != nil || g == nil {
		return "", err
	}
	one, err := k.pullOf(ctx, number)
	if err != nil || one == nil {
		return "", err
	}
	f, _, err := k.openForge(ctx, *g)
	if err == nil {
		var p forge.Pull
		p, err = f.Pull(ctx, one.Pull)
		if err == nil && p.Open && p.Head == head && p.Target == m.Branch {
			return "", nil
		}
		if err == nil || prentice.KindOf(err) == prentice.NotFound {
			why = fmt.Sprintf("pull request %d is not what was queued any more", one.Pull)
			err = k.soon(ctx, g.Repository, false)
			return why, err
		}
	}
	return "", joined(err, k.troubled(ctx, g.Repository, err))
}

func joined(err, also error) error {
	if also != nil {
		return fmt.Errorf("%w; %w", err, also)
	}
	return err
}

// moveFar moves a branch on the forge that a repository is kept on: what was checked is
// pushed to a branch of the queue, is given the status that the forge asks for, and then is
// what the branch is moved to, if that is still where it was. All of it is the same when it
// is done twice. That the branch is elsewhere, or that the forge refuses, is a conflict.
func (k *Desk) moveFar(ctx context.Context, m movement, number int64) (far bool, err error) {
	g, err := k.gate(ctx, m.Repository)
	if err != nil || g == nil {
		return false, err
	}
	f, remote, err := k.openForge(ctx, *g)
	if err != nil {
		return true, joined(err, k.troubled(ctx, g.Repository, err))
	}
	ref := "refs/heads/" + m.Branch
	if err := k.pushFar(ctx, f, remote, m, number); err == nil {
		return true, k.soon(ctx, g.Repository, true)
	} else {
		now, asked := k.Host.Far(ctx, m.Repository, remote, ref)
		switch {
		case asked != nil: // whether it moved is not known
			return true, joined(asked, k.troubled(ctx, g.Repository, asked))
		case now == m.To:
			return true, nil
		case now != m.From:
			return true, joined(prentice.Errorf(prentice.Conflict, "%s of %s is at %.12s on the forge, and not at %.12s", m.Branch, m.Repository, now, m.From).Try("it is checked again on what is there now"), k.soon(ctx, g.Repository, false))
		}
		again := k.now().Add(5 * time.Minute)
		says := clip.To(err.Error(), 300)
		return true, joined(prentice.Errorf(prentice.Conflict, "the forge does not let %s be moved: %s", m.Branch, says).Try("let the person of the token push to it there"), k.alter(ctx, g.Repository, putOff{}, func(g *gated) {
			g.Held, g.Again, g.Failures, g.Says = says, again, g.Failures+1, says
		}))
	}
}

func (k *Desk) pushFar(ctx context.Context, f Forge, remote forge.Remote, m movement, number int64) error {
	if err := k.Host.Send(ctx, m.Repository, remote, "refs/heads/"+queueBranch(m.Branch), "", m.To); err != nil {
		return err
	}
	k.saw("after the branch of the queue was pushed")
	says := forge.Status{Context: forge.Queue, State: forge.Success, Says: fmt.Sprintf("exactly this tree was checked (landing %d)", number), Link: k.page("/repositories/" + m.Repository + "/queue")}
	if err := f.SetStatus(ctx, m.To, says); err != nil {
		return err
	}
	k.saw("after the status was set")
	return k.Host.Send(ctx, m.Repository, remote, "refs/heads/"+m.Branch, m.From, m.To)
}

// onForge says whether a landing moves a branch on a forge.
func (k *Desk) onForge(ctx context.Context, g landing) bool {
	for _, m := range g.Parts {
		if f, err := k.gate(ctx, m.Repository); err == nil && f != nil {
			return true
		}
	}
	return false
}
