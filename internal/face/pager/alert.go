package pager

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"prentice"
)

// alert is what the protocols have in common.
type alert struct {
	source      string // the protocol
	key         string // what the sender tells it apart by
	summary     string
	severity    string
	name        string
	labels      map[string]string
	annotations map[string]string
	links       map[string]string
	at          time.Time
}

// Beginnings of alerts, which these protocols do not tell. An alert that fires again while it
// fires has the same, and one that was resolved may fire again.
var (
	fires = time.Unix(1, 0).UTC()
	ends  = time.Unix(2, 0).UTC()
)

const (
	mostLabels = 100
	mostValue  = 1000
)

var (
	isPlain = regexp.MustCompile(`^[A-Za-z0-9._:/@+-]{1,64}$`)
	isLabel = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,99}$`)
)

// printOf is the fingerprint of an alert: its key where that is short and plain, and else a digest.
func printOf(key string) string {
	if isPlain.MatchString(key) {
		return key
	}
	return prentice.Digest([]byte(key))[len("sha256:"):][:32]
}

// event is the alert as an event, firing or resolved.
func (a alert) event(resolved bool) (prentice.Event, error) {
	print := printOf(a.key)
	starts, kind := fires, "firing"
	if resolved {
		starts, kind = ends, "resolved"
	}
	labels := map[string]string{"alertname": clip(a.name, 200), "severity": a.severity}
	for name, value := range a.labels {
		if isLabel.MatchString(name) && value != "" && len(labels) < mostLabels {
			labels[name] = clip(value, mostValue)
		}
	}
	annotations := map[string]string{"summary": clip(a.summary, 1024)}
	for name, value := range a.annotations {
		if value != "" && len(annotations) < mostLabels {
			annotations[clip(name, 100)] = clip(value, 4*mostValue)
		}
	}
	data := map[string]any{"alertname": labels["alertname"], "fingerprint": print, "labels": labels, "annotations": annotations, "summary": annotations["summary"], "starts": starts.Format(time.RFC3339Nano)}
	if len(a.links) > 0 {
		data["links"] = a.links
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return prentice.Event{}, prentice.Errorf(prentice.Invalid, "the alert cannot be written down: %v", err)
	}
	e := prentice.Event{Source: a.source, Type: "alert." + kind, ID: fmt.Sprintf("%s %s", print, kind), Time: a.at, Data: raw}
	return e, e.Check()
}

// flat adds the texts and numbers of details to labels, and the rest to annotations.
func (a *alert) flat(details any) {
	if a.labels == nil {
		a.labels = map[string]string{}
	}
	if a.annotations == nil {
		a.annotations = map[string]string{}
	}
	members, is := details.(map[string]any)
	if !is {
		if details != nil {
			a.annotations["details"] = fmt.Sprint(details)
		}
		return
	}
	for name, value := range members {
		switch v := value.(type) {
		case string:
			if isLabel.MatchString(name) && len(v) <= 200 && name != "alertname" && name != "severity" {
				a.labels[name] = v
			} else {
				a.annotations[name] = v
			}
		case nil:
		default:
			raw, err := json.Marshal(v)
			if err == nil {
				a.annotations[name] = string(raw)
			}
		}
	}
}

// clip is a text of at most so many bytes, whole characters of UTF-8.
func clip(text string, most int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// link adds one, if it is the address of a page.
func (a *alert) link(name, address string) {
	if len(a.links) < 10 && len(address) <= 2000 && (strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")) {
		if a.links == nil {
			a.links = map[string]string{}
		}
		a.links[clip(name, 20)] = address
	}
}
