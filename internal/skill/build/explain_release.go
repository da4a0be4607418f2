package build

import (
	"strings"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("release", "A release is a version of a service: what it consists of by digest, the revision that was built, and what changed. It goes from place to place and does not change once it was deployed.", "release.show",
			func(ref prentice.Ref) releaseIn { return releaseIn{ref.Name()} }, tellRelease),
		op.Explains("deployment", "A deployment brings a release to a place, by a run of a procedure of the team. How the run ended is how it did.", "deployment.show",
			func(ref prentice.Ref) deploymentIn { return deploymentIn{ref.Name()} }, tellDeployment),
	}
}

func tellRelease(_ prentice.Ref, r ReleaseShown) (op.Told, error) {
	t := op.Told{Title: string(r.Ref)}
	t.What.Add("It is of service/%s, made from %.12s of %s by %s", r.Service, r.Revision, r.Repository, r.By)
	if len(r.Places) > 0 {
		t.Why.Add("It runs at %s", strings.Join(r.Places, ", "))
	} else {
		t.Why.Add("It runs nowhere")
	}
	for _, s := range r.Way {
		if s.Uncertain != "" {
			t.Uncertain.Add("What runs at %s: %s", s.Place, s.Uncertain)
		}
		if !s.Here && len(s.Deployments) == 0 {
			t.Offer("may.deploy", r.Service+" "+s.Place+" "+r.Version, "see what is missing for %s", s.Place)
		}
	}
	if r.Unknown != "" {
		t.Uncertain.Add("What changed: %s", r.Unknown)
	}
	t.Offer("release.show", r.Name(), "see what it consists of, and what changed")
	return t, nil
}

func tellDeployment(_ prentice.Ref, d DeploymentOut) (op.Told, error) {
	t := op.Told{Title: string(d.Ref)}
	t.What.Add("It brings %s to %s, asked for by %s", d.What(), d.Place, d.By)
	if d.ByHand {
		t.Why.Add("Someone started %s by hand, and no one asked whether it may", d.RunRef)
	}
	if d.Running {
		t.Why.Add("It goes on, by %s", d.RunRef)
	} else {
		t.Why.Add("It is %s: %s", d.Word(), d.Says)
	}
	if d.Fault != nil {
		t.Why.Add("It failed later, as %s said: %s", d.Fault.By, d.Fault.Reason)
	}
	if d.Outcome == release.Uncertain {
		t.Uncertain.Add("What runs at %s, no one can tell", d.Place)
	}
	if d.RunRef != "" {
		t.Offer("run.show", string(d.RunRef), "see what its run did")
	}
	t.Offer("deployment.show", string(d.Ref), "see what it brought")
	return t, nil
}
