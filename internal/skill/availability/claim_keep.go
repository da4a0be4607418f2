package availability

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/team"
)

// Claims keeps what probes claim, and the verdicts on it.
type Claims interface {
	Declare(ctx context.Context, now time.Time, kind string, list []claims.Claim) error
	Reuse(ctx context.Context, now time.Time, b claims.Basis) (v claims.Verdict, found bool, err error)
	Add(ctx context.Context, list []claims.Verdict) error
	List(ctx context.Context, now time.Time, f claims.Filter) ([]claims.Standing, error)
	Find(ctx context.Context, now time.Time, id string) (claims.Standing, error)
	History(ctx context.Context, id string, since time.Time, most int) ([]claims.Verdict, error)
}

// claimed is the claim of a probe, and the last verdict on it that is kept.
type claimed struct {
	id    string
	basis claims.Basis
	truth prentice.Truth // "": not known since the start, or since the claim changed
	until time.Time
}

// claim takes over what a probe claims now.
func (w *watched) claim(s team.Service, p prentice.Probe, tool string) {
	c := claimOf(s, p, "")
	if b := basisOf(c, s, tool); w.says.basis != b {
		w.says = claimed{id: c.ID, basis: b}
	}
}

// unkept is a verdict that is to be kept.
type unkept struct {
	*watched
	claims.Verdict
	first bool // it is not known what was kept before
}

// unkept is the verdict of a probe, if it is another one than before or what is kept
// of it is soon no longer valid.
func (w *watched) unkept(now time.Time) (unkept, bool) {
	r := rulesOf(w.rule)
	if truthOf(w.state.At(now, r).Word) == w.says.truth && !now.After(w.says.until.Add(-r.Stale)) {
		return unkept{}, false
	}
	v, judged := w.state.verdict(now, r, w.says.id, w.says.basis)
	return unkept{w, v, w.says.truth == ""}, judged
}

// keepVerdicts declares the claims of the catalog in force and keeps the verdicts
// that are due. What could not be kept is due again.
func (l *Lookout) keepVerdicts(ctx context.Context) error {
	if l.Claims == nil {
		return nil
	}
	now := l.Clock()
	at, list := l.unkept(now)
	if at != nil {
		if err := l.Claims.Declare(ctx, now, claimKind, claimsOf(at)); err != nil {
			return err
		}
		l.mu.Lock()
		l.declared = at
		l.mu.Unlock()
	}
	if err := l.addVerdicts(ctx, now, list); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, u := range list {
		if u.says.basis == u.Basis { // else the claim has changed meanwhile
			u.says.truth, u.says.until = u.Truth, u.Until
		}
	}
	return nil
}

// addVerdicts keeps verdicts, but for those that an earlier process has kept.
func (l *Lookout) addVerdicts(ctx context.Context, now time.Time, list []unkept) error {
	var fresh []claims.Verdict
	for i := range list {
		u := &list[i]
		if u.first {
			was, found, err := l.Claims.Reuse(ctx, now, u.Basis)
			if err != nil {
				return err
			}
			if found && was.Truth == u.Truth {
				u.Until = was.Until
				continue
			}
		}
		fresh = append(fresh, u.Verdict)
	}
	if len(fresh) == 0 {
		return nil
	}
	return l.Claims.Add(ctx, fresh)
}

// unkept is the catalog whose claims are not declared yet, and the verdicts that are
// to be kept.
func (l *Lookout) unkept(now time.Time) (at *team.Catalog, list []unkept) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at != l.declared {
		at = l.at
	}
	for _, w := range l.all {
		if w.gone {
			continue
		}
		if u, due := w.unkept(now); due {
			list = append(list, u)
		}
	}
	return at, list
}

// claimsOf is what all probes of a catalog claim. Of two that have the same name the
// last counts, as it does for what is looked at.
func claimsOf(c *team.Catalog) []claims.Claim {
	source := map[prentice.Ref]string{}
	for _, e := range c.Entities {
		source[e.Ref] = e.At.String()
	}
	var list []claims.Claim
	at := map[string]int{}
	for _, s := range c.Services {
		for _, p := range s.Probes {
			one := claimOf(s, p, source[s.Ref])
			if i, there := at[one.ID]; there {
				list[i] = one
				continue
			}
			at[one.ID], list = len(list), append(list, one)
		}
	}
	return list
}
