package support

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/op"
)

type alertRouteIn struct {
	Labels []string `json:"labels" arg:"1" doc:"The labels of the alert, as label=value." example:"alertname=NodeDown" minLength:"1" maxLength:"1000"`
}

type alertsFileIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The alerts.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// AlertsChecked is what is wrong with an alerts.yaml.
type AlertsChecked struct{ op.Findings }

// Text implements op.Texter.
func (c AlertsChecked) Text() string { return c.Report("") }

func (s *Support) alertOps() []op.Op {
	return []op.Op{
		op.New("alert.route", prentice.Look, prentice.Viewer, "Say what would become of an alert with these labels, and by which rules.", s.routeAlert).
			WithExample("prentice alert route alertname=NodeDown severity=critical instance=web-1:9100").
			WithHelp("Nothing is kept of it. The rules are those of alerts.yaml that are in force, and behind them those that come with prentice."),
		op.New("alert.check", prentice.Look, prentice.Viewer, "Check an alerts.yaml for mistakes.", s.checkAlerts).
			WithExample("prentice alert check alerts.yaml").WithoutState(),
	}
}

func (s *Support) checkAlerts(_ context.Context, _ op.Call, in alertsFileIn) (AlertsChecked, error) {
	return AlertsChecked{op.Found(alert.File.Check(cmp.Or(in.Name, "alerts.yaml"), []byte(in.File)))}, nil
}

// Routed is what would become of an alert.
type Routed struct{ alert.Routing }

// Text implements op.Texter.
func (r Routed) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, about %s\nSeverity %s, owner %s\n%s\n", r.Do, r.Subject, orNone(r.Severity), orNone(string(r.Owner)), r.Why)
	if r.Hint != "" {
		fmt.Fprintf(&b, "Note: %s\n", r.Hint)
	}
	return b.String()
}

func (s *Support) routeAlert(_ context.Context, _ op.Call, in alertRouteIn) (Routed, error) {
	if s.Router == nil {
		return Routed{}, s.ready()
	}
	labels := map[string]string{}
	for _, text := range in.Labels {
		name, value, found := strings.Cut(text, "=")
		if !found || name == "" {
			return Routed{}, prentice.Errorf(prentice.Invalid, "%q is not a label", clip(text, 80)).Try("write label=value, such as alertname=NodeDown")
		}
		labels[name] = strings.Trim(value, `"`)
	}
	raw, err := json.Marshal(map[string]any{"labels": labels, "fingerprint": "route"})
	if err != nil {
		return Routed{}, err
	}
	return Routed{s.Router.Route(prentice.Event{Type: "alert.firing", Data: raw})}, nil
}
