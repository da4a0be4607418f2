package capacity

import (
	"cmp"
	"context"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// mostResources is how many there may be.
const mostResources = 2000

// ListIn says which are wanted.
type ListIn struct {
	About prentice.Ref `json:"about,omitempty" maxLength:"200" example:"host/db1" doc:"Only what is of this host or service."`
	State Word         `json:"state,omitempty" enum:"enough,ending,exhausted,unsure,unknown" doc:"Only those in this state."`
}

// NameIn names one.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"capacity" maxLength:"60" example:"disk" doc:"Its name."`
}

// RecordIn is a measurement.
type RecordIn struct {
	Name  string       `json:"name" arg:"1" maxLength:"60" pattern:"^[a-z0-9][a-z0-9.-]*$" example:"db1-connections" doc:"Its name: small letters, digits, dots and dashes."`
	About prentice.Ref `json:"about" maxLength:"200" example:"host/db1" doc:"The host, the service or the team whose it is."`
	Used  int64        `json:"used" minimum:"0" maximum:"9007199254740992" example:"41" doc:"How much of it is in use, in its unit."`
	Limit int64        `json:"limit" minimum:"1" maximum:"9007199254740992" example:"100" doc:"How much of it there is."`
	Unit  string       `json:"unit" maxLength:"20" pattern:"^[a-z%][a-z %/]*$" example:"connections" doc:"What is counted; bytes are shown in larger units."`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.New("capacity.list", prentice.Look, prentice.Viewer, "List what can run out: how much is used, and until when it lasts, the soonest first.", k.list).
			WithExample("prentice capacity list").Naming("capacity").OfferedAsRefs("capacity"),
		op.New("capacity.show", prentice.Look, prentice.Viewer, "Show one thing that can run out: what was measured, what that comes to, and how good the same forecast was in its past.", k.show).
			WithExample("prentice capacity show disk"),
		op.New("capacity.plan", prentice.Look, prentice.Viewer, "Show what a change would come to: more or less of it, other growth, a service that comes or goes; beside how it stands today.", k.plan).
			WithExample("prentice capacity plan db1-connections --growth 1.5 --add 100").WithHelp(
			"Both sides are of the same forecast, and of the same band, which grows with what multiplies the growth. Where the past says nothing of when it is used up, no change has a day either."),
		op.New("capacity.record", prentice.Look, prentice.Operator, "Record how much of something is used, and how much of it there is.", k.record).
			WithExample("prentice capacity record db1-connections --about host/db1 --used 41 --limit 100 --unit connections").ThatKeeps().WithHelp(
			"For what prentice cannot measure itself: connections, licences, quotas, seats. Call it as often as you like: of each hour and each day the greatest counts. What is recorded first begins the resource."),
		op.New("capacity.forget", prentice.Change, prentice.Operator, "Forget something that can run out, with all that was measured of it.", k.forget).
			WithExample("prentice capacity forget db1-connections"),
		op.New("capacity.hosts", prentice.Look, prentice.Viewer, "List the hosts that are looked at: processors, memory, the fullest disk, the clock, and updates that wait.", k.listHosts).
			WithExample("prentice capacity hosts"),
		op.New("capacity.host", prentice.Look, prentice.Viewer, "Show what a host said of itself last, and what of it can run out.", k.showHost).
			WithExample("prentice capacity host db1"),
		op.New("capacity.look", prentice.Look, prentice.Operator, "Look at a host now: one script that only reads, here or over SSH.", k.lookNow).
			WithExample("prentice capacity look db1").ThatKeeps(),
		op.New("capacity.test", prentice.Change, prentice.Operator, "Find out how much a service of an environment takes: requests at a rate that rises until its promise breaks.", k.test).
			WithExample("prentice capacity test 1 web --path /orders --p95 200ms --errors 1").WithEvidence().WithHelp(
			"Only environments that prentice made can be tested. Requests are GETs, come whether or not those before were answered, and are timed from when they should have gone out. One test runs at a time; it ends by itself, and prentice loadtest cancel NUMBER ends it before."),
		op.New("loadtest.list", prentice.Look, prentice.Viewer, "List load tests, the newest first.", k.listTests).
			WithExample("prentice loadtest list").Naming("loadtest").OfferedAsRefs("loadtest"),
		op.New("loadtest.show", prentice.Look, prentice.Viewer, "Show a load test: each step, the rate that is safe, and the Universal Scalability Law that fits.", k.showTest).
			WithExample("prentice loadtest show 1"),
		op.New("loadtest.cancel", prentice.Change, prentice.Operator, "End a load test that waits or runs.", k.cancelTest).
			WithExample("prentice loadtest cancel 1").WithEvidence(),
		op.New("capacity.check", prentice.Look, prentice.Viewer, "Check a capacity.yaml for mistakes.", k.check).
			WithExample("prentice capacity check capacity.yaml").WithoutState(),
	}
}

