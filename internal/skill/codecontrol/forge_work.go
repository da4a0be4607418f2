package codecontrol

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// How often a forge is asked that tells of nothing by itself, how many at once, and how long
// one may take.
const (
	forgeTick  = 2 * time.Second
	forgeEvery = time.Minute
	forgesOnce = 4
	forgeTurn  = 90 * time.Minute // to bring a large repository in
)

// news says that a forge may have something new. It does not wait.
func (k *Desk) ringForges() {
	select {
	case k.news <- struct{}{}:
	default:
	}
}

// listen has a forge asked at once of which a webhook tells, or a change of which
// something happened here.
func (k *Desk) listen(ctx context.Context, e prentice.EventRecord) error {
	if k.forging() != nil {
		return nil
	}
	repository := ""
	switch {
	case e.Type == ForgeEvent && e.Subject.Kind() == "repository":
		repository = e.Subject.Name()
	case strings.HasPrefix(e.Type, "change.") && e.Subject.Kind() == "change":
		n, err := change.ParseNumber(e.Subject.Name())
		if err != nil {
			return nil //nolint:nilerr // it is none of ours
		}
		c, err := k.Changes.Find(ctx, n)
		if prentice.KindOf(err) == prentice.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		repository = c.Repository
	default:
		return nil
	}
	if g, err := k.gate(ctx, repository); err != nil || g == nil {
		return err
	}
	return k.soon(ctx, repository, false)
}

// ForgeEvent is the type of the events that say that a forge has something new of a
// repository, which is their subject.
const ForgeEvent = "forge.changed"

// runForges asks forges and tells them, until ctx ends. One process does it for all
// replicas.
func (k *Desk) runForges(ctx context.Context) error {
	if k.forging() != nil {
		return nil
	}
	for {
		if err := k.TurnForges(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("ask forges", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.news:
		case <-time.After(forgeTick):
		}
	}
}

// TurnForges asks those that are due. One that does not answer keeps no other.
func (k *Desk) TurnForges(ctx context.Context) error {
	list, err := k.gates(ctx, `WHERE due <= ? ORDER BY due`, db.Micros(k.now()))
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	free := make(chan struct{}, forgesOnce)
	for _, g := range list {
		if k.now().Before(g.Again) {
			continue
		}
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			if err := k.askForge(ctx, g); err != nil && ctx.Err() == nil {
				k.Log.Warn("ask a forge", "repository", g.Repository, "err", err)
			}
		})
	}
	all.Wait()
	return nil
}

// askForge asks one, and writes down how that went.
func (k *Desk) askForge(ctx context.Context, g gated) error {
	turn, cancel := context.WithTimeout(ctx, forgeTurn)
	defer cancel()
	now := k.now()
	open, wrong := k.turnForge(turn, &g)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if wrong == nil {
		return k.alter(ctx, g.Repository, putOff{now.Add(forgeEvery), now}, func(g *gated) {
			g.Asked, g.Again, g.Failures, g.Says, g.Held, g.Open = now, time.Time{}, 0, "", "", open
		})
	}
	return k.troubled(ctx, g.Repository, wrong)
}

// troubled writes down that a forge failed, and when it is asked again.
func (k *Desk) troubled(ctx context.Context, repository string, wrong error) error {
	after := time.Duration(0)
	if wait, ok := errors.AsType[*forge.Wait](wrong); ok {
		after = wait.After
	}
	g, err := k.gate(ctx, repository)
	if err != nil || g == nil {
		return err
	}
	again := forge.Again(k.now(), g.Failures+1, after)
	k.Log.Warn("a forge cannot be asked", "repository", repository, "again", again, "err", wrong)
	return k.alter(ctx, repository, putOff{again, k.now()}, func(g *gated) {
		g.Failures, g.Again, g.Says = g.Failures+1, again, clip.To(wrong.Error(), 300)
	})
}

