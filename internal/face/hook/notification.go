package hook

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"prentice"
)

// format is one of the notifications that are taken: Alertmanager's webhook,
// version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config),
// and Grafana's, version 1, which is the same with more in it.
type format struct {
	source    string // how the sources of its events begin
	keys      []string
	alertKeys []string
}

// The keys of both; those of the group as a whole are not used where each alert
// says the same.
var (
	ofBoth      = []string{"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts"}
	ofBothAlert = []string{"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"}

	formats = map[string]format{
		"4": {"alertmanager", ofBoth, ofBothAlert},
		"1": {"grafana", append([]string{"orgId", "title", "state", "message"}, ofBoth...),
			append([]string{"values", "valueString", "dashboardURL", "panelURL", "silenceURL", "imageURL"}, ofBothAlert...)},
	}
)

// notification is a group of alerts as one of them sends it.
type notification struct {
	Version         string            `json:"version"`
	GroupKey        string            `json:"groupKey"`
	TruncatedAlerts int64             `json:"truncatedAlerts"`
	Receiver        string            `json:"receiver"`
	GroupLabels     map[string]string `json:"groupLabels"`
	ExternalURL     string            `json:"externalURL"`
	Alerts          []json.RawMessage `json:"alerts"`

	format format
	left   []string // what of it was not used, and why
	unread []string // the alerts that could not be read, and why
}

// readNotification reads the outside of a notification. What is wrong with one
// alert is found later and is no harm to the others.
func readNotification(body []byte) (*notification, error) {
	members, err := shallow(body)
	if err != nil {
		return nil, err
	}
	n := &notification{}
	if err := pick(members, n, []string{"version"}); err != nil {
		return nil, err
	}
	known := false
	if n.format, known = formats[n.Version]; !known {
		return nil, invalid("send Alertmanager's webhook version 4, or Grafana's version 1", "version %q is not known", clip(n.Version))
	}
	if err := pick(members, n, n.format.keys); err != nil {
		return nil, err
	}
	for _, m := range members {
		if !slices.Contains(n.format.keys, m.key) {
			n.left = append(n.left, clip(m.key))
		}
	}
	if more := len(n.Alerts) - MostAlerts; more > 0 {
		n.Alerts = n.Alerts[:MostAlerts]
		n.unread = append(n.unread, fmt.Sprintf("%d alerts beyond the first %d: set max_alerts: %d in the sender's webhook", more, MostAlerts, MostAlerts))
	}
	if n.TruncatedAlerts > 0 {
		n.left = append(n.left, fmt.Sprintf("%d alerts that the sender left out of its message: max_alerts in its webhook says how many it sends", n.TruncatedAlerts))
	}
	return n, nil
}

// pick reads those members that have one of some keys. A key in other letters is
// another key.
func pick(members []member, to any, keys []string) error {
	used := map[string]json.RawMessage{}
	for _, m := range members {
		if slices.Contains(keys, m.key) {
			used[m.key] = m.value
		}
	}
	known, err := json.Marshal(used)
	if err == nil {
		err = json.Unmarshal(known, to)
	}
	if err != nil {
		return invalid("send it as Alertmanager does", "the notification is not as it should be: %v", err)
	}
	return nil
}

// alerts takes a notification: each alert becomes an event. What of it cannot be
// used is named in the answer, and keeps back nothing else.
func (f *face) alerts(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	if mediaType(r) != "application/json" {
		f.refuse(w, r, wrongType(r, "application/json, as Alertmanager and Grafana do"))
		return
	}
	body, err := read(w, r, MostBytes)
	if err != nil {
		f.tellTooLarge(r, actor, err)
		f.refuse(w, r, err)
		return
	}
	n, err := readNotification(body)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	f.sendAlerts(w, r, actor, n)
}

// sendAlerts hands the alerts to the door, in order. One that the door does not
// take for what it says is left out; a door that is out of order, or that this
// sender may not pass, is told as such, so that everything is sent again.
func (f *face) sendAlerts(w http.ResponseWriter, r *http.Request, actor prentice.Actor, n *notification) {
	heard := answer{Events: []any{}}
	for i, raw := range n.Alerts {
		e, err := n.read(i, raw)
		if err == nil {
			var receipt any
			if receipt, err = f.Send(r.Context(), actor, e); err == nil {
				heard.Events = append(heard.Events, receipt)
			}
		}
		if err != nil && !aboutTheAlert(err) {
			f.refuse(w, r, err)
			return
		}
		if err != nil {
			n.unread = append(n.unread, fmt.Sprintf("alerts[%d]: %s", i, clipTo(err.Error(), 300)))
		}
	}
	if len(n.unread) > 0 {
		receipt, err := f.Send(r.Context(), actor, n.unreadEvent())
		if err != nil {
			f.refuse(w, r, err)
			return
		}
		heard.Events = append(heard.Events, receipt)
	}
	heard.Ignored = append(n.left, n.unread...)
	slices.Sort(heard.Ignored)
	heard.Ignored = slices.Compact(heard.Ignored)
	f.accept(w, heard)
}

// aboutTheAlert says whether an error lies in what was sent, so that sending it
// again would not help.
func aboutTheAlert(err error) bool {
	switch prentice.KindOf(err) {
	case prentice.Invalid, prentice.Limited, prentice.NotFound, prentice.Conflict:
		return true
	}
	return false
}

// unreadEvent tells of alerts that could not be read: an alert that was refused
// would wake no one.
func (n *notification) unreadEvent() prentice.Event {
	says := strings.Join(n.unread, "; ")
	summary := fmt.Sprintf("something that %s sent could not be read: %s", n.source(), clipTo(n.unread[0], 200))
	raw, err := json.Marshal(map[string]any{"name": n.source(), "summary": summary, "unread": n.unread[:min(len(n.unread), 20)], "receiver": clip(n.Receiver)})
	if err != nil {
		panic("texts always have a JSON form: " + err.Error())
	}
	return prentice.Event{Source: n.source(), Type: "alert.unread", Subject: "alert/unread", ID: "unread " + prentice.Digest([]byte(says)), Data: raw}
}

// source is which sender speaks. The name that it gives itself is its host's, in
// front of which stands ours, so that it can claim no other's.
func (n *notification) source() string {
	kind := cmp.Or(n.format.source, "alertmanager")
	if u, err := url.Parse(n.ExternalURL); err == nil && u.Host != "" && len(u.Host) <= 200 {
		return kind + "/" + u.Host
	}
	return kind
}
