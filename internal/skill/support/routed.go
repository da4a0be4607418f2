package support

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/inbox"
	"prentice/internal/kit/db"
)

// Router says what an alert is about and what becomes of it.
type Router interface {
	Route(prentice.Event) alert.Routing
	// Heartbeats lists the alerts that always fire; not known when no one could read
	// which they are.
	Heartbeats() (list []alert.Heartbeat, known bool)
	// Beats names those that an alert is a message of.
	Beats(prentice.Event) []string
	// Owner is who owns what something is about, or, when the catalog does not have
	// it, who is told then, with what was probably meant.
	Owner(about prentice.Ref) (owner prentice.Ref, hint string)
}

func isAlert(kind string) bool { return kind == "alert.firing" || kind == "alert.resolved" }

// route is what becomes of an event. What is no alert is told like every symptom,
// and what an event is about stays as it was kept.
func (s *Support) route(e prentice.Event) alert.Routing {
	if s.Router == nil {
		return alert.Routing{Do: alert.Notify, Subject: e.Subject}
	}
	if !isAlert(e.Type) {
		return s.routeOther(e)
	}
	r := s.Router.Route(e)
	if e.Subject != "" {
		r.Subject = e.Subject
	}
	return r
}

// routeOther is what becomes of what is no alert: it is told to who owns what it is
// about.
func (s *Support) routeOther(e prentice.Event) alert.Routing {
	r := alert.Routing{Do: alert.Notify, Subject: e.Subject}
	if isBeat(e) {
		r.Severity, r.Owner = textOf(e, "severity"), prentice.Ref(textOf(e, "owner"))
		return r
	}
	if e.Subject != "" {
		r.Owner, r.Hint = s.Router.Owner(e.Subject)
	}
	return r
}

// receive takes an event in as it was sent. An alert that does not say what it is
// about is about what the routing says; one to ignore is not kept.
func (s *Support) receive(ctx context.Context, by prentice.Actor, e prentice.Event) (inbox.Receipt, prentice.Ref, error) {
	if s.Router == nil {
		r, err := s.Inbox.ReceiveFrom(ctx, by, e)
		return r, e.Subject, err
	}
	route := s.route(e)
	if route.Do == alert.Ignore {
		if err := e.Check(); err != nil {
			return inbox.Receipt{}, "", err
		}
		return inbox.Receipt{Duplicate: "ignored", Note: route.Why}, route.Subject, s.beat(ctx, e)
	}
	e.Subject = route.Subject
	r, err := s.Inbox.ReceiveFrom(ctx, by, e)
	if err == nil {
		err = s.beat(ctx, e)
	}
	if route.Hint != "" {
		r.Note = strings.TrimPrefix(r.Note+"; "+route.Hint, "; ")
	}
	return r, e.Subject, err
}

// noteRoute keeps how an alert was routed, for who asks why.
func noteRoute(tx *db.Tx, event int64, r alert.Routing) error {
	if r.Why == "" && r.Hint == "" {
		return nil
	}
	text, err := json.Marshal(r)
	if err == nil {
		_, err = tx.Exec(`UPDATE support_tasks SET routed = ? WHERE event = ?`, string(text), event)
	}
	return err
}

// taken is what became of an event here: the incident that it joined, and how it was
// routed.
func (s *Support) taken(ctx context.Context, event int64) (incident prentice.Ref, route *alert.Routing, err error) {
	var number int64
	var text string
	err = s.DB.QueryRow(ctx, `SELECT incident, routed FROM support_tasks WHERE event = ?`, []any{event}, &number, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("read what became of event %d: %w", event, err)
	}
	if text != "" {
		route = &alert.Routing{}
		if err := json.Unmarshal([]byte(text), route); err != nil {
			return "", nil, fmt.Errorf("read how event %d was routed: %w", event, err)
		}
	}
	return refOrNone(number), route, nil
}

// live says whether anyone who tells of a symptom tells of its end as well: our own
// probes do, and the senders of alerts.
func live(e prentice.Event) bool {
	from, _, _ := strings.Cut(e.Source, "/")
	return ours(e) && (strings.HasPrefix(e.Type, "probe.") || isBeat(e)) || e.Type == "alert.firing" && slices.Contains([]string{"alertmanager", "grafana", "pagerduty", "opsgenie", "goalert"}, from)
}

// early says whether a probe tells of a failure before its service counts as down.
func early(e prentice.Event) bool {
	var data struct {
		Down *bool `json:"down"`
	}
	return e.Type == "probe.failed" && ours(e) && json.Unmarshal(e.Data, &data) == nil && data.Down != nil && !*data.Down
}

// Link is where more is to be read about a symptom.
type Link struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// linksOf are the links of an alert, by name. What is no address of a page is none.
func linksOf(e prentice.Event) []Link {
	var data struct {
		Links map[string]string `json:"links"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		return nil
	}
	var links []Link
	for _, name := range slices.Sorted(maps.Keys(data.Links)) {
		address := data.Links[name]
		if len(links) < 10 && len(address) <= 2000 && (strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")) && clip(address, 2000) == address {
			links = append(links, Link{clip(name, 20), address})
		}
	}
	return links
}

// leftOut is how many alerts of its group the sender of an alert left out.
func leftOut(e prentice.Event) int64 {
	var data struct {
		Truncated int64 `json:"truncated"`
	}
	if !isAlert(e.Type) || json.Unmarshal(e.Data, &data) != nil {
		return 0
	}
	return data.Truncated
}
