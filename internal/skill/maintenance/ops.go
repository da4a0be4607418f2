package maintenance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/maintenance"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// mostTimes is how many times of one task are shown.
const mostTimes = 100

// ListIn says which are wanted.
type ListIn struct {
	State maintenance.Word `json:"state,omitempty" enum:"done,planned,due,overdue" doc:"Only those in this state."`
	About prentice.Ref     `json:"about,omitempty" maxLength:"200" example:"service/orders" doc:"Only what is of this service, host or resource."`
	Owner prentice.Ref     `json:"owner,omitempty" maxLength:"200" example:"group/payments" doc:"Only those of this owner."`
}

// DueIn says how far ahead.
type DueIn struct {
	Days  int          `json:"days,omitempty" minimum:"0" maximum:"400" default:"7" example:"30" doc:"Also what is due within so many days."`
	Owner prentice.Ref `json:"owner,omitempty" maxLength:"200" example:"group/payments" doc:"Only those of this owner."`
}

// NameIn names one.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"maintenance" maxLength:"100" example:"restore-orders" doc:"Its name."`
}

// DoneIn says that one was done.
type DoneIn struct {
	NameIn
	Reason string `json:"reason" maxLength:"300" example:"rotated the key of the mail gateway, ticket 4711" doc:"What was done, and where the proof of it is."`
}

// CheckIn is a file.
type CheckIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The maintenance.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.New("maintenance.list", prentice.Look, prentice.Viewer, "List what has to be done again and again: how each stands, the most pressing first.", k.list).
			WithExample("prentice maintenance list").Naming("maintenance").OfferedAsRefs("maintenance"),
		op.New("maintenance.due", prentice.Look, prentice.Viewer, "List what is due or overdue, or will be within some days.", k.due).
			WithExample("prentice maintenance due --days 14"),
		op.New("maintenance.show", prentice.Look, prentice.Viewer, "Show one task: when it is due, and when it was done, by whom or by which run.", k.show).
			WithExample("prentice maintenance show restore-orders"),
		op.About(op.New("maintenance.done", prentice.Change, prentice.Operator, "Say that a task was done which people do.", k.done),
			func(_ context.Context, in DoneIn) ([]prentice.Ref, error) { return k.about(in.Name), nil }).
			WithExample("prentice maintenance done rotate-mail-key --reason 'rotated, ticket 4711'").WithEvidence().
			WithHelp("What you say stays as evidence with your name. A task that has a procedure is done by a run of it that ends verified, and by nothing else."),
		op.New("maintenance.check", prentice.Look, prentice.Viewer, "Check a maintenance.yaml for mistakes.", k.check).
			WithExample("prentice maintenance check maintenance.yaml").WithoutState(),
	}
}

func (k *Desk) set() *maintenance.Set {
	if set := k.Set(); set != nil {
		return set
	}
	return &maintenance.Set{}
}

func (k *Desk) about(name string) []prentice.Ref {
	if k.Set == nil {
		return nil
	}
	t, ok := k.set().Find(name)
	if !ok || t.About == "" {
		return nil
	}
	return []prentice.Ref{t.About}
}

