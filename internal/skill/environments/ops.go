package environments

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

// EnvIn names an environment.
type EnvIn struct {
	Env string `json:"env" arg:"1" minLength:"1" maxLength:"60" example:"e12xk3qa" doc:"The environment: its ID, its number, or env/ID."`
}

// CreateIn is an environment that is asked for.
type CreateIn struct {
	Repository string        `json:"repository,omitempty" arg:"1" of:"repository" sent:"folder" maxLength:"200" example:"shop" doc:"The repository whose compose file it is made from; with a change it is the change's. On a command line a folder, such as . or ./shop: its files as they are now, without what git ignores."`
	Revision   string        `json:"revision,omitempty" maxLength:"250" example:"v1.2" doc:"A branch, a tag or a commit; without it the branch that counts."`
	Change     string        `json:"change,omitempty" maxLength:"40" example:"42" doc:"A change, whose newest patch set it is made from."`
	TTL        time.Duration `json:"ttl,omitempty" example:"24h" doc:"How long it lasts, such as 4h or 3d; without it as the team says, else 24h."`
	Purpose    string        `json:"purpose,omitempty" maxLength:"300" example:"try the new basket" doc:"What it is for."`
	Profiles   []string      `json:"profile,omitempty" maxItems:"20" maxLength:"60" example:"debug" doc:"Profiles of the compose file that are to be on."`
	Backend    string        `json:"backend,omitempty" maxLength:"40" example:"sandbox" doc:"By what it is made: sandbox, podman, docker; without it the first that can."`
}

// ListIn chooses environments.
type ListIn struct {
	Repository string    `json:"repository,omitempty" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"Only those of a repository."`
	Change     string    `json:"change,omitempty" maxLength:"40" example:"42" doc:"Only those of a change."`
	All        bool      `json:"all,omitempty" doc:"Also those that are stopped."`
	At         time.Time `json:"at,omitzero" ago:"true" example:"2026-11-01T12:00:00Z" doc:"As it was at a moment: what was there, and what was deployed where."`
}

// LogsIn chooses what a service printed.
type LogsIn struct {
	EnvIn
	Service string `json:"service,omitempty" arg:"2" maxLength:"63" example:"web" doc:"The service; without it all."`
	Tail    int    `json:"tail,omitempty" minimum:"1" maximum:"5000" default:"200" doc:"How many lines of each, at most."`
}

// FollowIn chooses what is followed.
type FollowIn struct {
	Env     string `json:"env,omitempty" arg:"1" maxLength:"60" example:"e12xk3qa" doc:"The environment: its ID, its number, or env/ID."`
	Service string `json:"service,omitempty" arg:"2" maxLength:"63" example:"web" doc:"The service; without it all."`
}

// ExtendIn lets an environment last longer.
type ExtendIn struct {
	EnvIn
	For time.Duration `json:"for,omitempty" example:"4h" doc:"By how much; without it, 24h."`
}

// StopIn ends an environment.
type StopIn struct {
	EnvIn
	Reason string `json:"reason,omitempty" maxLength:"300" example:"seen" doc:"Why, in a sentence."`
}

// PlanIn is what an environment would be.
type PlanIn struct {
	Repository string   `json:"repository,omitempty" arg:"1" of:"repository" sent:"folder" maxLength:"200" example:"shop" doc:"The repository; with a change it is the change's. On a command line a folder, such as . or ./shop."`
	Revision   string   `json:"revision,omitempty" maxLength:"250" example:"v1.2" doc:"A branch, a tag or a commit; without it the branch that counts."`
	Change     string   `json:"change,omitempty" maxLength:"40" example:"42" doc:"A change, whose newest patch set it would be made from."`
	Profiles   []string `json:"profile,omitempty" maxItems:"20" maxLength:"60" example:"debug" doc:"Profiles of the compose file that are to be on."`
	Backend    string   `json:"backend,omitempty" maxLength:"40" example:"sandbox" doc:"By what it would be made."`
}

// CompareIn names two environments.
type CompareIn struct {
	A string `json:"a" arg:"1" minLength:"1" maxLength:"60" example:"12" doc:"An environment, or a place as place/stage."`
	B string `json:"b" arg:"2" minLength:"1" maxLength:"60" example:"14" doc:"Another one of the same."`
}

// EnterIn is what is performed where a service runs.
type EnterIn struct {
	EnvIn
	Service string   `json:"service,omitempty" arg:"2" maxLength:"63" example:"db" doc:"The service; without it the only one that goes on."`
	Command []string `json:"command,omitempty" arg:"3" maxItems:"200" maxLength:"4000" example:"ls" doc:"The program and its words; put -- before them. At a terminal, without it a shell."`
}

