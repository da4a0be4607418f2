package prototyping

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/flag"
)

const (
	flagClaims = "flag"
	tendsEvery = time.Minute
)

// Tend says of each flag of the team whether its day is over, as a claim, and drafts the
// removal of those of repositories, until ctx ends.
func (f *Flags) Tend(ctx context.Context) error {
	tick := time.NewTicker(tendsEvery)
	defer tick.Stop()
	seen, said := map[prentice.Ref]string{}, ""
	for {
		now := f.Clock()
		if is := f.team().Digest + " " + now.UTC().Format(time.DateOnly); is != said {
			if err := f.claim(ctx, now); err == nil {
				said = is
			} else if ctx.Err() == nil {
				f.Log.Error("say which flags are past their day", "err", err)
			}
		}
		f.drafts(ctx, seen)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-f.wake:
		}
	}
}

// team is the team's flags in force.
func (f *Flags) team() *flag.Set {
	if set := f.Set(); set != nil {
		return set
	}
	return &flag.Set{}
}

// look has Tend look at once.
func (f *Flags) look() {
	select {
	case f.wake <- struct{}{}:
	default: // it is about to
	}
}

// claim declares that each flag is gone by its day, and says how that stands. It is said
// anew on each day, and holds for two.
func (f *Flags) claim(ctx context.Context, now time.Time) error {
	if f.Claims == nil {
		return nil
	}
	var said []claims.Claim
	var verdicts []claims.Verdict
	for _, one := range f.team().Flags {
		over := one.Expires.AddDate(0, 0, 1)
		c := claims.Claim{ID: "flag:" + one.Key, Kind: flagClaims, About: prentice.NewRef("flag", one.Key), Says: fmt.Sprintf("flag/%s is gone by %s", one.Key, one.Expires.Format(time.DateOnly)),
			Asks: "that the flag is removed from the code and the file", Source: fmt.Sprintf("%s:%d", flag.TeamFile, one.Line), Severity: claims.Warn}
		v := claims.Verdict{Claim: c.ID, Basis: claims.Basis{Claim: c.Digest(), Subject: one.Key, Environment: "live", Tool: "flag@1"}, Time: now, Truth: prentice.Pass, Reason: "its day is not over", Until: over}
		if owner, err := prentice.ParseRef(one.Owner); err == nil {
			c.Owner = owner
		}
		if one.Due(now) {
			v.Truth, v.Reason, v.Until = prentice.Fail, "its day is over, and "+flag.TeamFile+" still has it", now.Add(48*time.Hour)
		}
		said, verdicts = append(said, c), append(verdicts, v)
	}
	if err := f.Claims.Declare(ctx, now, flagClaims, said); err != nil {
		return err
	}
	return f.Claims.Add(ctx, verdicts)
}
