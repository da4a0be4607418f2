package availability

import (
	"context"
	_ "embed"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
	"prentice/internal/skill"
)

//go:embed explain.md
var explain string

// New is the chapter's one registration. With the zero Deps it describes itself and
// knows nothing.
func New(d Deps) skill.Skill { return NewLookout(d).chapter() }

func (l *Lookout) chapter() skill.Skill {
	return skill.Skill{
		Name:     "availability",
		Sentence: "availability and capacity management: explain the processes",
		Ops:      nouns.Of(slices.Concat(l.serviceOps(), l.claimOps(), []op.Op{l.importOp()})),
		Pages: []op.Page{
			{Path: "/services", Op: "service.list", Template: "services.html", Title: "Services", Nav: "Services", Key: "s", Order: 4},
			{Path: "/services/{name}", Op: "service.show", Template: "service.html", Title: "Service", Explain: "service/{name}"},
			{Path: "/claims", Op: "claim.list", Template: "claims.html", Title: "Claims", Nav: "Claims", Order: 61, Group: op.Governance},
			{Path: "/claims/{claim}", Op: "claim.show", Template: "claim.html", Title: "Claim", Explain: "claim/{claim}"},
		},
		Refs:     map[string]string{"service": "/services/{name}", "claim": "/claims/{claim}"},
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    func(ctx context.Context) (any, error) { return l.facts(ctx) },
		Work:     []skill.Work{{Name: "availability", Run: l.Run, OnAll: true}}, // those that do not lead read what the leader saw
		Self:     l,
	}
}

func (l *Lookout) serviceOps() []op.Op {
	return []op.Op{
		op.New("service.list", prentice.Look, prentice.Viewer, "List services: the state of each, since when, and its last 24 hours.", l.list).
			WithExample("prentice service list --state down"),
		op.New("service.show", prentice.Look, prentice.Viewer, "Show a service: whether it is healthy, how sure that is, and what was seen.", l.show).
			WithExample("prentice service show checkout"),
		op.New("service.history", prentice.Look, prentice.Viewer, "Show the state of a service over the last days: by the hour up to a week, and by the day beyond.", l.history).
			WithExample("prentice service history checkout --days 7"),
		op.NewWatch("service.watch", prentice.Viewer, "Follow services: every change between well, down, flapping and unknown.", l.changes).
			WithExample("prentice service watch"),
		op.New("metrics.show", prentice.Look, prentice.Viewer, "Show what a monitoring system takes at /metrics: services, runs, approvals, incidents, events, notices, evidence.", l.metrics).
			WithExample("prentice metrics show"),
	}
}

// facts is what explain.md is drawn from.
type facts struct {
	Now               time.Time
	Lines             []Line
	Well, Down, Flaps []prentice.Ref
	Unknown           []Line
	Probes            int
	Share             Share
	Work              Work
	OnTime            string
	Failing           []claims.Standing
}

func (l *Lookout) facts(ctx context.Context) (facts, error) {
	list, err := l.list(ctx, op.Call{}, ListIn{})
	if err != nil {
		return facts{}, err
	}
	f := facts{Now: l.Clock(), Lines: list.Services}
	for _, s := range list.Services {
		f.Probes += s.Probes
		f.Share.Passed += s.Availability.Passed
		f.Share.Of += s.Availability.Of
		f.Share.Unseen += s.Availability.Unseen
		switch s.State {
		case Well:
			f.Well = append(f.Well, s.Ref)
		case Down:
			f.Down = append(f.Down, s.Ref)
		case Flapping:
			f.Flaps = append(f.Flaps, s.Ref)
		default:
			f.Unknown = append(f.Unknown, s)
		}
	}
	if l.Claims != nil {
		if f.Failing, err = l.Claims.List(ctx, f.Now, claims.Filter{Truth: prentice.Fail, Limit: 20}); err != nil {
			return facts{}, err
		}
	}
	l.mu.Lock()
	f.Work = l.work
	l.mu.Unlock()
	f.OnTime = Share{Passed: f.Work.Looks - f.Work.Late, Of: f.Work.Looks + f.Work.Left}.String()
	return f, nil
}
