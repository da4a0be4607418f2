package inbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
)

// mostAhead is how far ahead of ours a sender's clock may be.
const mostAhead = 10 * time.Minute

// letter is an event that was accepted, with what is known about it.
type letter struct {
	prentice.Event
	fingerprint string
	sender      prentice.Ref
	note        string

	turn int64 // of an alert: how often it had changed before
	late bool  // of an alert: it came too late to change anything
}

// words is what of an event's content belongs to its identity: all of it, but of
// what prentice tells itself nothing, where the id says it all. An Alertmanager
// sends an alert that fires again and again, with what was measured just now in
// its text: as long as its id, type and subject are the same, so is the alert.
func (l letter) words() string {
	switch {
	case l.sender == self && reserved(l.Source):
		return ""
	case l.late:
		return l.Type + " late"
	case isAlertSource(l.Source) && l.turn > 0:
		return fmt.Sprintf("%s %s turn %d", l.Type, l.Subject, l.turn)
	case isAlertSource(l.Source):
		return l.Type + " " + string(l.Subject)
	}
	return l.fingerprint
}

// tell adds to what the sender is told of the event.
func (l *letter) tell(says string) {
	if l.note != "" {
		l.note += "; "
	}
	l.note += says
}

// accept refuses what cannot be kept and fills in what may be left out. An
// event without a time happened now; one that claims to come from the future
// happened now as well, and the note says so, because no timeline can be drawn
// with it otherwise.
func accept(e prentice.Event, now time.Time) (letter, error) {
	if err := e.Check(); err != nil {
		return letter{}, err
	}
	for _, text := range []struct{ name, is string }{{"id", e.ID}, {"source", e.Source}} {
		if !printable(text.is) {
			return letter{}, prentice.Errorf(prentice.Invalid, "event %s %q has characters that do not print", text.name, clip.Text(text.is)).
				Try("use printable UTF-8")
		}
	}
	if !utf8.Valid(e.Data) {
		return letter{}, prentice.Errorf(prentice.Invalid, "event data is not UTF-8").Try("send JSON in UTF-8")
	}
	l := letter{Event: e}
	l.Data = bytes.TrimSpace(l.Data)
	if e.Time.IsZero() {
		l.Time = now
	} else if ahead := e.Time.Sub(now); ahead > mostAhead {
		l.Time = now
		l.note = fmt.Sprintf("its time, %s, was %s ahead of our clock; now is used instead", e.Time.UTC().Format(time.RFC3339), ahead.Round(time.Second))
	}
	l.Time = l.Time.UTC().Truncate(time.Microsecond)
	l.fingerprint = Fingerprint(e)
	return l, nil
}

// Fingerprint is equal for events that say the same: type, subject and data,
// whatever the order of keys and the white space.
func Fingerprint(e prentice.Event) string {
	said := bytes.Join([][]byte{[]byte(e.Type), []byte(e.Subject), canonical(e.Data)}, []byte{0})
	return prentice.Digest(said)
}

// canonical is the one form of data. Numbers that the ground's form refuses,
// such as 0.5, stay as they were written.
func canonical(data json.RawMessage) []byte {
	if len(data) == 0 {
		return nil
	}
	if c, err := prentice.CanonicalJSON(data); err == nil {
		return c
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return data
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		return data
	}
	return sorted
}

// reserved says whether a source is one of our own, in any spelling that a
// person could take for it.
func reserved(source string) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(source), "/")
	return strings.EqualFold(name, "prentice")
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
