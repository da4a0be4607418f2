package build

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/release"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

type deployIn struct {
	releaseIn
	Place  string `json:"place" arg:"2" maxLength:"100" example:"stage" doc:"The place, as releases.yaml names it."`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Why, in one sentence, for the approver."`
	Fixes  string `json:"fixes,omitempty" maxLength:"60" doc:"The incident or the deployment that it is because of, such as incident/3: it counts as rework."`
	When   string `json:"when,omitempty" enum:"now,window" doc:"With window it waits until the calendar lets it begin; otherwise a freeze refuses it."`
}

type mayIn struct {
	Service string `json:"service" arg:"1" of:"service" maxLength:"100" doc:"The service."`
	Place   string `json:"place" arg:"2" maxLength:"100" example:"production" doc:"The place, as releases.yaml names it."`
	Version string `json:"version,omitempty" arg:"3" maxLength:"60" doc:"The version; without it that of the newest release."`
}

type deploymentsIn struct {
	Service string    `json:"service,omitempty" arg:"1" of:"service" maxLength:"100" doc:"Only those of this service."`
	Place   string    `json:"place,omitempty" maxLength:"100" doc:"Only those at this place."`
	At      time.Time `json:"at,omitzero" ago:"true" doc:"What was where at this time, such as 2026-11-01 or 3d: the last of each service and place until then."`
	Limit   int       `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500" doc:"How many at most."`
}

type deploymentIn struct {
	Deployment string `json:"deployment" arg:"1" maxLength:"30" example:"deployment/7" doc:"The deployment, such as deployment/7 or 7."`
}

type faultIn struct {
	deploymentIn
	Reason   string    `json:"reason" maxLength:"1000" doc:"What it broke, in one sentence."`
	Incident string    `json:"incident,omitempty" maxLength:"30" doc:"The incident that it caused, such as incident/3."`
	Since    time.Time `json:"since,omitzero" ago:"true" doc:"Since when, such as 2h; without it since it ended."`
}

func (k *Desk) deployOps() []op.Op {
	may := op.Noun{Name: "may", About: "Whether something may be done, and what is missing", Part: op.EveryDay}
	about := func(service string) []prentice.Ref { return []prentice.Ref{prentice.NewRef("service", service)} }
	return []op.Op{
		op.New("may.deploy", prentice.Look, prentice.Viewer, "Ask whether a release may go to a place, and what is missing.", k.mayDeploy).Under(may).
			WithExample("prentice may deploy shop production").
			WithHelp("The answer is of what was written down, and nothing is judged for it: the revision landed, the claims on it hold, what it consists of is signed and has a bill of materials, it was at the place before and did not fail there, the data that is there can be worked with, no other deployment goes on, and the lease is held where the place has one.\n\nThe exit code is 0 for yes, 9 for no and 10 for unknown."),
		op.About(op.New("release.deploy", prentice.Change, prentice.Operator, "Bring a release to a place, by the team's procedure for that.", k.deploy), func(_ context.Context, in deployIn) ([]prentice.Ref, error) {
			service, _, err := release.Split(in.Release)
			return about(service), err
		}).
			WithExample("prentice release deploy shop@1.4.2 stage --reason 'as planned'").WithEvidence().
			WithHelp("The procedure is the one that releases.yaml names, or deploy-SERVICE. It is planned, decided on by policy, approved and performed as any run is; how it ends is how the deployment ends. To go back, deploy the earlier release."),
		op.New("deployment.list", prentice.Look, prentice.Viewer, "List deployments, the newest first, or what was where at a time.", k.deployments).
			WithExample("prentice deployment list --place production"),
		op.New("deployment.show", prentice.Look, prentice.Viewer, "Show a deployment: what it brought, by which run, and how it ended.", k.deploymentShow).
			WithExample("prentice deployment show 7"),
		op.About(op.New("deployment.fault", prentice.Change, prentice.Operator, "Say that a deployment which was verified broke something all the same.", k.fault), func(ctx context.Context, in faultIn) ([]prentice.Ref, error) {
			d, err := k.deployment(ctx, in.Deployment)
			return about(d.Service), err
		}).
			WithExample("prentice deployment fault 7 --reason 'totals are wrong' --incident incident/3").WithEvidence().
			WithHelp("It counts as failed from then on, in the figures of the day on which it ended, and may not go to the place after this one."),
	}
}

