package codecontrol

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// BrokeGlass is who let changes land without what they lacked.
type BrokeGlass struct {
	By      prentice.Ref   `json:"by"`
	People  []prentice.Ref `json:"people"`
	Reason  string         `json:"reason"`
	Lacked  []string       `json:"lacked"`
	Closed  prentice.Ref   `json:"closed,omitempty"` // who reviewed it
	Finding string         `json:"finding,omitempty"`
}

// land moves branches to builds that were checked as exactly the trees that they are. What
// is not so any more is said by the reason, and nothing moves.
func (k *Desk) land(ctx context.Context, lanes []*lane, parts []queue.Part) (why string, err error) {
	var g landing
	var from []*lane
	for _, p := range parts {
		i := slices.IndexFunc(lanes, func(l *lane) bool { return l.Name == p.Lane })
		m, why, err := k.movement(ctx, lanes[i], p)
		if err != nil || why != "" {
			if why != "" {
				err = k.anew(ctx, lanes[i], p, why)
			}
			return why, err
		}
		g.Parts = append(g.Parts, m)
		from = append(from, lanes[i])
	}
	if slices.ContainsFunc(from, func(l *lane) bool { return k.frozen(l) != "" }) { // it began while the last claims were read
		return "", errMeanwhile
	}
	if err := k.intend(ctx, &g, from...); err != nil {
		return "", err
	}
	return "", k.finish(ctx, &g)
}

// anew forgets the attempts of a build, so that it is checked by what holds now, in a
// while: why it may not land is shown until then.
func (k *Desk) anew(ctx context.Context, l *lane, p queue.Part, why string) error {
	if b := l.Build(p.Base, p.Members...); b != nil {
		now := k.now()
		b.Attempts = []queue.Attempt{{Truth: prentice.NotSeen, Says: why, Began: now, Ended: now}}
	}
	return k.save(ctx, l)
}

// movement asserts that a build is what was checked: its commit is made of exactly its
// changes, each of which touches no path but its own; its tree is the one that was checked;
// and all that it needs by the rules of the branch as it is now is there.
func (k *Desk) movement(ctx context.Context, l *lane, p queue.Part) (m movement, why string, err error) {
	repo, err := k.Queue.Open(ctx, l.Repository)
	if err != nil {
		return m, "", err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	b := l.Build(p.Base, p.Members...)
	if b == nil || b.Tally().Passed == 0 || p.Base != l.Tip {
		return m, "it was not checked on the branch as it is", nil
	}
	m = movement{Lane: l.Name, Repository: l.Repository, Branch: l.Branch, From: p.Base, To: b.Commit, Tree: b.Tree, Flaky: p.Flaky}
	at := p.Base
	for _, id := range p.Members {
		e := l.Entry(id)
		ready, err := k.Queue.Changes.Ready(ctx, id)
		if err != nil {
			return m, "", err
		}
		if ready.PatchSet != e.PatchSet || ready.Head != e.Proposed.Head || len(ready.Missing) > 0 {
			return m, fmt.Sprintf("change/%d is not what was queued any more", id), nil
		}
		if why, err := k.asQueued(ctx, m, id, e.Proposed.Head); err != nil || why != "" {
			return m, why, err
		}
		one, err := repo.Onto(ctx, at, e.Proposed)
		if err != nil || one.Commit == "" {
			return m, fmt.Sprintf("change/%d cannot be merged any more", id), err
		}
		if err := k.onlyItsPaths(ctx, repo, at, one.Commit, *e); err != nil {
			return m, "", err
		}
		at = one.Commit
		m.Changes = append(m.Changes, moved{Change: id, PatchSet: e.PatchSet, Title: e.Title, Head: e.Proposed.Head, Commit: at, Since: e.Since, QueuedBy: e.By, Reviewers: ready.Reviewers, Owner: ready.Owner, People: prentice.JoinPeople(ready.People, e.Behind)})
	}
	tree, err := repo.TreeOf(ctx, b.Commit)
	if err != nil {
		return m, "", err
	}
	if at != b.Commit || tree != b.Tree {
		return m, "what would land is not what was checked", nil
	}
	for _, a := range b.Attempts {
		m.Checks = append(m.Checks, a.Check)
	}
	answer, digest, err := k.Queue.Checks().MayLand(ctx, l.of(), b.Commit)
	if err != nil {
		return m, "", err
	}
	if answer.May != prentice.Pass {
		return m, "by the rules of the branch as it is now " + unmet(answer), nil
	}
	policy, err := json.Marshal(answer)
	m.Policy, m.Held = prentice.Digest(append(policy, digest...)), len(answer.Held)
	return m, "", err
}

// unmet is what keeps a tree from landing, for people.
func unmet(a claims.Answer) string {
	if len(a.Missing) == 0 {
		return "it is not known whether it may land: no rule that blocks applies, and nothing asked is never a yes"
	}
	n := a.Missing[0]
	return fmt.Sprintf("it may not land: %s is %s: %s", n.Claim, n.Truth, clip.To(n.Reason, 200))
}

// onlyItsPaths refuses a step that touches a path which its change does not: no merge can
// take back, or bring in, what others did.
func (k *Desk) onlyItsPaths(ctx context.Context, repo Git, from, to string, e queue.Entry) error {
	touched, err := repo.Paths(ctx, from, to)
	if err != nil {
		return err
	}
	own, err := repo.Paths(ctx, e.Proposed.Base, e.Proposed.Head)
	if err != nil {
		return err
	}
	for _, path := range touched {
		if _, its := slices.BinarySearch(own, path); !its {
			return prentice.Errorf(prentice.Refused, "landing change/%d would touch %q, which the change does not", e.ID, path).Try("rebase the change onto the branch and push it again")
		}
	}
	return nil
}

// finish does what a landing says, from wherever it stands: each step is the same if it
// was done before. Where a branch has moved to elsewhere, nothing else is moved; that is
// void where nothing was, and else uncertain: a person looks.
func (k *Desk) finish(ctx context.Context, g *landing) error {
	for i, m := range g.Parts {
		repo, err := k.Queue.Open(ctx, m.Repository)
		if err != nil {
			return err
		}
		k.saw("before " + m.Lane + " moves")
		far, err := k.moveFar(ctx, m, g.Number)
		if err == nil {
			err = repo.Move(ctx, "refs/heads/"+m.Branch, m.From, m.To)
			if far && prentice.KindOf(err) == prentice.Conflict { // the forge has moved on; what is here follows it
				err = nil
			}
		}
		k.saw("after " + m.Lane + " moved")
		repo.Close() //nolint:errcheck // what was to be written is written
		if prentice.KindOf(err) == prentice.Conflict {
			state := void
			if i > 0 {
				state = uncertain
				k.Log.Error("a landing is half done", "landing", g.Number, "err", err)
				k.tellAlone(ctx, prentice.Event{ID: fmt.Sprintf("landing/%d uncertain", g.Number), Source: "prentice/queue", Type: "queue.stalled", Subject: prentice.NewRef("repository", m.Repository),
					Data: jsonOf(map[string]any{"repository": m.Repository, "branch": m.Branch, "says": err.Error()})})
			}
			return k.DB.Write(ctx, func(tx *db.Tx) error { return ended(tx, g, state, err.Error()) })
		}
		if err != nil {
			return err
		}
	}
	for _, m := range g.Parts {
		k.saw("before " + m.Lane + " is attested")
		if err := k.attest(ctx, g, m); err != nil {
			return err
		}
		k.saw("after " + m.Lane + " was attested")
		for _, c := range m.Changes {
			if err := k.Queue.Changes.Landed(ctx, c.Change, c.PatchSet, c.Commit); err != nil {
				return err
			}
			k.saw(fmt.Sprintf("after change/%d landed", c.Change))
		}
	}
	return k.proven(ctx, g)
}

// proven writes the proof of a landing, tells of it, and moves its queues on with it.
func (k *Desk) proven(ctx context.Context, g *landing) error {
	var lanes []*lane
	for _, m := range g.Parts {
		l, err := k.lane(ctx, m.Repository, m.Branch)
		if err != nil {
			return err
		}
		lanes = append(lanes, l)
	}
	k.saw("before the proof")
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		for i, m := range g.Parts {
			l := lanes[i]
			var members []int64
			for _, c := range m.Changes {
				members = append(members, c.Change)
				if e := l.Entry(c.Change); e != nil {
					if l.Gone == nil {
						l.Gone = map[int64]queue.Entry{}
					}
					l.Gone[c.Change] = *e
				}
				if err := left(tx, m.Lane, Gone{Change: c.Change, PatchSet: c.PatchSet, Title: c.Title, What: WasLanded, At: k.now(), Since: c.Since, Commit: c.Commit, Flaky: m.Flaky, Checks: m.Checks, By: c.QueuedBy}); err != nil {
					return err
				}
			}
			l.Landed(members, m.To)
			l.forget()
			if err := put(tx, l); err != nil {
				return err
			}
			if err := k.noting(g.notes(m)...)(tx); err != nil {
				return err
			}
		}
		if err := g.tell(k, tx); err != nil {
			return err
		}
		return ended(tx, g, landed, "")
	})
	k.saw("after the proof")
	if errors.Is(err, errMeanwhile) {
		return k.proven(ctx, g)
	}
	if err == nil {
		k.haveJudged(ctx, g)
	}
	return err
}

