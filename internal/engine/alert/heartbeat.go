package alert

import (
	"cmp"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/label"
	"prentice/internal/kit/strict"
)

// heartbeat is an alert that always fires, and how it is known.
type heartbeat struct {
	Heartbeat
	match []label.Matcher
}

// The bounds of heartbeats.
const (
	mostBeats = 100
	leastBeat = 5 * time.Second
	mostBeat  = 7 * 24 * time.Hour
)

// Heartbeats lists those that the team names.
func (r *Rules) Heartbeats() []Heartbeat {
	list := []Heartbeat{}
	if r == nil {
		return list
	}
	for _, b := range r.beats {
		one := b.Heartbeat
		one.Owner = cmp.Or(one.Owner, r.Owner)
		list = append(list, one)
	}
	return list
}

// Beats names the heartbeats that an alert with these labels is a message of.
func (r *Rules) Beats(labels map[string]string) (names []string) {
	if r == nil {
		return nil
	}
	for _, b := range r.beats {
		if label.Fit(b.match, labels) {
			names = append(names, b.Name)
		}
	}
	return names
}

func (r *reader) heartbeats(to *Rules, n *strict.Node) {
	list := r.List(n, "heartbeats")
	if len(list) > mostBeats {
		r.Wrong(n, "leave out what no one needs", "there are %d heartbeats, at most %d are read", len(list), mostBeats)
		return
	}
	names := map[string]bool{}
	for _, one := range list {
		b := r.heartbeat(one)
		if names[b.Name] && b.Name != "" {
			r.Wrong(one, "choose another name", "there is another heartbeat %q", b.Name)
		}
		names[b.Name] = true
		to.beats = append(to.beats, b)
	}
}

func (r *reader) heartbeat(n *strict.Node) heartbeat {
	v := r.Mapping(n, "heartbeat", "name", "match", "within", "severity", "owner")
	b := heartbeat{Heartbeat: Heartbeat{Severity: Critical}}
	b.Name = r.Needed(v["name"], n, "heartbeat", "name", "give it a name: its incident is about heartbeat/NAME")
	if b.Name != "" && !prentice.ValidName(b.Name) {
		r.Wrong(v["name"], "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(b.Name))
	}
	b.match = r.match(v["match"], n, "heartbeat")
	if v["within"] == nil {
		r.Wrong(n, "write within: 10m, twice as long as it is sent again, or longer", "the heartbeat does not say how long may pass between two messages")
	} else {
		b.Within = r.length(v["within"], "within", leastBeat, mostBeat)
	}
	if v["severity"] != nil {
		b.Severity = r.Choice(v["severity"], "severity", []string{Critical, Warning, Info})
	}
	if v["owner"] != nil {
		b.Owner = r.ref(v["owner"])
	}
	return b
}
