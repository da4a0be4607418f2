package support

import (
	"encoding/json"
	"strings"

	"prentice"
)

// mostTitle is how long a title may be.
const mostTitle = 160

// title is what an incident that a symptom opens is called on every page, in every
// list and in the terminal: the thing and its state, "checkout is down: connection
// refused" or "HighLoad on host/web-1". What the sender said is kept beside it,
// word for word.
func title(e prentice.Event) string {
	thing, says := thingOf(e.Subject), saidOf(e)
	called := titleOf(e)
	switch {
	case e.Type == probeFailed && isDown(e):
		called = thing + " is down" + behind(causeOf(says))
	case e.Type == probeFailed:
		called = thing + " fails its check" + behind(causeOf(says))
	case aJob(e):
		called = e.Subject.Name() + " is down" + behind(says)
	case isBeat(e):
		called = e.Subject.Name() + " is not heard" + behind(says)
	case e.Type == "service.down":
		called = thing + " is down" + behind(says)
	case strings.HasSuffix(e.Type, ".flapping"):
		called = thing + " is flapping" + behind(says)
	case alertName(e) != "" && e.Subject.Kind() == "alert":
		called = alertName(e) + on(whereOf(e))
	case alertName(e) != "":
		called = alertName(e) + " on " + string(e.Subject)
	case strings.HasSuffix(e.Type, ".failed"):
		called = strings.TrimSuffix(e.Type, ".failed") + " failed on " + string(e.Subject) + behind(says)
	}
	return clip(called, mostTitle)
}

// retitled is what an incident is called once a further symptom has joined it: a
// check of prentice's own that failed a few times counts as down at last.
func retitled(in Incident, e prentice.Event) string {
	if e.Type == probeFailed && ours(e) && isDown(e) && e.Subject == in.Subject && strings.HasPrefix(in.Title, thingOf(e.Subject)+" fails its check") {
		return title(e)
	}
	return in.Title
}

// whereOf is where an alert says that it is, when the catalog has no such thing.
func whereOf(e prentice.Event) string {
	var data struct {
		Labels map[string]string `json:"labels"`
	}
	_ = json.Unmarshal(e.Data, &data) // data of another shape names no place
	for _, label := range []string{"service", "instance", "host", "node", "job"} {
		if where := strings.TrimSpace(data.Labels[label]); where != "" {
			return clip(where, 80)
		}
	}
	return ""
}

func on(where string) string {
	if where == "" {
		return ""
	}
	return " on " + where
}

// Raw is what was said first, word for word, unless the title says it whole, or all
// but the name of the program that said it.
func (i Incident) Raw() string {
	by, _, _ := strings.Cut(i.Summary, ": ")
	if strings.Contains(i.Title, i.Summary) || !strings.ContainsAny(by, " /.:") && strings.HasSuffix(i.Title, ": "+strings.TrimPrefix(i.Summary, by+": ")) {
		return ""
	}
	return i.Summary
}

// line is the incident in one line: what it is called, and what was said first.
func (i Incident) line() string {
	if i.Recurs != "" {
		return i.Title + behind(i.Raw()) + " (" + i.Recurs + ")"
	}
	return i.Title + behind(i.Raw())
}

// probeFailed tells that a check has failed, and whether it counts as down.
const probeFailed = "probe.failed"

func isDown(e prentice.Event) bool {
	var data struct {
		Down bool `json:"down"`
	}
	return json.Unmarshal(e.Data, &data) == nil && data.Down
}

// thingOf is a service by its name, and anything else by its ref.
func thingOf(subject prentice.Ref) string {
	if subject.Kind() == "service" {
		return subject.Name()
	}
	return string(subject)
}

// causeOf is the end of a chain of reasons: what is wrong, without where it was
// seen.
func causeOf(says string) string {
	if i := strings.LastIndex(says, ": "); i > 0 && i+2 < len(says) {
		return says[i+2:]
	}
	return says
}

func behind(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}
