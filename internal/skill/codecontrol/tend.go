package codecontrol

import (
	"context"
	"errors"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// How often what lies here is looked after, and how long bundles of what was deleted stay.
const (
	tendEvery   = 30 * time.Second
	fetchEvery  = time.Hour
	tidyEvery   = 24 * time.Hour
	tidyAgain   = time.Hour        // after one that did not go well
	begunAgo    = 10 * time.Minute // after which what was begun here is taken for left by a crash
	keepsBundle = 30 * 24 * time.Hour
)

// ring says that there is something to do. It does not wait.
func (k *Desk) ring() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// tend brings repositories in, fetches mirrors, packs what was pushed, and removes bundles
// whose time is over. One process does so for all.
func (k *Desk) tend(ctx context.Context) error {
	if k.there() != nil {
		return nil
	}
	for {
		if err := k.tendAll(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("look after repositories", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-time.After(tendEvery):
		}
	}
}

func (k *Desk) tendAll(ctx context.Context) error {
	list, err := k.hostedBy(ctx, `ORDER BY name`)
	if err != nil {
		return err
	}
	forges, err := k.gates(ctx, ``)
	for _, h := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if h.State != Deleted && slices.ContainsFunc(forges, func(g gated) bool { return g.Repository == h.Name }) {
			continue // it is brought in and followed with its pull requests
		}
		err = errors.Join(err, k.tendOne(ctx, h))
	}
	return err
}

// tendOne does what is due for one.
func (k *Desk) tendOne(ctx context.Context, h Hosted) error {
	now := k.now()
	switch {
	case h.State == Making && h.From != "":
		return k.bringIn(ctx, h)
	case h.State == Making && now.Sub(h.Made) > begunAgo: // a crash left it: it is there, or not
		if _, err := k.Host.Refs(ctx, h.Name); prentice.KindOf(err) == prentice.NotFound {
			return k.drop(ctx, h.Name)
		} else if err != nil {
			return err
		}
		return k.turn(ctx, h.Name, Active)
	case h.State == Deleted && now.After(h.Until):
		if h.Bundle != "" {
			if err := k.Host.RemoveBundle(h.Bundle); err != nil {
				return err
			}
		}
		return k.drop(ctx, h.Name)
	case h.State == Active && h.Source != "" && now.Sub(h.Tended) > fetchEvery:
		return k.tended(ctx, h, now, k.Host.Fetch(ctx, h.Name, h.Source))
	case h.State == Active && h.wantsTidying(now):
		return k.tended(ctx, h, now, k.Host.Tidy(ctx, h.Name))
	}
	return nil
}

// wantsTidying says whether a repository is to be packed: a day after it was last, where
// something was pushed since, and an hour after a try that did not go well.
func (h Hosted) wantsTidying(now time.Time) bool {
	since := now.Sub(h.Tended)
	return h.Pushed.After(h.Tended) && since > tidyEvery || h.Says != "" && since > tidyAgain
}

// bringIn brings a repository in. What an earlier try left is taken away first.
func (k *Desk) bringIn(ctx context.Context, h Hosted) error {
	err := k.Host.Discard(h.Name)
	if err == nil {
		err = k.Host.Import(ctx, h.Name, h.From, h.Branch)
	}
	if ctx.Err() != nil {
		return ctx.Err() // it is begun anew by the next that looks
	}
	state := Active
	if err != nil {
		state = Failed
	}
	if err := k.tended(ctx, h, k.now(), err); err != nil {
		return err
	}
	if err != nil {
		return k.turn(ctx, h.Name, state)
	}
	note := h.note("repository.imported", prentice.Actor{}, map[string]any{"from": h.From})
	note.Actor = h.MadeBy
	return k.turn(ctx, h.Name, state, note)
}

// tended writes down that a repository was looked after, and what did not go well.
func (k *Desk) tended(ctx context.Context, h Hosted, now time.Time, trouble error) error {
	says := ""
	if trouble != nil {
		says = clip.To(trouble.Error(), 300)
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE code_repository SET tended = ?, says = ? WHERE name = ?`, db.Micros(now), says, h.Name)
		return err
	})
}