func (k *Desk) mayDeploy(ctx context.Context, c op.Call, in mayIn) (Allowed, error) {
	service, err := k.service(in.Service)
	if err != nil {
		return Allowed{}, err
	}
	version := in.Version
	if version == "" {
		newest, err := k.Releases.Releases(ctx, service, 1)
		if err != nil {
			return Allowed{}, err
		}
		if len(newest) == 0 {
			if err := k.rules().Known(in.Place); err != nil {
				return Allowed{}, err
			}
			return Allowed{Answer: claims.May([]claims.Need{{Claim: "release/made", Says: "There is a release of the service", Severity: claims.Block, Blocks: true, Truth: prentice.NotSeen, Reason: service + " has no release",
				Produce: "prentice release create " + service + " VERSION --revision main"}}), Action: "deploy", Service: service, Place: in.Place}, nil
		}
		version = newest[0].Version
	}
	a, err := k.ask(ctx, release.Name(service, version), in.Place)
	if err != nil {
		return Allowed{}, err
	}
	answer, err := k.may(ctx, a, c.Actor, c.Now)
	return Allowed{Answer: answer, Action: "deploy", Service: service, Place: in.Place, Version: version}, err
}

// deploy asks for the run that brings a release to a place. The intention is written
// first: whatever happens between that and the run, the next look finds out.
func (k *Desk) deploy(ctx context.Context, c op.Call, in deployIn) (DeploymentOut, error) {
	a, err := k.ask(ctx, in.Release, in.Place)
	if err != nil {
		return DeploymentOut{}, err
	}
	fixes, err := fixed(in.Fixes)
	if err != nil {
		return DeploymentOut{}, err
	}
	answer, err := k.may(ctx, a, c.Actor, c.Now)
	if err != nil {
		return DeploymentOut{}, err
	}
	if answer.May != prentice.Pass {
		return DeploymentOut{}, mayNot(a, answer)
	}
	way := a.rules.Way(a.Service, a.place)
	inputs, err := k.inputs(ctx, a, way)
	if err != nil {
		return DeploymentOut{}, err
	}
	d := release.Deployment{Service: a.Service, Place: a.place, Version: a.Version, Release: a.Number, Digest: a.Artifacts[0], Procedure: way.Procedure, By: c.Actor.Ref(), Reason: in.Reason, Fixes: fixes}
	a.brings(&d)
	if d, err = k.Releases.Begin(ctx, c.Now, d); err != nil {
		return DeploymentOut{}, err
	}
	if _, wanted := inputs["fence"]; wanted {
		inputs["fence"] = fmt.Sprint(d.Number)
	}
	run, err := k.Runs.Start(ctx, prentice.RunRequest{Procedure: way.Procedure, Inputs: inputs, Reason: reasonOf(d), Actor: c.Actor, Window: in.When == "window"})
	if err != nil {
		if ctx.Err() != nil { // no one knows whether it was asked for; follow finds it
			return DeploymentOut{}, err
		}
		if _, end := k.Releases.End(ctx, k.Clock(), d.Number, release.Void, time.Time{}, clip.To(err.Error(), 500)); end != nil {
			return DeploymentOut{}, end
		}
		return DeploymentOut{}, err
	}
	if d, err = k.Releases.Performs(ctx, k.Clock(), d.Number, run.Number); err != nil {
		return DeploymentOut{}, err
	}
	k.ring()
	if run.State == prentice.RunRefused {
		if _, err := k.look(ctx, d, k.Clock()); err != nil {
			return DeploymentOut{}, err
		}
		return DeploymentOut{}, prentice.Errorf(prentice.Refused, "%s was not begun: %s is refused: %s", d.Ref(), run.Ref(), run.Says).Try("look at what holds it: prentice run show %d", run.Number)
	}
	return deploymentOut(d), nil
}

// reasonOf is why a run is asked for; it begins with what it is found by.
func reasonOf(d release.Deployment) string {
	text := fmt.Sprintf("%s: %s to %s", d.Ref(), release.Name(d.Service, d.Version), d.Place)
	if d.Reason != "" {
		text += ", " + d.Reason
	}
	return text
}

func fixed(text string) (prentice.Ref, error) {
	if text == "" {
		return "", nil
	}
	ref, err := prentice.ParseRef(text)
	if err != nil {
		return "", err
	}
	if ref.Kind() != "incident" && ref.Kind() != "deployment" {
		return "", prentice.Errorf(prentice.Invalid, "%s is neither an incident nor a deployment", ref).Try("name what it is because of, such as incident/3 or deployment/7")
	}
	return ref, nil
}

// mayNot refuses, and says all that is missing.
func mayNot(a *asked, answer claims.Answer) error {
	var missing []string
	for _, n := range answer.Missing {
		missing = append(missing, n.Claim+": "+clip.To(n.Reason, 200))
	}
	return prentice.Errorf(prentice.Refused, "%s may not go to %s: %s", a.Name(), a.place, strings.Join(missing, "; ")).
		Try("see what would produce each: prentice may deploy %s %s %s", a.Service, a.place, a.Version)
}

