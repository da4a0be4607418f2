package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// mostReply is how much of what a port says a pattern is held against.
const mostReply = 64 << 10

// port is the kind tcp: something takes connections, and says what is wanted.
type port struct{ p *Prober }

// Name implements prentice.ProbeKind.
func (port) Name() string { return "tcp" }

// Keys implements prentice.ProbeKind.
func (port) Keys() []string { return []string{"send", "reply", "starttls", "ip"} }

// Lint implements prentice.ProbeKind.
func (port) Lint(q prentice.Probe) (found []prentice.Finding) {
	if !reach.IsAddress(q.Target) {
		found = wrong("write host:port", "target %q is not host:port", clip.Text(q.Target))
	}
	if _, err := regexp.Compile(q.Options.Text("reply")); err != nil {
		found = append(found, wrong("write a pattern of RE2", "reply %q is no pattern: %v", clip.Text(q.Options.Text("reply")), err)...)
	}
	if q.Options.Has("starttls") && (q.Options.Has("send") || q.Options.Has("reply")) {
		found = append(found, wrong("make two probes of it", "starttls says itself what is sent and what must come back")...)
	}
	return slices.Concat(found, lintStart(q.Options), lintIP(q.Options))
}

// Says implements prentice.ProbeKind.
func (port) Says(q prentice.Probe) string {
	switch o := q.Options; {
	case o.Has("starttls"):
		return "begins TLS in " + o.Text("starttls")
	case o.Has("reply") && o.Has("send"):
		return fmt.Sprintf("answers %q with a match of %q", clip.Text(o.Text("send")), o.Text("reply"))
	case o.Has("reply"):
		return fmt.Sprintf("greets with a match of %q", o.Text("reply"))
	}
	return "takes connections"
}

// Machine implements prentice.ProbeKind.
func (port) Machine(q prentice.Probe) string {
	host, _, err := net.SplitHostPort(q.Target)
	if err != nil {
		return ""
	}
	return host
}

// Look implements prentice.ProbeKind.
func (k port) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	c, err := k.p.dialer.DialContext(ctx, "tcp"+q.Options.Text("ip"), q.Target)
	if err != nil {
		return unreached(q, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	if how := q.Options.Text("starttls"); how != "" {
		if err := startTLS(c, how); err != nil {
			return late(ctx, q, err)
		}
		return prentice.Observation{Truth: prentice.Pass, Says: q.Target + " begins TLS in " + how}
	}
	if text := q.Options.Text("send"); text != "" {
		if _, err := io.WriteString(c, text); err != nil {
			return late(ctx, q, err)
		}
	}
	if pattern := q.Options.Text("reply"); pattern != "" {
		return reply(ctx, q, c, pattern)
	}
	return prentice.Observation{Truth: prentice.Pass, Says: q.Target + " takes connections"}
}

// reply reads until a pattern matches, the end, the timeout, or mostReply.
func reply(ctx context.Context, q prentice.Probe, c io.Reader, pattern string) prentice.Observation {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return unseen(fmt.Sprintf("reply %q is no pattern: %v", pattern, err))
	}
	said := make([]byte, 0, mostReply)
	for {
		n, err := c.Read(said[len(said):cap(said)])
		said = said[:len(said)+n]
		switch {
		case re.Match(said):
			return prentice.Observation{Truth: prentice.Pass, Says: q.Target + " answered as it should"}
		case len(said) == cap(said):
			return failed(fmt.Sprintf("%s answered without a match of %q in %d KiB", q.Target, pattern, mostReply>>10))
		case err == io.EOF && len(said) > 0, err != nil && ctx.Err() != nil && len(said) > 0:
			return failed(fmt.Sprintf("%s answered without a match of %q", q.Target, pattern))
		case err != nil:
			return late(ctx, q, err)
		}
	}
}

var _ prentice.ProbeKind = port{}
