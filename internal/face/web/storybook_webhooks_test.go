package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/op"
	"prentice/internal/skill/support"
)

var someWebhooks = []support.WebhookOut{
	{Name: "chat-bot", State: "failing", Problem: "it answered 503", URL: "https://bot.example.org/in", Secret: "bot-key", Events: []string{"incident.*"}, Failing: ago(3 * time.Hour), DisableAfter: 5 * 24 * time.Hour, Sent: 81, Waiting: 4, At: prentice.Pos{File: "webhooks.yaml", Line: 7}},
	{Name: "deployer", State: "listening", URL: "https://deploy.example.org/landed", Secret: "deployer-key", Events: []string{"change.landed", "queue.*"}, About: []prentice.Ref{"repository/shop"}, DisableAfter: 5 * 24 * time.Hour, Sent: 104, At: prentice.Pos{File: "webhooks.yaml", Line: 2}},
	{Name: "data-store-of-the-whole-department", State: "disabled", Problem: "it has taken nothing since 2026-11-20 09:12 UTC: the name store.example.org is not known", URLSecret: "store-url", Secret: "store-key", Events: []string{"*"}, Disabled: ago(30 * time.Hour), DisabledBy: "self/prentice", DisableAfter: 5 * 24 * time.Hour, Sent: 12044, Held: 311, Dead: 2},
}

var someOutgoing = []outgoing.Delivery{
	{Number: 420, ID: "evt_5f2a9c01d4e87b365f2a9c01d4e87b36", Endpoint: "deployer", Event: "event/412", Type: "change.landed", Subject: "change/12", State: outgoing.Waiting, Attempts: 3, Says: "it answered 503", Created: ago(2 * time.Minute), Due: ago(-time.Minute)},
	{Number: 419, ID: "evt_1f2a9c01d4e87b365f2a9c01d4e87b36", Endpoint: "deployer", Event: "event/404", Type: "queue.ejected", Subject: "change/11", State: outgoing.Sent, Attempts: 1, Created: ago(time.Hour), Ended: ago(time.Hour)},
	{Number: 407, ID: "evt_2f2a9c01d4e87b365f2a9c01d4e87b36", Endpoint: "deployer", Event: "event/391", Type: "change.landed", Subject: "change/9", State: outgoing.Dead, Attempts: 20, Says: "it answered 307, and redirects are not followed", Created: ago(9 * 24 * time.Hour), Ended: ago(5 * 24 * time.Hour)},
}

func webhookOps(full bool) []op.Op {
	type named struct {
		Name string `json:"name"`
	}
	done := func(context.Context, op.Call, named) (support.WebhookDone, error) { return support.WebhookDone{}, nil }
	return []op.Op{
		op.New("webhook.list", prentice.Look, prentice.Viewer, "List webhooks.", func(context.Context, op.Call, struct{}) (support.WebhookList, error) {
			if !full {
				return support.WebhookList{}, nil
			}
			return support.WebhookList{Webhooks: someWebhooks}, nil
		}),
		op.New("webhook.show", prentice.Look, prentice.Viewer, "Show a webhook.", func(_ context.Context, _ op.Call, in struct {
			Name   string `json:"name"`
			Before int64  `json:"before,omitempty"`
		}) (support.WebhookShown, error) {
			if in.Name == "store" {
				return support.WebhookShown{WebhookOut: someWebhooks[2]}, nil
			}
			return support.WebhookShown{WebhookOut: someWebhooks[1], Deliveries: someOutgoing, More: 407}, nil
		}),
		op.New("webhook.delivery", prentice.Look, prentice.Operator, "Show a delivery.", func(context.Context, op.Call, struct {
			Number string `json:"number"`
		}) (support.OutgoingOut, error) {
			d := someOutgoing[0]
			d.Body = `{"specversion":"1.0","id":"landing/7 change/12","source":"prentice/queue","type":"change.landed","subject":"change/12","time":"2026-11-30T09:12:44Z","datacontenttype":"application/json","sequence":"412","data":{"repository":"shop","branch":"main","title":"<b>count once</b>"}}`
			return support.OutgoingOut{Delivery: d}, nil
		}),
		op.New("webhook.test", prentice.Change, prentice.Operator, "Send a test.", done),
		op.New("webhook.enable", prentice.Change, prentice.Operator, "Enable.", done),
		op.New("webhook.disable", prentice.Change, prentice.Operator, "Disable.", func(context.Context, op.Call, struct {
			named
			Reason string `json:"reason"`
		}) (support.WebhookDone, error) {
			return support.WebhookDone{}, nil
		}),
		op.New("webhook.replay", prentice.Change, prentice.Operator, "Send again.", func(context.Context, op.Call, struct {
			What string `json:"what"`
		}) (support.WebhookDone, error) {
			return support.WebhookDone{}, nil
		}),
	}
}

var webhookStories = []story{
	{name: "webhooks", path: "/webhooks", who: "ann", lists: true},
	{name: "webhook", path: "/webhooks/deployer", who: "ann"},
	{name: "webhook-disabled", path: "/webhooks/store", who: "ann"},
	{name: "webhook-delivery", path: "/webhook-deliveries/420", who: "ann"},
}
