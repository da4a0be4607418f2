package boot

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
)

// AlertsFile says what becomes of alerts, in the team folder.
const AlertsFile = "alerts.yaml"

func (t *Team) readAlerts() (*alert.Rules, error) {
	raw, err := os.ReadFile(filepath.Join(t.dir, AlertsFile))
	if err != nil && !os.IsNotExist(err) {
		return nil, prentice.Errorf(prentice.Unavailable, "alerts: %w", err)
	}
	r, findings := alert.Load(AlertsFile, raw)
	return r, firstError(findings)
}

func checkAlerts(file string, text []byte) []prentice.Finding {
	_, findings := alert.Load(file, text)
	return findings
}

// router routes alerts by the rules and the catalogue in force.
type router struct{ team *Team }

// Route reads an alert as the webhooks write it.
func (r router) Route(e prentice.Event) prentice.Routing {
	var data struct {
		Fingerprint string            `json:"fingerprint"`
		Alertname   string            `json:"alertname"`
		Labels      map[string]string `json:"labels"`
		Group       string            `json:"group"`
		GroupLabels map[string]string `json:"group_labels"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		data.Fingerprint = "" // an alert of another shape is about itself
	}
	if data.Labels == nil {
		data.Labels = map[string]string{}
	}
	if data.Labels["alertname"] == "" {
		data.Labels["alertname"] = data.Alertname
	}
	now := r.team.now.Load()
	a := alert.Alert{Fingerprint: data.Fingerprint, Labels: data.Labels, Group: data.Group, GroupLabels: data.GroupLabels}
	return now.alerts.Route(a, alert.Known{Services: now.catalogue.Services, Hosts: now.catalogue.Hosts})
}

// longestSilence is how long a silence may be; 0 is the default.
func (t *Team) longestSilence() time.Duration {
	if rules := t.now.Load().alerts; rules != nil {
		return rules.LongestSilence
	}
	return 0
}