// haveJudged has the branches of a landing judged as they are now. Where that cannot be
// asked, they are found to have moved a little later.
func (k *Desk) haveJudged(ctx context.Context, g *landing) {
	if k.Review.Judge == nil {
		return
	}
	for _, m := range g.Parts {
		if err := k.Review.Judge(ctx, m.Repository, ""); err != nil {
			k.Log.Warn("have a branch checked", "repository", m.Repository, "err", err)
		}
	}
}

// notes are the evidence of a movement: one line for each change.
func (g *landing) notes(m movement) (list []prentice.Note) {
	for _, c := range m.Changes {
		n := prentice.Note{Kind: "change.landed", Actor: itself, Refs: []prentice.Ref{prentice.NewRef("change", fmt.Sprint(c.Change)), prentice.NewRef("repository", m.Repository)},
			Data: map[string]any{"landing": g.Number, "branch": m.Branch, "from": m.From, "to": m.To, "tree": m.Tree, "commit": c.Commit, "patch_set": c.PatchSet, "queued_by": c.QueuedBy, "policy": m.Policy, "checks": fmt.Sprint(m.Checks), "flaky": fmt.Sprint(m.Flaky)}}
		if g.Glass != nil {
			n.Kind, n.Actor = "change.break-glass", g.Glass.By
			n.Data.(map[string]any)["reason"] = g.Glass.Reason
			n.Data.(map[string]any)["people"] = g.Glass.People
			n.Data.(map[string]any)["lacked"] = fmt.Sprint(g.Glass.Lacked)
		}
		list = append(list, n)
	}
	return list
}

// forget keeps of what landed only what a waiting entry may fail with.
func (l *lane) forget() {
	for id := range l.Gone {
		if !slices.ContainsFunc(l.Entries, func(e queue.Entry) bool { return slices.Contains(e.Landed, id) }) {
			delete(l.Gone, id)
		}
	}
}
