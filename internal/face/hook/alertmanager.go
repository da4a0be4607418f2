package hook

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"prentice"
)

// alert is one alert of a notification. From Values on it is Grafana's alone.
type alert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`

	Values       json.RawMessage `json:"values"`
	ValueString  string          `json:"valueString"`
	DashboardURL string          `json:"dashboardURL"`
	PanelURL     string          `json:"panelURL"`
	SilenceURL   string          `json:"silenceURL"`
	ImageURL     string          `json:"imageURL"`
}

const (
	mostData  = prentice.MaxEventBytes - 64<<10 // of an alert before its long values are cut; what is added must fit too
	longValue = 4 << 10                         // what of a value is kept of an alert that is too large
	mostNames = 100                             // labels or annotations of one that is too large
)

// read reads one alert. What is not used of it is noted.
func (n *notification) read(i int, raw json.RawMessage) (prentice.Event, error) {
	members, err := membersOf(raw)
	if err != nil {
		return prentice.Event{}, err
	}
	var a alert
	if err := pick(members, &a, n.format.alertKeys); err != nil {
		return prentice.Event{}, err
	}
	for _, m := range members {
		if !slices.Contains(n.format.alertKeys, m.key) {
			n.left = append(n.left, "alerts."+clip(m.key))
		}
	}
	if len(raw) > mostData {
		n.left = append(n.left, a.shorten(i)...)
	}
	return n.event(a)
}

// event is an alert as an event. Its id is the alert's fingerprint with the time
// at which it began to fire, so that a notification that is repeated is known,
// and the same alert firing another day is news. Whether it has gone and come
// back in between, the inbox knows.
func (n *notification) event(a alert) (prentice.Event, error) {
	e := prentice.Event{Source: n.source(), Type: "alert." + a.Status, Time: a.StartsAt}
	switch {
	case a.Status != "firing" && a.Status != "resolved":
		return e, invalid("send firing or resolved", "the status of an alert is %q", clip(a.Status))
	case len(a.Labels) == 0:
		return e, invalid("send its labels", "an alert has no labels")
	case a.Status == "resolved":
		e.Time = a.EndsAt
	}
	id := clip(a.Fingerprint)
	if id == "" {
		id = printOf(a.Labels)
	}
	e.ID = fmt.Sprintf("%s %s %s", id, a.Status, stamp(a.StartsAt))
	data := map[string]any{
		"alertname": a.Labels["alertname"], "fingerprint": id, "labels": a.Labels, "annotations": a.Annotations, "receiver": n.Receiver,
		"starts": stamp(a.StartsAt), "generator": a.GeneratorURL,
	}
	maps.DeleteFunc(n.GroupLabels, func(name, value string) bool { return len(name)+len(value) > longValue })
	for name, is := range map[string]any{"group": clipTo(n.GroupKey, 1000), "group_labels": n.GroupLabels, "links": a.links(), "summary": a.summary(), "value_string": clipTo(a.ValueString, 1000)} {
		if fmt.Sprint(is) != "" && fmt.Sprint(is) != "map[]" {
			data[name] = is
		}
	}
	if len(a.Values) > 0 && len(a.Values) <= longValue && string(a.Values) != "null" {
		data["values"] = a.Values
	}
	if n.TruncatedAlerts > 0 {
		data["truncated"] = n.TruncatedAlerts
	}
	if a.Status == "resolved" {
		data["ends"] = stamp(a.EndsAt)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return e, invalid("send it as Alertmanager does", "an alert cannot be written down: %v", err)
	}
	e.Data = raw
	return e, checked(e)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// summary is what the alert says in one line.
func (a alert) summary() string {
	for _, name := range []string{"summary", "message", "description"} {
		if says := a.Annotations[name]; says != "" {
			return clipTo(says, 1000)
		}
	}
	return ""
}

// links are where people read more. Only addresses of pages are links.
func (a alert) links() map[string]string {
	links := map[string]string{"dashboard": a.DashboardURL, "panel": a.PanelURL, "silence": a.SilenceURL, "image": a.ImageURL, "source": a.GeneratorURL, "runbook": a.Annotations["runbook_url"]}
	maps.DeleteFunc(links, func(_, address string) bool {
		u, err := url.Parse(address)
		return err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(address) > 2000
	})
	return links
}

// shorten cuts the long values of an alert that is too large to be kept, and names
// them. What it is about is kept: that is what tells it from others.
func (a *alert) shorten(i int) (cut []string) {
	for what, texts := range map[string]map[string]string{"labels": a.Labels, "annotations": a.Annotations} {
		for k, name := range slices.Sorted(maps.Keys(texts)) {
			switch text := texts[name]; {
			case k >= mostNames || len(name) > longValue:
				delete(texts, name)
				cut = append(cut, fmt.Sprintf("alerts[%d].%s.%s: the alert is too large, and is kept without it", i, what, clip(name)))
			case len(text) > longValue:
				texts[name] = strings.ToValidUTF8(text[:longValue], "") + "…"
				cut = append(cut, fmt.Sprintf("alerts[%d].%s.%s: %d bytes, of which the first %d are kept", i, what, clip(name), len(text), longValue))
			}
		}
	}
	a.GeneratorURL = clipTo(a.GeneratorURL, 2000)
	return cut
}

// printOf is a fingerprint for an alert that brings none.
func printOf(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&b, "%q=%q,", name, labels[name])
	}
	return prentice.Digest([]byte(b.String()))[len("sha256:"):][:16]
}
