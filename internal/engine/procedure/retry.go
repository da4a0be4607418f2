package procedure

import (
	"strconv"
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

// retry reads how often a look is made again. What changes something is not: no one
// would know how far the first attempt came.
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
	case s.Risk != prentice.Look && s.Kind != uses:
		p.fail(f.place(a.offset), "take it out; let the script itself try again, or put what waits under ## Verify", "step %s has risk=%s, and only what looks is retried", clip.Text(s.ID), s.Risk)
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

// count is a whole number from 1.
func (p *page) count(f fence, a attribute, most int) int {
	n, err := strconv.Atoi(a.value)
	if err != nil || n < 1 || n > most {
		p.fail(f.place(a.offset), "write "+a.name+"=3", "%s %q is not a number from 1 to %d", a.name, clip.Text(a.value), most)
		return 1
	}
	return n
}
