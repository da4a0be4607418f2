package procedure

import (
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
)

// limits reads the limits and says which defaults stand in for those left out.
func (r *reading) limits(n *yaml.Node) {
	l, left := &r.proc.Limits, []string{}
	f := map[string]*yaml.Node{}
	at := r.at(2, 1)
	if n != nil {
		at = r.place(n)
		f = r.fields(n, "limits", "max_targets", "parallel", "max_failures", "verify", "rollback", "max_unhealthy", "cooldown", "timeout", "approval_expires")
	}
	for _, limit := range []struct {
		name string
		read func(*yaml.Node)
		says string
	}{
		{"max_targets", r.number("max_targets", &l.MaxTargets, 1, 10_000), strconv.Itoa(l.MaxTargets)},
		{"parallel", r.number("parallel", &l.Parallel, 1, 1_000), strconv.Itoa(l.Parallel)},
		{"max_unhealthy", r.percent("max_unhealthy", &l.MaxUnhealthy), strconv.Itoa(l.MaxUnhealthy) + "%"},
		{"cooldown", r.span("cooldown", &l.Cooldown, 0, 30*24*time.Hour), short(l.Cooldown)},
		{"timeout", r.span("timeout", &l.Timeout, time.Second, 24*time.Hour), short(l.Timeout)},
		{"approval_expires", r.span("approval_expires", &l.ApprovalExpires, time.Second, 30*24*time.Hour), short(l.ApprovalExpires)},
	} {
		if f[limit.name] == nil {
			left = append(left, limit.name+": "+limit.says)
			continue
		}
		limit.read(f[limit.name])
		r.proc.Named = append(r.proc.Named, limit.name)
	}
	if n := f["max_failures"]; n != nil {
		r.failures(n)
	}
	r.word("verify", f["verify"], &l.Verify, prentice.VerifyPerBatch, prentice.VerifyAtEnd)
	r.word("rollback", f["rollback"], &l.Rollback, rollbackFailed, prentice.RollbackAll)
	if len(left) > 0 {
		r.advise(at, "write them out if you agree", "limits not named take their defaults: %s", strings.Join(left, ", "))
	}
}

// rollbackFailed is the word for what happens anyway.
const rollbackFailed = "failed"

// word reads a limit that is one of a few words, the first of which is what holds
// without it.
func (r *reading) word(name string, n *yaml.Node, to *string, words ...string) {
	if n == nil {
		return
	}
	s, ok := r.scalar(n, name)
	if !ok {
		return
	}
	if !oneOf(s, words) {
		r.fail(r.place(n), meant(s, words), "%s is %q", name, clip.Text(s))
		return
	}
	*to = s
}

func (r *reading) number(name string, to *int, least, most int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		s, ok := r.scalar(n, name)
		if !ok {
			return
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < least || v > most {
			r.fail(r.place(n), "write a whole number", "%s %q is not between %d and %d", name, clip.Text(s), least, most)
			return
		}
		*to = v
	}
}

// failures reads how many targets may fail, which has no default: without it the
// first failure stops the run.
func (r *reading) failures(n *yaml.Node) {
	s, ok := r.scalar(n, "max_failures")
	if !ok {
		return
	}
	if s == "" || !isFailures(s) {
		r.fail(r.place(n), "write a whole number of targets from 1 on, or per cent of them, such as 10%", "max_failures is %q, neither a number of targets nor per cent", clip.Text(s))
		return
	}
	r.proc.Limits.MaxFailures = s
}

func (r *reading) percent(name string, to *int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		s, ok := r.scalar(n, name)
		if !ok {
			return
		}
		number, found := strings.CutSuffix(s, "%")
		v, err := strconv.Atoi(number)
		if err != nil || !found || v < 0 || v > 100 {
			r.fail(r.place(n), "write a whole number and %, such as 20%", "%s %q is not between 0%% and 100%%", name, clip.Text(s))
			return
		}
		*to = v
	}
}

func (r *reading) span(name string, to *time.Duration, least, most time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		s, ok := r.scalar(n, name)
		if !ok {
			return
		}
		v, err := span.Parse(s)
		if err != nil || v < least || v > most {
			r.fail(r.place(n), "write a duration such as 10m, 1h30m or 7d", "%s %q is not between %s and %s", name, clip.Text(s), short(least), short(most))
			return
		}
		*to = v
	}
}

// short is a duration without the parts that are nothing: 10m, not 10m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