func (k *Desk) list(ctx context.Context, c op.Call, in ListIn) (List, error) {
	if err := k.there(); err != nil {
		return List{}, err
	}
	all, err := k.kept.list(ctx, `ORDER BY name`)
	if err != nil {
		return List{}, err
	}
	out := List{Resources: []Line{}}
	ends, err := k.ends(ctx, c.Now)
	if err != nil {
		return List{}, err
	}
	for _, l := range ends {
		if (in.About == "" || l.About == in.About) && (in.State == "" || l.State == in.State) {
			out.Resources = append(out.Resources, l)
		}
	}
	for _, r := range all {
		if in.About != "" && r.About != in.About {
			continue
		}
		o, err := k.outlook(ctx, c.Now, r)
		if ctx.Err() != nil {
			return List{}, err
		}
		if err != nil { // it hides no other
			o = Outlook{State: Unknown, Says: "what was measured of it cannot be read: " + clip.Text(err.Error())}
		}
		o.Past, o.Ahead = nil, nil
		if in.State == "" || o.State == in.State {
			out.Resources = append(out.Resources, Line{r.Ref(), r, o})
		}
	}
	slices.SortStableFunc(out.Resources, sooner)
	return out, nil
}

// sooner orders what runs out: what is used up, then by the day on which it is, then by how
// full it is.
func sooner(a, b Line) int {
	rank := func(l Line) int { return slices.Index([]Word{Exhausted, Ending, Unsure, Enough, Unknown}, l.State) }
	if by := rank(a) - rank(b); by != 0 {
		return by
	}
	if by := a.Likely.Compare(b.Likely); by != 0 {
		return by
	}
	return cmp.Compare(b.Share(), a.Share())
}

// outlook is what the measurements of a resource come to.
func (k *Desk) outlook(ctx context.Context, now time.Time, r Resource) (Outlook, error) {
	byDay, err := k.kept.points(ctx, r, series.Day, now.AddDate(-3, 0, 0))
	if err != nil {
		return Outlook{}, err
	}
	byHour, err := k.kept.points(ctx, r, series.Hour, now.Add(-series.KeepHour))
	if err != nil {
		return Outlook{}, err
	}
	return look(now, r, byDay, byHour), nil
}

func (k *Desk) show(ctx context.Context, c op.Call, in NameIn) (Shown, error) {
	if err := k.there(); err != nil {
		return Shown{}, err
	}
	l, err := k.one(ctx, c.Now, in.Name)
	return Shown(l), err
}

func (k *Desk) record(ctx context.Context, c op.Call, in RecordIn) (Recorded, error) {
	if err := k.there(); err != nil {
		return Recorded{}, err
	}
	if _, err := prentice.ParseRef(string(in.About)); err != nil {
		return Recorded{}, err
	}
	if ends, err := k.ends(ctx, c.Now); err != nil {
		return Recorded{}, err
	} else if slices.ContainsFunc(ends, func(l Line) bool { return l.Name == in.Name }) {
		return Recorded{}, prentice.Errorf(prentice.Conflict, "%s ends on a day, and is not counted", in.Name).Try("choose another name")
	}
	r := Resource{Name: in.Name, About: in.About, Unit: in.Unit, Used: in.Used, Limit: in.Limit, At: c.Now, By: c.Actor.Ref()}
	return Recorded{r.Ref(), r}, k.kept.keep(ctx, r)
}

func (k *Desk) forget(ctx context.Context, _ op.Call, in NameIn) (Forgotten, error) {
	if err := k.there(); err != nil {
		return Forgotten{}, err
	}
	r, err := k.kept.one(ctx, in.Name)
	if err != nil {
		return Forgotten{}, err
	}
	return Forgotten{r.Ref()}, k.kept.forget(ctx, r)
}
