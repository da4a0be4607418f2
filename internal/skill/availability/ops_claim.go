package availability

import (
	"cmp"
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

// ClaimListIn chooses claims.
type ClaimListIn struct {
	About string `json:"about,omitempty" of:"ref" doc:"Only claims about this, such as service/checkout." maxLength:"200"`
	State string `json:"state,omitempty" enum:"pass,fail,unknown" doc:"Only claims whose verdict is this now."`
	After string `json:"after,omitempty" doc:"A cursor: only claims whose name comes after it." maxLength:"200"`
	Limit int    `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

// ClaimShowIn names a claim and how far back to look.
type ClaimShowIn struct {
	Claim string `json:"claim" arg:"1" minLength:"1" maxLength:"200" example:"claim/probe:checkout:http" doc:"The claim, as claim/probe:checkout:http or probe:checkout:http."`
	Days  int    `json:"days,omitempty" minimum:"1" maximum:"90" default:"7" doc:"How many days of its history."`
}

// mostVerdicts is how many verdicts of a claim are shown.
const mostVerdicts = 500

func (l *Lookout) claimOps() []op.Op {
	return []op.Op{
		op.New("claim.list", prentice.Look, prentice.Viewer, "List claims: what is said about services, by whom, and the verdict on each now.", l.listClaims).
			WithExample("prentice claim list --state fail"),
		op.New("claim.show", prentice.Look, prentice.Viewer, "Show a claim: what is asked exactly, the verdict now with what was seen, and its history.", l.showClaim).
			WithExample("prentice claim show probe:checkout:http"),
	}
}

func (l *Lookout) listClaims(ctx context.Context, c op.Call, in ClaimListIn) (ClaimList, error) {
	if l.Claims == nil {
		return ClaimList{}, prentice.Errorf(prentice.Unavailable, "no claims are kept here")
	}
	f := claims.Filter{About: prentice.Ref(in.About), Truth: prentice.Truth(in.State), After: in.After, Limit: cmp.Or(in.Limit, 100)}
	list, err := l.Claims.List(ctx, c.Now, f)
	out := ClaimList{Claims: list, Filtered: in.About != "" || in.State != ""}
	if len(list) == f.Limit {
		out.Next_ = list[len(list)-1].ID
	}
	return out, err
}

func (l *Lookout) showClaim(ctx context.Context, c op.Call, in ClaimShowIn) (ClaimShown, error) {
	if l.Claims == nil {
		return ClaimShown{}, prentice.Errorf(prentice.Unavailable, "no claims are kept here")
	}
	id := strings.TrimPrefix(in.Claim, "claim/")
	stands, err := l.Claims.Find(ctx, c.Now, id)
	if err != nil {
		return ClaimShown{}, err
	}
	out := ClaimShown{Standing: stands, Now: c.Now, Days: cmp.Or(in.Days, 7)}
	out.From = c.Now.Add(-time.Duration(out.Days) * 24 * time.Hour)
	if out.History, err = l.Claims.History(ctx, id, out.From, mostVerdicts); err != nil {
		return ClaimShown{}, err
	}
	if n := len(out.History); n == mostVerdicts {
		out.More, out.From = true, out.History[n-1].Time
	}
	return out, nil
}
