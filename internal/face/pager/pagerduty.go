package pager

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"prentice"
)

// pagerDuty is an event of the Events API v2.
type pagerDuty struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Client     string `json:"client"`
	ClientURL  string `json:"client_url"`
	Payload    *struct {
		Summary   string `json:"summary"`
		Source    string `json:"source"`
		Severity  string `json:"severity"`
		Timestamp string `json:"timestamp"`
		Component string `json:"component"`
		Group     string `json:"group"`
		Class     string `json:"class"`
		Details   any    `json:"custom_details"`
	} `json:"payload"`
	Links []struct {
		Href string `json:"href"`
		Text string `json:"text"`
	} `json:"links"`
	Images []struct {
		Src  string `json:"src"`
		Href string `json:"href"`
	} `json:"images"`
}

const (
	mostKey = 255
	fromPD  = "pagerduty/events"
)

// enqueue is POST /v2/enqueue.
func (f *face) enqueue(w http.ResponseWriter, r *http.Request) {
	in, actor, ok := f.pagerDuty(w, r)
	if !ok {
		return
	}
	if wrong := in.wrong(); len(wrong) > 0 {
		invalidEvent(w, wrong...)
		return
	}
	if in.DedupKey == "" {
		in.DedupKey = f.NewID()
	}
	var err error
	switch in.Action {
	case "acknowledge":
		err = f.Acknowledge(r.Context(), actor, fromPD, printOf(in.DedupKey))
	default:
		var e prentice.Event
		if e, err = in.alert().event(in.Action == "resolve"); err == nil {
			err = f.Send(r.Context(), actor, e)
		}
	}
	if err != nil {
		f.refusePD(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, map[string]string{"status": "success", "message": "Event processed", "dedup_key": in.DedupKey})
}

// change is POST /v2/change/enqueue: what was deployed or changed, which is kept as an event.
func (f *face) change(w http.ResponseWriter, r *http.Request) {
	in, actor, ok := f.pagerDuty(w, r)
	if !ok {
		return
	}
	if in.Payload == nil || in.Payload.Summary == "" {
		invalidEvent(w, "'payload.summary' is missing or blank")
		return
	}
	a := alert{source: "pagerduty/changes", links: map[string]string{}}
	a.flat(in.Payload.Details)
	for _, l := range in.Links {
		a.link(l.Text, l.Href)
	}
	raw, err := json.Marshal(map[string]any{"summary": clip(in.Payload.Summary, 1024), "source": clip(in.Payload.Source, 255), "labels": a.labels, "annotations": a.annotations, "links": a.links})
	e := prentice.Event{Source: a.source, Type: "deploy.reported", ID: f.NewID(), Time: in.at(), Data: raw}
	if service := a.labels["service"]; prentice.ValidName(service) {
		e.Subject = prentice.NewRef("service", service)
	}
	if err == nil {
		err = f.Send(r.Context(), actor, e)
	}
	if err != nil {
		f.refusePD(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, map[string]string{"status": "success", "message": "Change event processed"})
}

// pagerDuty reads an event and says whose key it brings.
func (f *face) pagerDuty(w http.ResponseWriter, r *http.Request) (in pagerDuty, actor prentice.Actor, ok bool) {
	text, err := body(w, r)
	if err != nil {
		f.refusePD(w, r, err)
		return in, actor, false
	}
	if json.Unmarshal(text, &in) != nil {
		invalidEvent(w, "the body is no JSON object of an event")
		return in, actor, false
	}
	if in.RoutingKey == "" {
		in.RoutingKey = r.Header.Get("X-Routing-Key")
	}
	actor, err = f.sender(r.Context(), in.RoutingKey)
	if err != nil {
		f.refusePD(w, r, err)
		return in, actor, false
	}
	return in, actor, true
}

// wrong says what is wrong with an event.
func (in pagerDuty) wrong() (list []string) {
	if len(in.DedupKey) > mostKey {
		list = append(list, fmt.Sprintf("Length of 'dedup_key' is incorrect (should be at most %d)", mostKey))
	}
	switch in.Action {
	case "acknowledge", "resolve":
		if in.DedupKey == "" {
			list = append(list, "'dedup_key' is missing or blank")
		}
		return list
	case "trigger":
	default:
		return append(list, "'event_action' must be one of trigger, acknowledge, resolve")
	}
	if in.Payload == nil {
		return append(list, "'payload' is missing or blank")
	}
	if in.Payload.Summary == "" {
		list = append(list, "'payload.summary' is missing or blank")
	}
	if in.Payload.Source == "" {
		list = append(list, "'payload.source' is missing or blank")
	}
	switch in.Payload.Severity {
	case "critical", "error", "warning", "info":
	default:
		list = append(list, "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
	}
	return list
}

func (in pagerDuty) at() time.Time {
	if in.Payload == nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339Nano, in.Payload.Timestamp) // one that cannot be read is none
	return at
}

func (in pagerDuty) alert() alert {
	a := alert{source: fromPD, key: in.DedupKey, name: "PagerDuty event", at: in.at()}
	if in.Payload == nil {
		return a
	}
	p := in.Payload
	a.flat(p.Details)
	a.summary, a.severity = p.Summary, p.Severity
	for name, value := range map[string]string{"source": p.Source, "component": p.Component, "group": p.Group, "class": p.Class, "client": in.Client} {
		if value != "" {
			a.labels[name] = value
		}
	}
	if p.Class != "" {
		a.name = p.Class
	}
	if a.labels["service"] == "" && p.Component != "" {
		a.labels["service"] = p.Component
	}
	a.link("client", in.ClientURL)
	for _, l := range in.Links {
		a.link(l.Text, l.Href)
	}
	for _, i := range in.Images {
		a.link("image", i.Src)
	}
	return a
}

func invalidEvent(w http.ResponseWriter, wrong ...string) {
	answer(w, http.StatusBadRequest, map[string]any{"status": "invalid event", "message": "Event object is invalid", "errors": wrong})
}

// refusePD answers with an error as the Events API does: it has 400, 413, 429 and 5xx.
func (f *face) refusePD(w http.ResponseWriter, r *http.Request, err error) {
	status, says := f.statusOf(r, err)
	switch {
	case errors.Is(err, errTooMany):
		answer(w, status, map[string]any{"status": "throttle exceeded", "message": "Requests for this service are arriving too quickly. Please retry later."})
	case status == http.StatusUnauthorized:
		invalidEvent(w, "'routing_key' is invalid: "+says)
	case status == http.StatusBadRequest || status == http.StatusForbidden || status == http.StatusConflict:
		invalidEvent(w, says)
	default:
		answer(w, status, map[string]any{"status": "error", "message": says})
	}
}
