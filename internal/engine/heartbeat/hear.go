package heartbeat

import (
	"fmt"
	"strings"
	"time"

	"prentice/internal/kit/span"
)

// skew is how far before its slot a ping may come and still keep it: the clocks of two
// machines differ.
const skew = 10 * time.Second

// Kind is what a ping says.
type Kind string

// The kinds.
const (
	Success Kind = "success"
	Start   Kind = "start"
	Fail    Kind = "fail"
	Log     Kind = "log"
)

// Ping is what a job sent.
type Ping struct {
	At   time.Time
	Kind Kind
	Run  string // the id of its run; "" where it has none
	// Began is when the run began that it ends; zero where that is not known.
	Began time.Time
	Code  int // the exit status of a fail; 0 where none was given
	Took  time.Duration
	Says  string
	Body  string
}

// State is how a job stands.
type State string

// The states that are kept.
const (
	New    State = "new"
	Up     State = "up"
	Down   State = "down"
	Paused State = "paused"
)

// The states that follow from the moment.
const (
	Late    State = "late"
	Running State = "running"
)

// Standing is how a job stands, as it is kept.
type Standing struct {
	State   State     `json:"state"`
	Since   time.Time `json:"since"`
	Last    time.Time `json:"last,omitzero"`   // success or fail
	LastOK  time.Time `json:"lastOK,omitzero"` // success
	Due     time.Time `json:"due,omitzero"`    // the slot that is waited for
	Counted time.Time `json:"counted,omitzero"`
	Why     string    `json:"why,omitempty"`
	Told    bool      `json:"told,omitempty"` // that it is down
	Offsets []int64   `json:"offsets,omitempty"`
}

// SlotState is what became of a slot.
type SlotState string

// What becomes of slots.
const (
	Kept    SlotState = "kept"
	Missed  SlotState = "missed"
	Unknown SlotState = "unknown"
)

// Slot is one that is over.
type Slot struct {
	Due   time.Time `json:"due"`
	State SlotState `json:"state"`
}

// Open is a run that has begun and not ended.
type Open struct {
	Run     string
	Started time.Time
}

// News is what is to be told of a job.
type News struct {
	Failed bool
	Says   string
}

// Turned is what becomes of a job by a ping, or by time.
type Turned struct {
	Standing
	Slots   []Slot
	Tell    *News
	Overdue []Open // runs that took too long
	Ignored bool
}

// Hear is how a job stands after a ping.
func Hear(j Job, s Standing, p Ping) Turned {
	out := Turned{Standing: s}
	if s.State == Paused && j.Resume {
		out.Ignored = true
		return out
	}
	if p.Kind == Log {
		return out
	}
	if s.State == Paused {
		out.State, out.Since, out.Due, out.Counted = New, p.At, time.Time{}, time.Time{}
	}
	if p.Kind == Start {
		return out
	}
	out.reach(j, p)
	if p.At.After(out.Last) {
		out.Last = p.At
	}
	if p.Kind == Fail {
		out.fall(p.At, failed(p))
		return out
	}
	out.LastOK = p.At
	out.Offsets = offsets(j, out.Offsets, earliest(p))
	if out.State != Up {
		out.State, out.Since = Up, p.At
	}
	out.Why = ""
	if out.Told {
		out.Told, out.Tell = false, &News{Says: "it was heard again"}
	}
	return out
}

// reach settles the slot that a ping belongs to, and says which one is waited for next.
func (t *Turned) reach(j Job, p Ping) {
	result := Kept
	if p.Kind == Fail {
		result = Missed
	}
	if j.Schedule == "" {
		// However often it is sent, a period is one slot. The first begins the listening.
		switch {
		case t.Counted.IsZero():
			t.Counted = p.At
		case p.At.Sub(t.Counted) >= j.Every*3/4:
			t.Slots, t.Counted = append(t.Slots, Slot{p.At, result}), p.At
		}
		t.Due = p.At.Add(j.Every)
		return
	}
	if t.Due.IsZero() { // the first ping begins the listening
		t.Due = j.after(p.At.Add(skew))
		return
	}
	if p.At.Before(t.Due.Add(-skew)) {
		return // early: what is due is due
	}
	t.Slots = append(t.Slots, Slot{t.Due, result})
	t.Due = j.after(later(p.At.Add(skew), t.Due))
}

