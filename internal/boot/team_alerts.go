package boot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/nearest"
)

// router routes alerts by the rules and the catalog in force.
type router struct{ team *Team }

// told is an alert as the webhooks write it.
type told struct {
	Fingerprint string            `json:"fingerprint"`
	Alertname   string            `json:"alertname"`
	Labels      map[string]string `json:"labels"`
	Group       string            `json:"group"`
	GroupLabels map[string]string `json:"group_labels"`
}

func toldBy(e prentice.Event) (data told) {
	if json.Unmarshal(e.Data, &data) != nil {
		data.Fingerprint = "" // an alert of another shape is about itself
	}
	if data.Labels == nil {
		data.Labels = map[string]string{}
	}
	if data.Labels["alertname"] == "" {
		data.Labels["alertname"] = data.Alertname
	}
	return data
}

// Route implements support.Router.
func (r router) Route(e prentice.Event) alert.Routing {
	data, now := toldBy(e), r.team.now.Load()
	a := alert.Alert{Fingerprint: data.Fingerprint, Labels: data.Labels, Group: data.Group, GroupLabels: data.GroupLabels}
	return now.alerts().Route(a, alert.Known{Services: now.catalog.Services, Hosts: now.catalog.Hosts})
}

// Heartbeats implements support.Router.
func (r router) Heartbeats() ([]alert.Heartbeat, bool) {
	rules := r.team.now.Load().alerts()
	return rules.Heartbeats(), rules != nil
}

// Beats implements support.Router.
func (r router) Beats(e prentice.Event) []string {
	return r.team.now.Load().alerts().Beats(toldBy(e).Labels)
}

// declared are the kinds of thing that only a catalog has.
var declared = []string{"service", "host", "resource", "system"}

// Owner implements support.Router.
func (r router) Owner(about prentice.Ref) (owner prentice.Ref, hint string) {
	now := r.team.now.Load()
	if now.alerts() != nil {
		owner = now.alerts().Owner
	}
	if now.knows(about) {
		return cmp.Or(now.owns(about), owner), ""
	}
	if !slices.Contains(declared, about.Kind()) {
		return owner, ""
	}
	hint = fmt.Sprintf("the catalog has no %s", about)
	if near := now.nearest(about); near != "" {
		hint += ": did you mean " + near + "?"
	}
	return owner, hint
}

// owns is who owns a thing of the catalog, as it stands there.
func (now *teamNow) owns(ref prentice.Ref) prentice.Ref {
	if s, err := now.catalog.Service(string(ref)); err == nil && s.Ref == ref {
		return s.Owner
	}
	if e, err := now.catalog.Entity(ref); err == nil {
		return e.Owner
	}
	return ""
}

// nearest is the thing of the catalog that was probably meant, or "".
func (now *teamNow) nearest(ref prentice.Ref) string {
	var names []string
	for _, s := range now.catalog.Services {
		names = append(names, string(s.Ref))
	}
	for _, e := range now.catalog.Entities {
		names = append(names, string(e.Ref))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return prentice.Ref(name).Kind() != ref.Kind() })
	for _, name := range names {
		if strings.EqualFold(name, string(ref)) {
			return name
		}
	}
	return nearest.Of(strings.ToLower(string(ref)), names)
}

// Owners lists who owns what an act about subject on targets has to do with.
func (t *Team) Owners(subject prentice.Ref, targets []prentice.Ref) (owners []prentice.Ref) {
	now := t.now.Load()
	for _, ref := range append([]prentice.Ref{subject}, targets...) {
		owners = append(owners, now.owns(ref))
	}
	for _, s := range now.catalog.Touches(subject, targets) {
		owners = append(owners, s.Owner)
	}
	owners = slices.DeleteFunc(owners, func(o prentice.Ref) bool { return o == "" })
	slices.Sort(owners)
	return slices.Compact(owners)
}

// longestSilence is how long a silence may be; 0 is the default.
func (t *Team) longestSilence() time.Duration {
	if rules := t.now.Load().alerts(); rules != nil {
		return rules.LongestSilence
	}
	return 0
}
