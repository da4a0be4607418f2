package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
	"prentice/internal/skill/environments"
)

var storyEnvs = []environments.EnvOut{
	{Ref: "env/e14xk3qa", ID: "e14xk3qa", Number: 14, State: environment.Ready, Repository: "shop", Commit: "4f0c2d9e7a4f0c2d9e7a4f0c2d9e7a4f0c2d9e7a", Change: "change/42", PatchSet: 3, Purpose: "try the new basket", By: "person/ann", Backend: "sandbox",
		Asked: ago(2 * time.Hour), ReadyAt: ago(2 * time.Hour), Ends: ago(-22 * time.Hour), Address: "http://change-42.preview.localhost:7444/",
		Services: []environment.Seen{{Service: "db", State: environment.Well, Since: ago(2 * time.Hour), Version: "PostgreSQL 15.18"}, {Service: "migrate", State: environment.Done}, {Service: "web", State: environment.Unwell, Says: "GET /healthz answers 503", Since: ago(time.Hour), Restarts: 3}}},
	{Ref: "env/e13xpw0b", ID: "e13xpw0b", Number: 13, State: environment.Failed, Says: "migrate ended with code 3", Repository: "a-service-with-quite-a-long-name", At: "feature/baskets-of-the-summer", Commit: "9e7a4f0c2d", By: "agent/preview", Backend: "podman", Asked: ago(3 * time.Hour), Ends: ago(-21 * time.Hour)},
	{Ref: "env/e15xvv2c", ID: "e15xvv2c", Number: 15, State: environment.Queued, Turn: 1, Says: "waits at place 1: 2 are made at the same moment, which is the most", Repository: "shop", At: "main", Commit: "0c2d9e7a4f", By: "person/bob", Backend: "sandbox", Asked: ago(time.Minute), Ends: ago(-24 * time.Hour)},
}

var storyPlaces = []environments.PlaceOut{
	{Ref: "place/stage", Name: "stage", Kind: "stage", Service: "service/shop", Address: "https://stage.example.com", Leased: true, State: "held", Waiting: 1,
		Lease:    &environments.LeaseOut{Holder: "person/ann", Purpose: "try the new basket with the payment provider", Change: "change/42", Digest: "sha256:4f0c", Asked: ago(time.Hour), Began: ago(time.Hour), Ends: ago(-time.Hour)},
		Deployed: []environments.Deployed{{Place: "stage", Service: "service/shop", Version: "1.4.2", At: ago(26 * time.Hour), State: "deployed", By: "person/bob"}}},
	{Ref: "place/production", Name: "production", Kind: "production", Says: "what users have", State: "open", Deployed: []environments.Deployed{{Place: "production", Service: "service/shop", Version: "1.4.1", At: ago(60 * time.Hour), State: "deployed", By: "person/bob"}}},
}

func environmentOps(full bool) []op.Op {
	type listIn struct {
		All bool `json:"all,omitempty"`
	}
	type envIn struct {
		Env string `json:"env"`
	}
	return []op.Op{
		op.New("env.list", prentice.Look, prentice.Viewer, "List environments.", func(context.Context, op.Call, listIn) (environments.EnvList, error) {
			if !full {
				return environments.EnvList{}, nil
			}
			return environments.EnvList{Envs: storyEnvs, Places: storyPlaces}, nil
		}),
		op.New("env.show", prentice.Look, prentice.Viewer, "Show an environment.", func(_ context.Context, _ op.Call, in envIn) (environments.EnvShown, error) {
			out := environments.EnvShown{EnvOut: storyEnvs[0], Extends: ago(-160 * time.Hour), Spec: []environments.ServiceOut{
				{Name: "db", Image: "postgres:15", Provider: "postgresql", Ports: []int{5432}, Secrets: []string{"shop-db"}},
				{Name: "migrate", Built: true, After: []string{"db (healthy)"}, Once: true},
				{Name: "web", Built: true, After: []string{"db (healthy)", "migrate (completed_successfully)"}, Ports: []int{8080, 9090}}},
				Addresses: []environments.Address{{Service: "web", URL: "http://change-42.preview.localhost:7444/"}},
				Use:       &environments.UseOut{Memory: 212 << 20, Disk: 48 << 20, CPU: 41 * time.Second, Processes: 14}}
			if in.Env == "e13xpw0b" {
				out = environments.EnvShown{EnvOut: storyEnvs[1], Extends: ago(-160 * time.Hour)}
			}
			return out, nil
		}),
		op.New("env.logs", prentice.Look, prentice.Viewer, "Show what was printed.", func(context.Context, op.Call, envIn) (environments.Logs, error) {
			return environments.Logs{Env: "env/e14xk3qa", Services: []environments.Printed{{Service: "web", Lines: []string{"listens at :8080", "GET /basket 200 <b>12ms</b>"}, More: 40}, {Service: "migrate", Lines: []string{}}}}, nil
		}),
		op.New("env.place", prentice.Look, prentice.Viewer, "Show a place.", func(_ context.Context, _ op.Call, in struct {
			Place string `json:"place"`
		}) (environments.PlaceShown, error) {
			if in.Place == "production" {
				return environments.PlaceShown{PlaceOut: storyPlaces[1]}, nil
			}
			drifted := storyPlaces[0]
			drifted.Drift = []environments.Difference{{Service: "shop", What: "version", A: "1.4.2", B: "1.4.3"}, {Service: "shop", What: "digest", A: "sha256:4f0c2d9e7a4f", B: "sha256:9d029d029d02"}}
			return environments.PlaceShown{PlaceOut: drifted, Longest: 8 * time.Hour,
				Queue: []environments.LeaseOut{{Holder: "person/bob", Purpose: "load test of the search", Asked: ago(20 * time.Minute)}},
				Past:  []environments.LeaseOut{{Holder: "person/carla", Purpose: "payment provider changes its certificate", Began: ago(30 * time.Hour), Ends: ago(26 * time.Hour)}}}, nil
		}),
		op.New("env.create", prentice.Change, prentice.Operator, "Make an environment.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("env.extend", prentice.Change, prentice.Operator, "Let it last longer.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("env.stop", prentice.Change, prentice.Operator, "Stop it.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("env.lease", prentice.Change, prentice.Operator, "Take a place.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("env.release", prentice.Change, prentice.Operator, "Give a place back.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
	}
}

var environmentStories = []story{
	{name: "environments", path: "/environments", who: "ann", lists: true},
	{name: "environment", path: "/environments/e14xk3qa", who: "ann"},
	{name: "environment-failed", path: "/environments/e13xpw0b", who: "ann"},
	{name: "environment-logs", path: "/environments/e14xk3qa/logs", who: "ann"},
	{name: "place", path: "/places/stage", who: "ann"},
	{name: "place-open", path: "/places/production", who: "ann"},
}
