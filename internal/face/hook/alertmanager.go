package hook

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"prentice"
)

// notification is Alertmanager's webhook, version 4
// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
// What it says of the group as a whole is said of each alert again.
type notification struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int64             `json:"truncatedAlerts"`
	Status            string            `json:"status"`
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []json.RawMessage `json:"alerts"`
}

// alert is one of its alerts.
type alert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

var (
	notificationKeys = []string{"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts"}
	alertKeys        = []string{"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"}
)

// alertmanager takes a notification: each alert becomes an event.
func (f *face) alertmanager(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	if mediaType(r) != "application/json" {
		f.refuse(w, r, wrongType(r, "application/json, as Alertmanager does"))
		return
	}
	body, err := read(w, r, MostBytes)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	events, ignored, err := alertsOf(body)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	f.send(w, r, actor, events, ignored)
}

func alertsOf(body []byte) ([]prentice.Event, []string, error) {
	var n notification
	ignored, err := object(body, &n, "", notificationKeys)
	switch {
	case err != nil:
		return nil, nil, err
	case n.Version != "4":
		return nil, nil, invalid("send Alertmanager's webhook version 4", "version %q is not known", clip(n.Version))
	case len(n.Alerts) > MostAlerts:
		e := prentice.Errorf(prentice.Limited, "the notification has %d alerts", len(n.Alerts)).Try("set max_alerts: %d in Alertmanager's webhook_config", MostAlerts)
		return nil, nil, withStatus{e, http.StatusRequestEntityTooLarge}
	}
	events := []prentice.Event{}
	for _, raw := range n.Alerts {
		var a alert
		unused, err := object(raw, &a, "alerts.", alertKeys)
		if err != nil {
			return nil, nil, err
		}
		e, err := n.event(a)
		if err != nil {
			return nil, nil, err
		}
		events, ignored = append(events, e), append(ignored, unused...)
	}
	if n.TruncatedAlerts > 0 {
		ignored = append(ignored, fmt.Sprintf("%d alerts that Alertmanager left out", n.TruncatedAlerts))
	}
	slices.Sort(ignored)
	return events, slices.Compact(ignored), nil
}

// object reads a JSON object and names the keys that nobody knows. They are not
// refused: an Alertmanager that says more than we know still says what matters,
// and an alert that was refused wakes nobody.
func object(raw []byte, to any, path string, keys []string) (ignored []string, err error) {
	members, err := membersOf(raw)
	if err != nil {
		return nil, err
	}
	used := map[string]json.RawMessage{} // a key in other letters is another key
	for _, m := range members {
		if slices.Contains(keys, m.key) {
			used[m.key] = m.value
		} else {
			ignored = append(ignored, path+clip(m.key))
		}
	}
	known, err := json.Marshal(used)
	if err == nil {
		err = json.Unmarshal(known, to)
	}
	if err != nil {
		return nil, invalid("send it as Alertmanager does", "the notification is not as it should be: %v", err)
	}
	return ignored, nil
}

// event is an alert as an event. Its id is the alert's fingerprint with the time
// at which it began to fire, so that a notification that is repeated is known,
// and the same alert firing another day is news.
func (n notification) event(a alert) (prentice.Event, error) {
	e := prentice.Event{Source: n.source(), Type: "alert." + a.Status, Time: a.StartsAt}
	switch a.Status {
	case "firing":
	case "resolved":
		e.Time = a.EndsAt
	default:
		return e, invalid("send firing or resolved", "the status of an alert is %q", clip(a.Status))
	}
	if name := a.Labels["service"]; prentice.ValidName(name) {
		e.Subject = prentice.NewRef("service", name)
	}
	id := a.Fingerprint
	if id == "" {
		id = printOf(a.Labels)
	}
	e.ID = fmt.Sprintf("%s %s %s", id, a.Status, a.StartsAt.UTC().Format(time.RFC3339Nano))
	data := map[string]any{
		"alertname": a.Labels["alertname"], "fingerprint": id, "labels": a.Labels, "annotations": a.Annotations, "receiver": n.Receiver,
		"starts": a.StartsAt.UTC().Format(time.RFC3339Nano), "generator": a.GeneratorURL,
	}
	if says := a.Annotations["summary"]; says != "" {
		data["summary"] = says
	}
	if a.Status == "resolved" {
		data["ends"] = a.EndsAt.UTC().Format(time.RFC3339Nano)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return e, invalid("send it as Alertmanager does", "an alert cannot be written down: %v", err)
	}
	e.Data = raw
	return e, checked(e)
}

// source is which Alertmanager speaks. The name that it gives itself is its
// host's, in front of which stands ours, so that it can claim no other's.
func (n notification) source() string {
	if u, err := url.Parse(n.ExternalURL); err == nil && u.Host != "" && len(u.Host) <= 200 {
		return "alertmanager/" + u.Host
	}
	return "alertmanager"
}

// printOf is a fingerprint for an alert that brings none.
func printOf(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&b, "%q=%q,", name, labels[name])
	}
	return prentice.Digest([]byte(b.String()))[len("sha256:"):][:16]
}
