package support

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice"
)

// sort is what an event is to this skill.
type sort uint8

const (
	other    sort = iota // may propose a procedure, no more
	symptom              // something is wrong
	recovery             // something is right again
	byHand               // a person has opened an incident
	runNews              // a run has moved
	tick                 // a schedule is due
	own                  // our own telling of what we know
	recorded             // an alert that is kept and no more
)

// sortOf reads what an event is from its source and type. Sources that begin
// with prentice/ cannot be claimed from outside.
func sortOf(e prentice.Event) sort {
	switch {
	case e.Source == "prentice/runner" && strings.HasPrefix(e.Type, "run."):
		return runNews
	case e.Source == "prentice/runner":
		return own // what it tells of people, such as break-glass
	case e.Source == ourSource && e.Type == "incident.opened" && textOf(e, "by") != "":
		return byHand
	case e.Source == ourSource:
		return own
	case e.Source == "prentice/schedule" && e.Type == "schedule.tick":
		return tick
	case isSymptom(e.Type):
		return symptom
	case isRecovery(e.Type):
		return recovery
	default:
		return other
	}
}

func isSymptom(kind string) bool {
	return strings.HasSuffix(kind, ".failed") || strings.HasSuffix(kind, ".flapping") || kind == "alert.firing" || kind == "alert.unread" || kind == "service.down" || kind == "incident.opened"
}

func isRecovery(kind string) bool {
	return strings.HasSuffix(kind, ".passed") || strings.HasSuffix(kind, ".resolved") || strings.HasSuffix(kind, ".recovered") || kind == "service.up" || kind == probeRemoved
}

// probeRemoved tells that a probe asks no more, or asks something else.
const probeRemoved = "probe.removed"

// complaint is what a symptom is about, so that its recovery can be told from
// others: the kind of thing that complains, and which of them.
type complaint struct {
	stem  string       // probe, alert, service, backup …
	name  string       // of the probe or alert; "" when the event names none
	only  bool         // it speaks for itself alone, as a probe does that is gone
	about prentice.Ref // of one in the incident of another thing: what it is about
}

// complaintOf is the same for a symptom and for its recovery.
func complaintOf(e prentice.Event) complaint { return wordsOf(e).complaint(e.Type) }

func (w words) complaint(kind string) complaint {
	stem := kind
	if i := strings.LastIndexByte(stem, '.'); i > 0 {
		stem = stem[:i]
	}
	name := clip(w.first("fingerprint", "probe", "name", "alertname", "alert"), 100)
	return complaint{stem: stem, name: name, only: kind == probeRemoved}
}

// key is the complaint as it is kept.
func (c complaint) key() string {
	key := c.stem + "\n" + c.name
	if c.about != "" {
		key += "\n" + string(c.about)
	}
	return key
}

// lone says whether an event's complaint is known by itself, whatever it is about.
func lone(e prentice.Event) bool { return isAlert(e.Type) && textOf(e, "fingerprint") != "" }

// keptIn is an event's complaint as an incident keeps it: what is about another thing says so.
func keptIn(in *Incident, e prentice.Event) complaint {
	c := complaintOf(e)
	if e.Subject != in.Subject && !lone(e) {
		c.about = e.Subject
	}
	return c
}

func complaintFrom(key string) complaint {
	stem, name, _ := strings.Cut(key, "\n")
	name, about, _ := strings.Cut(name, "\n")
	return complaint{stem: stem, name: name, about: prentice.Ref(about)}
}

// ends says whether a recovery with this complaint ends another's: the same one,
// or any of its kind when one of the two names none. A probe that passes also
// answers anyone who said that the service is down.
func (c complaint) ends(wrong complaint) bool {
	if c.only {
		return c.stem == wrong.stem && c.name == wrong.name
	}
	if c.stem == wrong.stem {
		return c.name == wrong.name || c.name == "" || wrong.name == ""
	}
	return c.stem == "probe" && wrong.stem == "service"
}

// String is the complaint for people.
func (c complaint) String() string {
	if c.name == "" {
		return c.stem
	}
	return c.stem + " " + c.name
}

// titleOf is one line that says what an event complains of. What a sender wrote
// is shown as text and never as anything else.
func titleOf(e prentice.Event) string {
	w := wordsOf(e)
	if text := cmp.Or(w.said(), w.text("alertname")); text != "" {
		return text
	}
	if name := w.complaint(e.Type).name; name != "" {
		return e.Type + " (" + name + ")"
	}
	return e.Type
}

// saidOf is what a sender wrote for people, or "".
func saidOf(e prentice.Event) string { return wordsOf(e).said() }

func (w words) said() string { return w.first("summary", "says", "error", "message") }

// textOf is a text in an event's data, made fit to be shown; "" if there is none.
func textOf(e prentice.Event, key string) string { return wordsOf(e).text(key) }

// clip keeps a sender's words short, on one line and printable.
func clip(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.TrimSpace(s)
}
