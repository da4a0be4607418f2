package web

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/release"
	"prentice/internal/op"
	"prentice/internal/skill/build"
)

var storyDigest = "sha256:" + strings.Repeat("3f2a9c1e", 8)

func storyDeployment(n int64, version, place string, o release.Outcome, began, took time.Duration) release.Deployment {
	d := release.Deployment{Number: n, Service: "checkout", Version: version, Place: place, Release: n, Digest: storyDigest, Procedure: "deploy-checkout", Run: 40 + n, By: "person/ann", Asked: ago(began + time.Minute), Began: ago(began), Outcome: o, Before: "1.3"}
	if o != "" {
		d.Says = "the service is well on every host"
		d.Ended = ago(began - took)
		d.Brings = []release.Change{{Number: n, Title: "totals of more than one page are right", First: ago(began + 30*time.Hour), Landed: ago(began + time.Hour)}}
	}
	return d
}

var storyDeployments = []release.Deployment{
	storyDeployment(1, "1.2", "production", release.Deployed, 400*time.Hour, time.Hour),
	storyDeployment(2, "1.3", "production", release.Undone, 200*time.Hour, 20*time.Minute),
	storyDeployment(3, "1.3", "production", release.Deployed, 150*time.Hour, time.Hour),
	storyDeployment(4, "1.4", "production", release.Uncertain, 30*time.Hour, time.Hour),
}

func storyRelease() build.ReleaseShown {
	r := release.Release{Number: 9, Service: "checkout", Version: "1.4", Artifacts: []string{storyDigest}, Repository: "checkout", Revision: strings.Repeat("9d02", 10), Before: "1.3", By: "person/ann", At: ago(50 * time.Hour), Drafted: true, Migration: release.Expand,
		Changes: storyDeployments[0].Brings, Notes: "## Fixed\n- totals of more than one page are right (change/1)\n"}
	shown := func(d release.Deployment) build.DeploymentOut { return storyShown(d) }
	return build.ReleaseShown{ReleaseOut: build.ReleaseOut{Release: r, Ref: r.Ref(), Places: []string{"stage"}},
		Artefacts: []build.ArtifactOut{{Artifact: artifact.Artifact{Digest: storyDigest, Kind: artifact.File, Name: "checkout", Size: 9 << 20, Service: "checkout", Provenance: storyDigest, Bill: storyDigest}}},
		Way: []build.Stop{{Place: "test", Runs: "1.5", Deployments: []build.DeploymentOut{shown(storyDeployment(7, "1.4", "test", release.Deployed, 40*time.Hour, time.Hour))}}, {Place: "stage", Here: true, Runs: "1.4", Deployments: []build.DeploymentOut{shown(storyDeployment(8, "1.4", "stage", release.Deployed, 35*time.Hour, time.Hour))}},
			{Place: "production", Uncertain: "deployment/4 is uncertain: the connection to web-2 was lost", Deployments: []build.DeploymentOut{shown(storyDeployments[3])}}, {Place: "island", Runs: ""}}}
}

func storyShown(d release.Deployment) build.DeploymentOut {
	return build.DeploymentOut{Deployment: d, Ref: d.Ref(), RunRef: "run/7", Running: d.Open()}
}

func releaseOps(full bool) []op.Op {
	return []op.Op{
		op.New("release.list", prentice.Look, prentice.Viewer, "List releases.", func(context.Context, op.Call, struct{}) (build.Releases, error) {
			if !full {
				return build.Releases{}, nil
			}
			old := storyRelease().ReleaseOut
			old.Version, old.Ref, old.Migration, old.Places = "1.3", "release/checkout@1.3", "", nil
			return build.Releases{Releases: []build.ReleaseOut{storyRelease().ReleaseOut, old}}, nil
		}),
		op.New("release.show", prentice.Look, prentice.Viewer, "Show a release.", func(context.Context, op.Call, struct {
			Release string `json:"release"`
		}) (build.ReleaseShown, error) {
			return storyRelease(), nil
		}),
		op.New("deployment.show", prentice.Look, prentice.Viewer, "Show a deployment.", func(_ context.Context, _ op.Call, in struct {
			Deployment string `json:"deployment"`
		}) (build.DeploymentOut, error) {
			if in.Deployment == "5" {
				return storyShown(storyDeployment(5, "1.4", "production", "", 3*time.Minute, 0)), nil
			}
			d := storyDeployments[2]
			d.Fixes, d.Fault = "deployment/2", &release.Fault{At: ago(100 * time.Hour), By: "person/bob", Reason: "invoices are sent twice"}
			return storyShown(d), nil
		}),
		op.New("delivery.show", prentice.Look, prentice.Viewer, "Show the delivery figures.", func(context.Context, op.Call, struct {
			Since string `json:"since,omitempty"`
		}) (build.Delivery, error) {
			list := storyDeployments
			if !full {
				list = nil
			}
			return build.Delivery{Place: "production", Figures: release.Measure(list, release.Window{From: ago(30 * 24 * time.Hour), To: noon})}, nil
		}),
	}
}

var releaseStories = []story{
	{name: "releases", path: "/releases", who: "ann", lists: true},
	{name: "release", path: "/releases/checkout@1.4", who: "ann"},
	{name: "deployment", path: "/deployments/3", who: "ann"},
	{name: "deployment-going-on", path: "/deployments/5", who: "ann"},
	{name: "delivery", path: "/delivery", who: "ann"},
}