func (k *Desk) ops() []op.Op {
	ops := []op.Op{
		op.About(op.New("env.create", prentice.Change, prentice.Operator, "Make an environment from the compose file of a commit or a change.", k.create), func(ctx context.Context, in CreateIn) ([]prentice.Ref, error) {
			return k.aboutAsked(ctx, in.Repository, in.Change)
		}).
			WithExample("prentice env create shop --revision main --ttl 4h").WithEvidence().
			WithHelp("A folder needs no repository on the server: prentice env create . sends its files as they are now, also those that are not committed, without what git ignores, and says so. It is made as soon as there is room for it, and says at which place it waits until then. Of a change it is made anew when a new patch set comes, and ends when the change lands or is abandoned. " +
				"A change of someone outside of the team gets no secrets."),
		op.New("env.list", prentice.Look, prentice.Viewer, "List environments and shared places: what is where, how it is, whose it is and until when.", k.list).
			WithExample("prentice env list").Naming("env").AlsoTyped("environments"),
		op.New("env.show", prentice.Look, prentice.Viewer, "Show an environment: its services and how each is, what it uses, and when it ends.", k.show).
			WithExample("prentice env show e14xk3qa"),
		op.New("env.logs", prentice.Look, prentice.Viewer, "Show what the services of an environment printed, also after it failed or was stopped.", k.logs).
			WithExample("prentice env logs e14xk3qa web").
			FollowedBy(op.Turn{Op: "env.follow", Fields: []string{"env", "service"}, Not: []string{"tail"}}),
		op.NewWatch("env.follow", prentice.Viewer, "Follow what the services of an environment print.", k.followLogs).
			WithExample("prentice env follow 12 web"),
		op.About(op.New("env.extend", prentice.Change, prentice.Operator, "Let an environment last longer, within the bound of the team.", k.extend), func(ctx context.Context, in ExtendIn) ([]prentice.Ref, error) { return k.about(ctx, in.Env) }).
			WithExample("prentice env extend e14xk3qa --for 4h").WithEvidence(),
		op.About(op.New("env.stop", prentice.Change, prentice.Operator, "Stop an environment, and remove all of it: its data too.", k.stop), func(ctx context.Context, in StopIn) ([]prentice.Ref, error) { return k.about(ctx, in.Env) }).
			WithExample("prentice env stop e14xk3qa --reason 'seen'").WithEvidence(),
		op.New("env.plan", prentice.Look, prentice.Viewer, "Say what an environment would be, and make none.", k.plan).
			WithExample("prentice env plan shop --revision main"),
		op.New("env.compare", prentice.Look, prentice.Viewer, "Say in what two environments differ: services, versions, configuration, names of secrets; of two places, what is deployed there.", k.compare).
			WithExample("prentice env compare e14xk3qa e13xpw0b"),
		op.New("env.queue", prentice.Look, prentice.Viewer, "List the environments that wait to be made, and why each waits.", k.queue).
			WithExample("prentice env queue"),
		op.About(op.New("env.enter", prentice.Change, prentice.Operator, "Run a command beside a service of an environment, and show what it printed; at a terminal, open a shell there.", k.enter), func(ctx context.Context, in EnterIn) ([]prentice.Ref, error) { return k.about(ctx, in.Env) }).
			WithExample("prentice env enter e14xk3qa db -- psql -c 'select 1'").
			WithHelp("The command has the view, the user and the limits of the service, no input, and a minute. The command is kept as evidence, what it printed is not. Typed at a terminal it does as prentice env shell does.").
			AtTerminal(op.Turn{Op: "env.shell", Fields: []string{"env", "service", "command"}}),
		op.About(op.NewAttended("env.shell", prentice.Change, prentice.Operator, "Open a shell, or a program that needs a terminal, beside a service of an environment.", k.shell), func(ctx context.Context, in EnterIn) ([]prentice.Ref, error) { return k.about(ctx, in.Env) }).
			WithExample("prentice env shell e14xk3qa web").
			WithHelp("It has the view, the user and the limits of the service, and a terminal of its own, which is as large as yours and to which Ctrl-C goes. It ends when you leave it, when the environment is stopped, when your token is revoked, and after 8 hours. Who entered, when, which program and for how long is kept as evidence; what you type and what is printed is kept nowhere."),
	}
	return slices.Concat(ops, k.leaseOps())
}

// about is the repository that an operation on an environment acts on.
func (k *Desk) about(ctx context.Context, name string) ([]prentice.Ref, error) {
	if err := k.there(); err != nil {
		return nil, err
	}
	e, err := k.Find(ctx, name)
	if err != nil || e.Of() == "" {
		return nil, err
	}
	return []prentice.Ref{e.Of()}, nil
}

func (k *Desk) aboutAsked(ctx context.Context, repository, number string) ([]prentice.Ref, error) {
	if number != "" && k.Change != nil {
		n, err := change.ParseNumber(number)
		if err != nil {
			return nil, err
		}
		c, _, err := k.Change(ctx, n)
		return []prentice.Ref{c.Of()}, err
	}
	if repository == "" || strings.HasPrefix(repository, "sha256:") {
		return nil, nil
	}
	return []prentice.Ref{prentice.NewRef("repository", strings.TrimPrefix(repository, "repository/"))}, nil
}

