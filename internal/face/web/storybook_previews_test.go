package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/op"
	"prentice/internal/skill/previews"
)

func previewOps(full bool) []op.Op {
	link := func(n int64, state, note string, uses, used int) previews.LinkOut {
		return previews.LinkOut{Link: preview.Link{Number: n, Env: "e12xab3de", Note: note, By: "person/ann", Made: ago(50 * time.Hour), Ends: noon.Add(100 * time.Hour), Uses: uses, Used: used}, Of: "env/e12xab3de", State: state}
	}
	asked := func(d time.Duration, method, path string, status int, who prentice.Ref) preview.Asked {
		return preview.Asked{At: ago(d), Method: method, Path: path, Service: "web", Status: status, Bytes: 4211, Took: 12 * time.Millisecond, Who: who}
	}
	return []op.Op{
		op.New("link.list", prentice.Look, prentice.Viewer, "List share links.", func(_ context.Context, _ op.Call, in struct {
			All bool `json:"all,omitempty"`
		}) (previews.LinkList, error) {
			if !full {
				return previews.LinkList{}, nil
			}
			list := []previews.LinkOut{link(9, "good", "for the finance team, who asked for the new way to pay by invoice and will look at it before the end of the month", 0, 14), link(8, "used up", "", 1, 1)}
			if in.All {
				list = append(list, link(7, "revoked", "for the demo", 5, 2), link(3, "ended", "", 0, 0))
			}
			return previews.LinkList{Links: list}, nil
		}),
		op.New("link.revoke", prentice.Change, prentice.Operator, "Take a link back.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("preview.requests", prentice.Look, prentice.Viewer, "Show what was asked.", func(_ context.Context, _ op.Call, in struct {
			Env string `json:"env"`
		}) (previews.Requests, error) {
			out := previews.Requests{Env: prentice.NewRef("env", in.Env), Address: "http://change-42.preview.localhost:7400"}
			if full {
				out.Requests = []preview.Asked{asked(2*time.Second, "GET", "/orders/2026/11/an-order-with-a-long-name-that-does-not-end-soon", 200, "link/9"), asked(time.Minute, "POST", "/login", 303, "person/ann"), asked(2*time.Minute, "GET", "/<script>alert(1)</script>", 404, "link/9")}
			}
			return out, nil
		}),
	}
}

var previewStories = []story{
	{name: "links", path: "/previews/links", who: "ann", lists: true},
	{name: "links-all", path: "/previews/links?all=true", who: "ann"},
	{name: "requests", path: "/previews/e12xab3de/requests", who: "ann", lists: true},
}
