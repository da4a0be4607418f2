package procedure

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
)

// Bounds on how a step is made again.
const (
	mostRetries  = 20
	shortestRest = 100 * time.Millisecond
	mostBackoff  = 10
)

// retry reads how often a step is made again that looks only or may be repeated. Any other is
// not: no one would know how far the first attempt came.
func (p *page) retry(s *prentice.StepSpec, f fence, given map[string]attribute) {
	a, ok := given["retry"]
	if !ok {
		for _, name := range []string{"delay", "backoff"} {
			if more, ok := given[name]; ok {
				p.fail(f.place(more.offset), "write retry=3 beside it, or take it out", "%s says something only of a retry", name)
			}
		}
		return
	}
	switch {
	case s.Of != "":
		p.fail(f.place(a.offset), "take it out", "a done? question is asked once")
		return
	case s.Risk != prentice.Look && !s.Idempotent && s.Kind != uses:
		p.fail(f.place(a.offset), "mark the step idempotent if doing it twice is harmless; else take retry out", "step %s has risk=%s and is not idempotent: after a failed attempt no one knows how far it came", clip.Text(s.ID), s.Risk)
		return
	case p.forPerson(s.Kind):
		p.fail(f.place(a.offset), "take it out", "step %s is for a person, who answers once", clip.Text(s.ID))
		return
	}
	r := prentice.Retry{Times: p.count(f, a, mostRetries), Delay: "1s", Backoff: 1}
	if a, ok := given["backoff"]; ok {
		r.Backoff = p.count(f, a, mostBackoff)
	}
	if a, ok := given["delay"]; ok {
		d, err := span.Parse(a.value)
		if err != nil || d < shortestRest || d > prentice.LongestRest {
			p.fail(f.place(a.offset), "write a length such as 5s", "delay %q is not a length from %s to %s", clip.Text(a.value), shortestRest, prentice.LongestRest)
		}
		r.Delay = d.String()
	}
	s.Retry = r
}

// forPerson says whether a person does the steps of a kind.
func (p *page) forPerson(name string) bool {
	k, ok := p.kinds.named(name)
	return ok && k.Needs().Person
}

// Bounds on the time of a step.
const (
	shortestTime = 100 * time.Millisecond
	longestTime  = 24 * time.Hour
)

// timeout reads how long a step may take on one target. It may be worked out when the
// plan is made.
func (p *page) timeout(s *prentice.StepSpec, f fence, given map[string]attribute) {
	a, ok := given["timeout"]
	switch {
	case !ok || s.Kind == uses:
		return
	case p.forPerson(s.Kind):
		p.fail(f.place(a.offset), "take it out; limits: approval_expires says how long a person is waited for", "step %s is for a person, and has a timeout", clip.Text(s.ID))
		return
	}
	s.Timeout = p.attribute(f, a, len(p.proc.Steps))
	if _, why := timeOf(s.Timeout); !strings.Contains(s.Timeout, "${") && why != "" {
		p.fail(f.place(a.offset), "write a length such as 30s", "%s", why)
	}
}

// timeOf reads how long a step may take; why says what is wrong with it.
func timeOf(text string) (d time.Duration, why string) {
	d, err := span.Parse(text)
	if err != nil || d < shortestTime || d > longestTime {
		return 0, fmt.Sprintf("timeout %q is not a length from %s to %s", clip.Text(text), span.String(shortestTime), span.String(longestTime))
	}
	return d, ""
}

// count is a whole number from 1.
func (p *page) count(f fence, a attribute, most int) int {
	n, err := strconv.Atoi(a.value)
	if err != nil || n < 1 || n > most {
		p.fail(f.place(a.offset), "write "+a.name+"=3", "%s %q is not a number from 1 to %d", a.name, clip.Text(a.value), most)
		return 1
	}
	return n
}
