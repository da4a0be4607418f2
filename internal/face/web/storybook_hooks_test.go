package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/webhook"
	"prentice/internal/op"
	"prentice/internal/skill/support"
)

var someHooks = []support.HookOut{
	{Name: "forge", State: "received", Sender: "github", Secret: "forge-hook", HeldBy: []prentice.Ref{"person/ann", "person/olga"}, Address: "https://ops.example.org/v1/hook/forge", Rate: 120, Largest: 256 << 10,
		Maps: []webhook.Mapping{{When: "headers['x-github-event'] == 'ping'", Ignore: true}, {When: "body.action == 'completed' && body.workflow_run.conclusion == 'failure'", Type: "'ci.failed'", Subject: "'service/' + body.repository.name"}},
		Last: ago(2 * time.Minute), Verdict: "event", At: prentice.Pos{File: "hooks.yaml", Line: 2}},
	{Name: "billing-provider-of-the-shop", State: "blocked", Sender: "stripe", Secret: "billing", Header: "stripe-signature", Problem: "the secret billing has no value → set it: prentice secret set billing -", Address: "https://ops.example.org/v1/hook/billing-provider-of-the-shop", Rate: 120, Largest: 256 << 10},
	{Name: "nightly", State: "waited for", Sender: "token", Address: "https://ops.example.org/v1/hook/nightly", Rate: 10, Largest: 1000, At: prentice.Pos{File: "hooks.yaml", Line: 20}},
}

var someDeliveries = []webhook.Delivery{
	{Number: 41, Hook: "forge", At: ago(2 * time.Minute), Last: ago(time.Minute), Times: 2, Verdict: webhook.Became, Says: "mapping 2 (line 8)", Event: "event/412", Sender: "agent/hook:forge"},
	{Number: 40, Hook: "forge", At: ago(9 * time.Minute), Last: ago(9 * time.Minute), Times: 1, Verdict: webhook.Unmapped, Says: "no mapping fits; mapping 2 (line 8): when: no such key: workflow_run", Sender: "agent/hook:forge"},
	{Number: 39, Hook: "forge", At: ago(time.Hour), Last: ago(time.Hour), Times: 1, Verdict: webhook.Ignored, Says: "mapping 1 (line 6) ignores it", Sender: "agent/hook:forge"},
}

func hookOps(full bool) []op.Op {
	return []op.Op{
		op.New("hook.list", prentice.Look, prentice.Viewer, "List webhooks.", func(context.Context, op.Call, struct{}) (support.HookList, error) {
			if !full {
				return support.HookList{}, nil
			}
			return support.HookList{Hooks: someHooks}, nil
		}),
		op.New("hook.show", prentice.Look, prentice.Viewer, "Show a webhook.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (support.HookShown, error) {
			if in.Name == "nightly" {
				return support.HookShown{HookOut: someHooks[2], Setup: []string{"Let the sender post to " + someHooks[2].Address}, Try: "curl -fsS " + someHooks[2].Address}, nil
			}
			return support.HookShown{HookOut: someHooks[0], Deliveries: someDeliveries,
				Setup:   []string{"Make a secret and keep it here: openssl rand -hex 32 | tee /dev/tty | prentice secret set forge-hook -", "In GitHub: Settings, Webhooks, Add webhook. Payload URL: https://ops.example.org/v1/hook/forge"},
				Try:     "BODY='{\"hello\":\"world\"}'\ncurl -fsS https://ops.example.org/v1/hook/forge -H 'Content-Type: application/json' -H 'X-GitHub-Event: ping' -H \"X-Hub-Signature-256: sha256=$(printf %s \"$BODY\" | openssl dgst -sha256 -hmac \"$SECRET\" -r | cut -d' ' -f1)\" -d \"$BODY\"",
				Refused: []webhook.Refusal{{Why: "not proven", Says: "the signature does not fit → give the sender the same secret as prentice has", Times: 1204, First: ago(30 * time.Hour), Last: ago(3 * time.Hour)}}}, nil
		}),
		op.New("hook.delivery", prentice.Look, prentice.Operator, "Show a delivery.", func(context.Context, op.Call, struct {
			Number string `json:"number"`
		}) (support.DeliveryOut, error) {
			d := someDeliveries[1]
			d.Message = &webhook.Shown{Headers: map[string]string{"content-type": "application/json", "x-github-event": "star"}, Body: "{\n  \"action\": \"created\",\n  \"sender\": {\n    \"login\": \"a-human\",\n    \"token\": \"*****\"\n  }\n}", Bytes: 88}
			return support.DeliveryOut{Delivery: d}, nil
		}),
	}
}

var hookStories = []story{
	{name: "hooks", path: "/hooks", who: "ann", lists: true},
	{name: "hook", path: "/hooks/forge", who: "ann"},
	{name: "hook-new", path: "/hooks/nightly", who: "ann"},
	{name: "hook-delivery", path: "/deliveries/40", who: "ann"},
}
