package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// certificate is the kind tls: what is served as a certificate is good, and for long enough.
type certificate struct{ p *Prober }

// A certificate is to be renewed when a quarter of its life is left, and urgent at a tenth;
// one that lives for years at most these times before.
const (
	warnShare, pageShare = 0.25, 0.10
	warnMost, pageMost   = 90 * 24 * time.Hour, 30 * 24 * time.Hour
)

// Name implements prentice.ProbeKind.
func (certificate) Name() string { return "tls" }

// Keys implements prentice.ProbeKind.
func (certificate) Keys() []string {
	return []string{"server_name", "starttls", "endpoints", "trust", "ip"}
}

// Lint implements prentice.ProbeKind.
func (certificate) Lint(q prentice.Probe) (found []prentice.Finding) {
	for _, at := range endpoints(q) {
		if !reach.IsAddress(at) {
			found = append(found, wrong("write host:port", "target %q is not host:port", clip.Text(at))...)
		}
	}
	return slices.Concat(found, lintStart(q.Options), lintIP(q.Options), lintTrust(q.Options))
}

// Says implements prentice.ProbeKind.
func (certificate) Says(q prentice.Probe) string {
	says := "serves a good certificate"
	if name := q.Options.Text("server_name"); name != "" {
		says += " for " + name
	}
	if n := len(q.Options["endpoints"]); n > 0 {
		says += fmt.Sprintf(", there and at %s", strings.Join(q.Options["endpoints"], ", "))
	}
	return says
}

// Machine implements prentice.ProbeKind.
func (certificate) Machine(q prentice.Probe) string { return port{}.Machine(q) }

// Look implements prentice.ProbeKind. The worst of the endpoints counts.
func (k certificate) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	roots, err := trusted(q.Options)
	if err != nil {
		return unseen(err.Error())
	}
	all := endpoints(q)
	looks := make(chan prentice.Observation, len(all))
	for _, at := range all {
		go func() { looks <- k.look(ctx, q, at, roots) }()
	}
	worst := <-looks
	for range len(all) - 1 {
		if seen := <-looks; badness(seen) > badness(worst) {
			worst = seen
		}
	}
	return worst
}

func endpoints(q prentice.Probe) []string {
	return append([]string{q.Target}, q.Options["endpoints"]...)
}

func badness(o prentice.Observation) int {
	switch {
	case o.Failed():
		return 3
	case !o.OK():
		return 2
	case o.Degraded:
		return 1
	}
	return 0
}

// look looks at one endpoint. The certificate is judged when it was shown, whatever
// becomes of the connection: who asks for one of the visitor shows its own before.
func (k certificate) look(ctx context.Context, q prentice.Probe, at string, roots *x509.CertPool) prentice.Observation {
	asked := q
	asked.Target = at
	c, err := k.p.dialer.DialContext(ctx, "tcp"+q.Options.Text("ip"), at)
	if err != nil {
		return unreached(asked, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	if how := q.Options.Text("starttls"); how != "" {
		if err := startTLS(c, how); err != nil {
			return late(ctx, asked, err)
		}
	}
	name := q.Options.Text("server_name")
	if name == "" {
		name, _, _ = net.SplitHostPort(at)
	}
	var chain []*x509.Certificate
	conn := tls.Client(c, &tls.Config{
		ServerName: name, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // it is verified below, and nothing is sent
		VerifyConnection: func(s tls.ConnectionState) error {
			chain = s.PeerCertificates
			return nil
		},
	})
	err = conn.HandshakeContext(ctx)
	if len(chain) == 0 {
		if err == nil {
			err = errors.New("it showed no certificate")
		}
		return late(ctx, asked, err)
	}
	seen := judgeChain(time.Now(), name, chain, roots)
	seen.Says = at + ": " + seen.Says
	return seen
}

// late is an error of a connection; one that came because the time was over says so.
func late(ctx context.Context, q prentice.Probe, err error) prentice.Observation {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return unreached(q, err)
}

// judgeChain says what is to be thought of a chain of certificates at a time.
func judgeChain(now time.Time, name string, chain []*x509.Certificate, roots *x509.CertPool) prentice.Observation {
	leaf, between := chain[0], x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	switch {
	case leaf.NotAfter.Before(leaf.NotBefore):
		return failed(fmt.Sprintf("its certificate has odd dates: it ends on %s, before it begins on %s", day(leaf.NotAfter), day(leaf.NotBefore)))
	case now.Before(leaf.NotBefore):
		return failed(fmt.Sprintf("its certificate begins only on %s", leaf.NotBefore.UTC().Format("2006-01-02 15:04 UTC")))
	case now.After(leaf.NotAfter):
		seen := failed(fmt.Sprintf("its certificate ended on %s, %s ago", day(leaf.NotAfter), days(now.Sub(leaf.NotAfter))))
		seen.Ends = leaf.NotAfter
		return seen
	}
	if err := leaf.VerifyHostname(name); err != nil {
		return failed(fmt.Sprintf("its certificate is not for %s: %s", name, namesOf(leaf)))
	}
	good, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now})
	if err != nil {
		return failed(whyUntrusted(now, chain, err))
	}
	return lifeLeft(now, good)
}

