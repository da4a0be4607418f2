package support

import (
	"strings"

	"prentice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

func tellWebhook(_ prentice.Ref, w WebhookShown) (op.Told, error) {
	t := op.Told{Title: "webhook/" + w.Name}
	t.What.Add("A program outside is told of %s, at the address %s", strings.Join(w.Events, ", "), w.whither())
	if len(w.About) > 0 {
		t.What.Add("Only of what is about %s", refWords(w.About))
	}
	t.What.Add("What is sent is signed with the secret %s, as Standard Webhooks says", w.Secret)
	switch w.State {
	case "disabled":
		t.Why.Add("It is disabled since %s, and is sent nothing: %s", op.At(w.Disabled), w.Problem)
		t.Offer("webhook.enable", w.Name, "send to it again, what was held first")
	case "failing":
		t.Why.Add("It has taken nothing since %s: %s; after %s of that it is disabled", op.At(w.Failing), w.Problem, span.String(w.DisableAfter))
	case "blocked":
		t.Why.Add("Nothing can be sent to it: %s", w.Problem)
	default:
		t.Why.Add("It takes what it is sent")
	}
	t.Happened = []op.Happening{}
	for i := len(w.Deliveries) - 1; i >= 0 && len(t.Happened) < 20; i-- {
		d := w.Deliveries[i]
		t.Happened = append(t.Happened, op.Happening{At: d.Created, Says: string(d.Event) + ", " + d.Type + ": " + string(d.State), By: "self/prentice"})
	}
	for _, d := range w.Deliveries {
		if d.State == outgoing.Sent && d.Attempts > 1 {
			t.Uncertain.Add("A delivery that was tried more than once may have been taken more than once: a receiver knows it by its id")
			break
		}
	}
	t.Offer("webhook.show", w.Name, "see what was sent, and what became of it")
	t.Offer("webhook.test", w.Name, "see whether it takes an event")
	return t, nil
}