// inputs are those that the procedure is given: what each deployment has and the procedure
// wants, and those of the team's file.
func (k *Desk) inputs(ctx context.Context, a *asked, way release.Way) (map[string]string, error) {
	wants, err := k.Runs.Inputs(way.Procedure)
	if err != nil {
		return nil, err
	}
	first, err := k.Artifacts.Find(ctx, a.Artifacts[0])
	if err != nil {
		return nil, err
	}
	given := map[string]string{"service": a.Service, "version": a.Version, "digest": first.Digest, "artifact": first.Where(), "name": first.Name, "place": a.place, "fence": "0", "migration": string(a.Migration)}
	if a.Migration == release.None {
		given["migration"] = "none"
	}
	if first.Kind == artifact.Image {
		given["image"] = first.Where()
	}
	inputs := map[string]string{}
	for name, value := range given {
		if slices.Contains(wants, name) {
			inputs[name] = value
		}
	}
	for name, value := range way.Inputs {
		inputs[name] = value
	}
	return inputs, nil
}

// brings says what was not at the place before.
func (a *asked) brings(d *release.Deployment) {
	d.Brings = []release.Change{}
	from := int64(0)
	if last := a.last(); last != nil {
		from, d.Before = last.Release, last.Version
	}
	if d.Back = from > a.Number; d.Back {
		return
	}
	for _, r := range slices.Backward(a.all) {
		if r.Number <= from || r.Number > a.Number {
			continue
		}
		d.Brings = append(d.Brings, r.Changes...)
		if r.Unknown != "" {
			d.Unknown = "of " + r.Name() + " it is not known what changed: " + r.Unknown
		}
	}
}

func (k *Desk) deployments(ctx context.Context, c op.Call, in deploymentsIn) (Deployments, error) {
	if err := k.there(); err != nil {
		return Deployments{}, err
	}
	out := Deployments{Deployments: []DeploymentOut{}}
	f := release.Filter{Service: in.Service, Place: in.Place, Most: in.Limit}
	if !in.At.IsZero() {
		f.Most = 0
	}
	list, err := k.Releases.Deployments(ctx, f)
	if err != nil {
		return out, err
	}
	if in.At.IsZero() {
		for _, d := range list {
			out.Deployments = append(out.Deployments, deploymentOut(d))
		}
		return out, nil
	}
	out.At = in.At
	for _, s := range release.StandingsAt(list, in.At) {
		one := deploymentOut(s.Last)
		one.Runs = s.Runs
		out.Deployments = append(out.Deployments, one)
	}
	return out, nil
}

// Deployed is what was where at a moment.
func (k *Desk) Deployed(ctx context.Context, at time.Time) ([]release.Standing, error) {
	if k.there() != nil {
		return nil, nil
	}
	list, err := k.Releases.Deployments(ctx, release.Filter{})
	return release.StandingsAt(list, at), err
}

func (k *Desk) deployment(ctx context.Context, name string) (release.Deployment, error) {
	if err := k.there(); err != nil {
		return release.Deployment{}, err
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(name, "deployment/"), 10, 64)
	if err != nil || n < 1 {
		return release.Deployment{}, prentice.Errorf(prentice.Invalid, "%q is not the number of a deployment", clip.Text(name)).Try("write deployment/7 or 7; list them with: prentice deployment list")
	}
	return k.Releases.Deployment(ctx, n)
}

func (k *Desk) deploymentShow(ctx context.Context, _ op.Call, in deploymentIn) (DeploymentOut, error) {
	d, err := k.deployment(ctx, in.Deployment)
	return deploymentOut(d), err
}

func (k *Desk) fault(ctx context.Context, c op.Call, in faultIn) (DeploymentOut, error) {
	d, err := k.deployment(ctx, in.Deployment)
	if err != nil {
		return DeploymentOut{}, err
	}
	h := release.Fault{At: in.Since.UTC(), By: c.Actor.Ref(), Reason: strings.TrimSpace(in.Reason)}
	if in.Since.IsZero() {
		h.At = d.Ended
	}
	if h.Reason == "" {
		return DeploymentOut{}, prentice.Errorf(prentice.Invalid, "the fault has no reason").Try("say what broke, in one sentence: --reason '…'")
	}
	if in.Incident != "" {
		if h.Incident, err = fixed(in.Incident); err != nil {
			return DeploymentOut{}, err
		}
	}
	d, err = k.Releases.Hurt(ctx, c.Now, d.Number, h)
	return deploymentOut(d), err
}