// whyUntrusted tells apart why a certificate is not to be trusted.
func whyUntrusted(now time.Time, chain []*x509.Certificate, err error) string {
	leaf, last := chain[0], chain[len(chain)-1]
	for _, c := range chain[1:] {
		if now.After(c.NotAfter) || now.Before(c.NotBefore) {
			return fmt.Sprintf("the certificate of %s, which signed it, is good from %s to %s only", of(c), day(c.NotBefore), day(c.NotAfter))
		}
	}
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	switch {
	case !unknown:
		return "its certificate is not good: " + printed(err.Error())
	case own(leaf):
		return "its certificate is signed by itself, and is not trusted here"
	case own(last):
		return fmt.Sprintf("its certificate is signed by %s, who is not trusted here", of(last))
	}
	return fmt.Sprintf("its chain is incomplete: it ends with %s, signed by %s, whose certificate is neither sent nor trusted here", of(last), printed(nameOf(last.Issuer.CommonName, last.Issuer.String())))
}

// own says whether a certificate signed itself.
func own(c *x509.Certificate) bool {
	return string(c.RawIssuer) == string(c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// lifeLeft judges how long what is good will be so. The certificate of the best chain that
// ends first counts.
func lifeLeft(now time.Time, good [][]*x509.Certificate) prentice.Observation {
	var first *x509.Certificate
	for _, chain := range good {
		ends := slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
		if first == nil || ends.NotAfter.After(first.NotAfter) {
			first = ends
		}
	}
	left, life := first.NotAfter.Sub(now), first.NotAfter.Sub(first.NotBefore)
	whose := "its certificate"
	if first != good[0][0] {
		whose = "the certificate of " + of(first) + ", on which it rests,"
	}
	seen := prentice.Observation{Truth: prentice.Pass, Ends: first.NotAfter, Says: fmt.Sprintf("%s ends on %s, in %s: %.0f %% of its life are left", whose, day(first.NotAfter), days(left), math.Floor(100*left.Seconds()/life.Seconds()))}
	switch {
	case left <= part(life, pageShare, pageMost):
		seen.Truth = prentice.Fail
		seen.Says += "; renew it now"
	case left <= part(life, warnShare, warnMost):
		seen.Degraded = true
		seen.Says += "; it should have been renewed"
	}
	return seen
}

func part(life time.Duration, share float64, most time.Duration) time.Duration {
	return min(time.Duration(float64(life)*share), most)
}

// namesOf are the names that a certificate is for.
func namesOf(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "it names no machine"
	}
	more := ""
	if len(names) > 5 {
		names, more = names[:5], ", …"
	}
	return "it is for " + printed(strings.Join(names, ", ")) + more
}

func of(c *x509.Certificate) string {
	return printed(nameOf(c.Subject.CommonName, c.Subject.String()))
}

func nameOf(common, whole string) string {
	if common != "" {
		return common
	}
	return whole
}

// printed is what a stranger wrote as a line can show it.
func printed(s string) string {
	return clip.Text(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// days is a time in whole days, or hours when it is short.
func days(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

var _ prentice.ProbeKind = certificate{}