// lines are all tasks of the team and how they stand, the most pressing first.
func (k *Desk) lines(ctx context.Context, now time.Time) ([]Line, error) {
	seen, err := k.kept.known(ctx)
	if err != nil {
		return nil, err
	}
	last, err := k.kept.last(ctx)
	if err != nil {
		return nil, err
	}
	set, out := k.set(), []Line{}
	for _, t := range set.Tasks {
		since := seen[t.Name].since
		if since.IsZero() {
			since = now // it was not looked at yet
		}
		s := set.Stands(t, last[t.Name], since, now)
		l := Line{Ref: t.Ref(), Task: t, Standing: s, Says: s.Says(now), Wrong: k.wrong(t)}
		if l.Wrong != "" {
			l.Says += "; it cannot be done: " + l.Wrong
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, pressing)
	return out, nil
}

// wrong says why no run of a task's procedure can do it; "" where one can, or people do it.
func (k *Desk) wrong(t maintenance.Task) string {
	if t.Procedure == "" || k.Inputs == nil {
		return ""
	}
	takes, err := k.Inputs(t.Procedure)
	if err != nil {
		return err.Error()
	}
	for _, name := range slices.Sorted(maps.Keys(t.With)) {
		if !slices.Contains(takes, name) {
			return fmt.Sprintf("the procedure %s takes no input %q", t.Procedure, name)
		}
	}
	return ""
}

// pressing orders tasks: overdue, due, and then by the day.
func pressing(a, b Line) int {
	rank := map[maintenance.Word]int{maintenance.Overdue: -2, maintenance.Due: -1}
	return cmp.Or(cmp.Compare(rank[a.State], rank[b.State]), a.Due.Compare(b.Due), cmp.Compare(a.Name, b.Name))
}

func (k *Desk) list(ctx context.Context, c op.Call, in ListIn) (List, error) {
	if err := k.there(); err != nil {
		return List{}, err
	}
	lines, err := k.lines(ctx, c.Now)
	return List{slices.DeleteFunc(lines, func(l Line) bool {
		return in.State != "" && l.State != in.State || in.About != "" && l.About != in.About || in.Owner != "" && l.Owner != in.Owner
	})}, err
}

func (k *Desk) due(ctx context.Context, c op.Call, in DueIn) (Coming, error) {
	if err := k.there(); err != nil {
		return Coming{}, err
	}
	until := c.Now.AddDate(0, 0, in.Days)
	lines, err := k.lines(ctx, c.Now)
	return Coming{until, slices.DeleteFunc(lines, func(l Line) bool {
		return l.Due.After(until) || in.Owner != "" && l.Owner != in.Owner
	})}, err
}

func (k *Desk) one(ctx context.Context, now time.Time, name string) (Line, error) {
	lines, err := k.lines(ctx, now)
	if err != nil {
		return Line{}, err
	}
	var names []string
	for _, l := range lines {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	e := prentice.Errorf(prentice.NotFound, "there is no maintenance task named %s", clip.Text(name))
	if near := nearest.Of(name, names); near != "" {
		return Line{}, e.Try("did you mean %s?", near)
	}
	return Line{}, e.Try("see those that there are: prentice maintenance list")
}

func (k *Desk) show(ctx context.Context, c op.Call, in NameIn) (Shown, error) {
	if err := k.there(); err != nil {
		return Shown{}, err
	}
	l, err := k.one(ctx, c.Now, in.Name)
	if err != nil {
		return Shown{}, err
	}
	times, err := k.kept.times(ctx, l.Name, mostTimes)
	for i := range times {
		times[i].InTime = k.set().InTime(l.Task, times[i].Due, times[i].At)
	}
	return Shown{l, times}, err
}

func (k *Desk) done(ctx context.Context, c op.Call, in DoneIn) (Shown, error) {
	if err := k.there(); err != nil {
		return Shown{}, err
	}
	l, err := k.one(ctx, c.Now, in.Name)
	if err != nil {
		return Shown{}, err
	}
	if l.Procedure != "" {
		return Shown{}, prentice.Errorf(prentice.Refused, "%s is done by a verified run of the procedure %s, and not by word", l.Ref, l.Procedure).Try("begin one: prentice run start %s", l.Procedure)
	}
	one := Time{At: c.Now, By: c.Actor.Ref(), Due: l.Due, Note: in.Reason}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		var by string
		var newest int64
		if err := tx.QueryRow(`SELECT COALESCE(MAX(at), 0), COALESCE(MAX(by), '') FROM maintenance_done WHERE task = ? AND at = (SELECT MAX(at) FROM maintenance_done WHERE task = ?)`, []any{l.Name, l.Name}, &newest, &by); err != nil {
			return err
		}
		if newest > 0 && !k.set().NewDay(db.Time(newest), c.Now) {
			return prentice.Errorf(prentice.Conflict, "%s was done on this day already, by %s", l.Ref, by).Try("see it: prentice maintenance show %s", l.Name)
		}
		if _, err := k.kept.add(tx, l.Name, one); err != nil {
			return err
		}
		return k.Record(tx, c.Now, prentice.Note{Kind: "maintenance.done", Actor: c.Actor.Ref(), Refs: refsOf(l.Task), Data: map[string]any{"by": one.By, "reason": in.Reason, "due": one.Due.Format(time.DateOnly)}})
	})
	if err != nil {
		return Shown{}, err
	}
	k.look()
	return k.show(ctx, c, in.NameIn)
}

func (k *Desk) check(_ context.Context, _ op.Call, in CheckIn) (Checked, error) {
	return Checked{op.Found(maintenance.File.Check(cmp.Or(in.Name, maintenance.TeamFile), []byte(in.File)))}, nil
}