// fall makes a job down.
func (t *Turned) fall(now time.Time, why string) {
	t.Why = why
	if t.State != Down {
		t.State, t.Since = Down, now
	}
	if !t.Told {
		t.Told, t.Tell = true, &News{Failed: true, Says: why}
	}
}

// earliest is when what a ping tells of was under way.
func earliest(p Ping) time.Time {
	if !p.Began.IsZero() {
		return p.Began
	}
	return p.At.Add(-max(p.Took, 0))
}

func failed(p Ping) string {
	says := "it says that it failed"
	if p.Code > 0 {
		says += fmt.Sprintf(", with exit status %d", p.Code)
	}
	if p.Says != "" {
		says += ": " + p.Says
	}
	return says
}

// Judge is how a job stands at a moment at which nothing was heard of it. Aways are the
// times in which no one listened.
func Judge(j Job, s Standing, open []Open, aways []Away, now time.Time) Turned {
	out := Turned{Standing: s}
	if s.State == Paused {
		return out
	}
	for range mostSlots {
		end, unknown := deadline(j, out.Due, open, aways)
		if out.Due.IsZero() || now.Before(end) {
			break
		}
		slot := Slot{out.Due, Missed}
		if unknown {
			slot.State = Unknown
		}
		out.Slots = append(out.Slots, slot)
		was := out.Due
		out.Due = j.after(was)
		if j.Schedule == "" {
			out.Counted = was
		}
		switch {
		case unknown && j.Schedule == "": // it is waited for anew
			out.Due = later(out.Due, end.Add(j.Every))
		case !unknown:
			out.fall(now, missed(j, was, out.Offsets))
		}
	}
	if !out.Due.IsZero() && len(out.Slots) == mostSlots {
		out.Due = j.after(now) // no one counts what was due in a year
	}
	for _, o := range open {
		until, unknown := credit(o.Started, o.Started.Add(j.Limit()), aways)
		if now.Before(until) {
			continue
		}
		out.Overdue = append(out.Overdue, o)
		if !unknown {
			out.fall(now, fmt.Sprintf("a run began at %s and did not end within %s", clock(j, o.Started), span.String(j.Limit())))
		}
	}
	return out
}

// mostSlots is how many slots are counted at once.
const mostSlots = 500

// Wake is when a job has to be judged next; zero is never.
func Wake(j Job, s Standing, open []Open, aways []Away) time.Time {
	if s.State == Paused {
		return time.Time{}
	}
	end, _ := deadline(j, s.Due, open, aways)
	for _, o := range open {
		until, _ := credit(o.Started, o.Started.Add(j.Limit()), aways)
		if end.IsZero() || until.Before(end) {
			end = until
		}
	}
	return end
}

// Deadline is until when the slot that is waited for has to be kept; zero where none is.
func Deadline(j Job, due time.Time, open []Open, aways []Away) time.Time {
	end, _ := deadline(j, due, open, aways)
	return end
}

// deadline is until when a slot has to be kept. A run that began for it and may still go on
// holds it open. Unknown is that prentice was away for long.
func deadline(j Job, due time.Time, open []Open, aways []Away) (end time.Time, unknown bool) {
	if due.IsZero() {
		return due, false
	}
	end = due.Add(j.Grace)
	for _, o := range open {
		if !o.Started.Before(due.Add(-skew)) {
			end = later(end, o.Started.Add(j.Limit()))
		}
	}
	return credit(due.Add(-skew), end, aways)
}

func missed(j Job, due time.Time, offsets []int64) string {
	says := fmt.Sprintf("it was due at %s and not heard within %s", clock(j, due), span.String(j.Grace))
	if hint := Hint(j, offsets); hint != "" {
		says += "; " + hint
	}
	return says
}

// clock is a moment on the clocks of the job's zone.
func clock(j Job, t time.Time) string {
	zone, err := time.LoadLocation(j.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Now is how a job stands at a moment, in the words that people are shown.
func Now(s Standing, open int, now time.Time) State {
	switch {
	case s.State != Up && s.State != New:
		return s.State
	case open > 0:
		return Running
	case s.State == Up && !s.Due.IsZero() && now.After(s.Due):
		return Late
	}
	return s.State
}

// FirstLine is the first line of a body that says something.
func FirstLine(body string) string {
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}