// turnForge does for one forge all that there is to do: what it has is brought here, what
// is proposed there is a change here, and how each stands is said there.
func (k *Desk) turnForge(ctx context.Context, g *gated) (open int, err error) {
	h, err := k.Repository(ctx, g.Repository)
	if err != nil {
		return 0, err
	}
	if h.State != Active && h.State != Making {
		return 0, nil
	}
	f, remote, err := k.openForge(ctx, *g)
	if err != nil {
		return 0, err
	}
	list, err := f.Pulls(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.bringForge(ctx, g, h, remote); err != nil {
		return 0, err
	}
	known, err := k.pulls(ctx, g.Repository)
	if err != nil {
		return 0, err
	}
	if err := k.bringPulls(ctx, g, remote, list, known); err != nil {
		return 0, err
	}
	for _, p := range list {
		i := slices.IndexFunc(known, func(one pulled) bool { return one.Pull == p.Number })
		one := pulled{Pull: p.Number}
		if i >= 0 {
			one = known[i]
		}
		if one, err = k.takePull(ctx, g, p, one); err != nil {
			return 0, err
		}
		if err := k.tellPull(ctx, g, f, one); err != nil {
			return 0, err
		}
	}
	for _, one := range known {
		if slices.ContainsFunc(list, func(p forge.Pull) bool { return p.Number == one.Pull }) {
			continue
		}
		if err := k.pullGone(ctx, g, f, one); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// bringForge makes the branches and tags here those of the forge, and looks whether the
// branch that counts was moved by anyone but the queue.
func (k *Desk) bringForge(ctx context.Context, g *gated, h Hosted, remote forge.Remote) error {
	if h.State == Making {
		if err := k.Host.Discard(h.Name); err != nil {
			return err
		}
		if err := k.Host.Create(ctx, h.Name, h.Branch); err != nil {
			return err
		}
	}
	if err := k.Host.Bring(ctx, h.Name, remote, true, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "^refs/heads/"+queueBranch("*")); err != nil {
		return err
	}
	repo, err := k.Queue.Open(ctx, h.Name)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	tip, err := repo.Ref(ctx, "refs/heads/"+h.Branch)
	if err != nil {
		return err
	}
	if tip == "" {
		return prentice.Errorf(prentice.NotFound, "%s has no branch %s", g.Project, h.Branch).Try("push its first commit there, or name another branch: prentice forge remove %s, and forge add with --branch", h.Name)
	}
	if h.State == Making {
		if err := k.turn(ctx, h.Name, Active); err != nil {
			return err
		}
	}
	return k.watchTip(ctx, g, h, repo, tip)
}

// watchTip tells where the branch that counts was moved past the queue.
func (k *Desk) watchTip(ctx context.Context, g *gated, h Hosted, repo Git, tip string) error {
	if g.Tip == tip {
		return nil
	}
	from := g.Tip
	if from != "" {
		landings, err := k.movesOf(ctx, laneName(h.Name, h.Branch))
		if err != nil {
			return err
		}
		for to := landings[from]; from != tip && to != ""; to = landings[from] {
			delete(landings, from)
			from = to
		}
	}
	if from == "" || from == tip {
		return k.alter(ctx, g.Repository, putOff{}, func(g *gated) { g.Tip = tip })
	}
	b := Bypass{At: k.now(), Branch: h.Branch, From: from, To: tip, Rewritten: true}
	if line, err := repo.FirstParents(ctx, from, tip); err == nil && len(line) > 0 {
		b.Rewritten = line[len(line)-1] != from
	}
	data := map[string]any{"repository": h.Name, "branch": h.Branch, "from": from, "to": tip, "rewritten": b.Rewritten, "forge": g.Address}
	note := prentice.Note{Kind: "branch.bypassed", Actor: itself, Refs: []prentice.Ref{h.Ref()}, Data: data}
	k.Log.Warn("a branch was moved past the queue", "repository", h.Name, "branch", h.Branch, "from", from, "to", tip)
	return k.alter(ctx, g.Repository, putOff{}, func(g *gated) {
		g.Tip = tip
		g.Past = append([]Bypass{b}, g.Past[:min(len(g.Past), mostBypasses-1)]...)
	}, func(tx *db.Tx) error { return k.happened(tx, note) })
}

// movesOf are the moves of a branch that the queue made or makes: from which commit to which.
func (k *Desk) movesOf(ctx context.Context, lane string) (map[string]string, error) {
	list, err := k.landingsBy(ctx, `WHERE state <> ? ORDER BY number DESC LIMIT 1000`, void)
	moves := map[string]string{}
	for _, g := range list {
		for _, m := range g.Parts {
			if m.Lane == lane {
				moves[m.From] = m.To
			}
		}
	}
	return moves, err
}

// pullRef is where the commits of a pull request are here, where no push reaches.
func pullRef(number int64) string { return fmt.Sprintf("refs/prentice/pulls/%d", number) }

// bringPulls fetches the commits of pull requests that are new or have new ones. One that
// cannot be fetched keeps no other.
func (k *Desk) bringPulls(ctx context.Context, g *gated, remote forge.Remote, list []forge.Pull, known []pulled) error {
	var what []string
	for _, p := range list {
		if !slices.ContainsFunc(known, func(o pulled) bool { return o.Pull == p.Number && o.Head == p.Head }) {
			what = append(what, "+"+g.Ref(p.Number)+":"+pullRef(p.Number))
		}
	}
	if len(what) == 0 {
		return nil
	}
	err := k.Host.Bring(ctx, g.Repository, remote, false, what...)
	if err == nil || len(what) == 1 {
		return err
	}
	for _, one := range what {
		if err := k.Host.Bring(ctx, g.Repository, remote, false, one); err != nil {
			k.Log.Warn("fetch a pull request", "repository", g.Repository, "which", one, "err", err)
		}
	}
	return ctx.Err()
}