func (k *Desk) create(ctx context.Context, c op.Call, in CreateIn) (EnvShown, error) {
	if err := k.there(); err != nil {
		return EnvShown{}, err
	}
	asked, err := k.asked(ctx, PlanIn{Repository: in.Repository, Revision: in.Revision, Change: in.Change, Profiles: in.Profiles, Backend: in.Backend})
	if err != nil {
		return EnvShown{}, err
	}
	e := asked.Environment
	quota := k.Rules().Quota
	if e.Ends, err = quota.End(c.Now, cmp.Or(in.TTL, asked.ttl)); err != nil {
		return EnvShown{}, err
	}
	e.Purpose, e.By, e.People = strings.TrimSpace(in.Purpose), c.Actor.Ref(), c.Actor.People()
	e, err = k.Add(ctx, e, c.Now, quota)
	if err != nil {
		return EnvShown{}, err
	}
	return k.shown(ctx, e)
}

func (k *Desk) list(ctx context.Context, c op.Call, in ListIn) (EnvList, error) {
	if err := k.there(); err != nil {
		return EnvList{}, err
	}
	f := environment.Filter{Repository: strings.TrimPrefix(in.Repository, "repository/"), Ended: in.All, On: in.At}
	if in.Change != "" {
		n, err := change.ParseNumber(in.Change)
		if err != nil {
			return EnvList{}, err
		}
		f.Change = n
	}
	found, err := k.List(ctx, f)
	if err != nil {
		return EnvList{}, err
	}
	out := EnvList{Envs: []EnvOut{}, Places: []PlaceOut{}, At: in.At}
	for _, e := range found {
		out.Envs = append(out.Envs, k.envOut(e))
	}
	if err := k.turns(ctx, out.Envs); err != nil {
		return EnvList{}, err
	}
	if f.Repository == "" && f.Change == 0 {
		if out.Places, err = k.places(ctx, c.Now, in.At); err != nil {
			return EnvList{}, err
		}
	}
	return out, nil
}

func (k *Desk) show(ctx context.Context, _ op.Call, in EnvIn) (EnvShown, error) {
	e, err := k.find(ctx, in.Env)
	if err != nil {
		return EnvShown{}, err
	}
	return k.shown(ctx, e)
}

func (k *Desk) find(ctx context.Context, name string) (environment.Environment, error) {
	if err := k.there(); err != nil {
		return environment.Environment{}, err
	}
	return k.Find(ctx, name)
}

func (k *Desk) extend(ctx context.Context, c op.Call, in ExtendIn) (EnvShown, error) {
	e, err := k.find(ctx, in.Env)
	if err != nil {
		return EnvShown{}, err
	}
	e, err = k.Edit(ctx, e.ID, c.Now, c.Actor.Ref(), func(e *environment.Environment) error {
		if e.Stage == environment.Stopping || e.Stage == environment.Stopped {
			return prentice.Errorf(prentice.Conflict, "%s is %s", e.Ref(), e.Stage).Try("make a new one: prentice env create")
		}
		ends, err := k.Rules().Quota.Extended(*e, c.Now, cmp.Or(in.For, 24*time.Hour))
		if err != nil {
			return err
		}
		e.Ends, e.Told = ends, time.Time{}
		return nil
	})
	if err != nil {
		return EnvShown{}, err
	}
	return k.shown(ctx, e)
}

func (k *Desk) stop(ctx context.Context, c op.Call, in StopIn) (EnvShown, error) {
	e, err := k.find(ctx, in.Env)
	if err != nil {
		return EnvShown{}, err
	}
	e, err = k.Edit(ctx, e.ID, c.Now, c.Actor.Ref(), func(e *environment.Environment) error {
		switch e.Stage {
		case environment.Stopping, environment.Stopped:
			return nil
		}
		to := environment.Stopping
		if e.Stage == environment.Queued {
			to = environment.Stopped
		}
		e.StoppedBy = c.Actor.Ref()
		return e.Turn(to, c.Now, strings.TrimSpace(in.Reason))
	})
	if err != nil {
		return EnvShown{}, err
	}
	return k.shown(ctx, e)
}

func (k *Desk) plan(ctx context.Context, _ op.Call, in PlanIn) (Plan, error) {
	if err := k.there(); err != nil {
		return Plan{}, err
	}
	asked, err := k.asked(ctx, in)
	if err != nil {
		return Plan{}, err
	}
	e := asked.Environment
	p := Plan{Repository: e.Repository, Commit: e.Commit, At: e.At, Backend: e.Backend, Outside: e.Outside, Services: specOut(e.Spec), Volumes: e.Spec.Volumes, Hosts: e.Spec.Hosts, Secrets: e.Spec.SecretNames(), Advice: asked.findings}
	return p, nil
}

func (k *Desk) queue(ctx context.Context, _ op.Call, _ struct{}) (Queue, error) {
	if err := k.there(); err != nil {
		return Queue{}, err
	}
	live, err := k.Live(ctx)
	out := Queue{Waiting: []EnvOut{}}
	for _, e := range inTurn(live) {
		out.Waiting = append(out.Waiting, k.envOut(e))
	}
	return out, errors.Join(err, k.turns(ctx, out.Waiting))
}
