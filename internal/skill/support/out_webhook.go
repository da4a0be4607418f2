package support

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/op"
)

// WebhookOut is a program outside that is told of events, and how it stands.
type WebhookOut struct {
	Name         string         `json:"name"`
	State        string         `json:"state"` // listening, failing, disabled or blocked
	Problem      string         `json:"problem,omitempty"`
	URL          string         `json:"url,omitempty"`
	URLSecret    string         `json:"url_secret,omitempty"` // its name
	Secret       string         `json:"secret"`               // its name
	Events       []string       `json:"events"`
	About        []prentice.Ref `json:"about,omitempty"`
	DisableAfter time.Duration  `json:"disable_after"`
	Failing      time.Time      `json:"failing,omitzero"` // since when it took nothing
	Disabled     time.Time      `json:"disabled,omitzero"`
	DisabledBy   prentice.Ref   `json:"disabled_by,omitempty"`
	Sent         int64          `json:"sent"`
	Waiting      int64          `json:"waiting"`
	Held         int64          `json:"held"`
	Dead         int64          `json:"dead"`
	At           prentice.Pos   `json:"at"`
}

// WebhookList is those of the team.
type WebhookList struct {
	Webhooks []WebhookOut `json:"webhooks"`
}

// Table implements op.Tabler.
func (l WebhookList) Table() (head []string, rows [][]string) {
	for _, w := range l.Webhooks {
		n := func(n int64) string { return strconv.FormatInt(n, 10) }
		rows = append(rows, []string{w.Name, states[w.State].Sign + " " + w.State, strings.Join(w.Events, " "), n(w.Sent), n(w.Waiting + w.Held), n(w.Dead), w.Problem})
	}
	return []string{"WEBHOOK", "STATE", "EVENTS", "SENT", "TO SEND", "GIVEN UP", "PROBLEM"}, rows
}

// Empty implements op.Emptier.
func (l WebhookList) Empty() string {
	return "No program outside is told of events. Name the first in webhooks.yaml in the team folder, such as: webhooks: [{name: deployer, url: https://deploy.example.com/landed, secret: deployer-key, events: [change.landed]}]"
}

// WebhookShown is a webhook with what was sent to it.
type WebhookShown struct {
	WebhookOut
	Deliveries []outgoing.Delivery `json:"deliveries"`     // the newest first
	More       int64               `json:"more,omitempty"` // there are older ones before this number
}

// Text implements op.Texter.
func (w WebhookShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "webhook/%s  %s %s\n", w.Name, states[w.State].Sign, w.State)
	if w.Problem != "" {
		fmt.Fprintf(&b, "Problem   %s\n", w.Problem)
	}
	fmt.Fprintf(&b, "Address   %s\nEvents    %s\n", w.whither(), strings.Join(w.Events, ", "))
	if len(w.About) > 0 {
		fmt.Fprintf(&b, "About     %s\n", refWords(w.About))
	}
	fmt.Fprintf(&b, "Secret    %s\n\nDeliveries\n", w.Secret)
	for _, d := range w.Deliveries {
		fmt.Fprintf(&b, "  %d  %s  %s %s  %s%s, %s%s\n", d.Number, op.At(d.Created), states["delivery."+string(d.State)].Sign, d.State, d.Type, joined(" ", string(d.Subject)), op.Count(d.Attempts, "try", "tries"), joined(": ", d.Says))
	}
	if len(w.Deliveries) == 0 {
		b.WriteString("  nothing yet\n")
	}
	return b.String()
}

func (w WebhookOut) whither() string {
	if w.URLSecret != "" {
		return "in the secret " + w.URLSecret
	}
	return w.URL
}

// OutgoingOut is a delivery to a webhook.
type OutgoingOut struct{ outgoing.Delivery }

// Text implements op.Texter.
func (d OutgoingOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Delivery %d to webhook/%s, %s %s%s\n", d.Number, d.Endpoint, states["delivery."+string(d.State)].Sign, d.State, joined(": ", d.Says))
	fmt.Fprintf(&b, "Event     %s, %s%s\nId        %s\nTries     %d\n", d.Event, d.Type, joined(" ", string(d.Subject)), d.ID, d.Attempts)
	if !d.Due.IsZero() {
		fmt.Fprintf(&b, "Next try  %s\n", op.At(d.Due))
	}
	fmt.Fprintf(&b, "\n%s\n", d.Body)
	return b.String()
}

// WebhookDone is what was done with a webhook.
type WebhookDone struct {
	Name string `json:"name"`
	Done string `json:"done"`
}

// Text implements op.Texter.
func (w WebhookDone) Text() string { return fmt.Sprintf("The webhook %s %s.\n", w.Name, w.Done) }

var (
	_ op.Tabler  = WebhookList{}
	_ op.Emptier = WebhookList{}
	_ op.Texter  = WebhookShown{}
	_ op.Texter  = OutgoingOut{}
	_ op.Texter  = WebhookDone{}
)
