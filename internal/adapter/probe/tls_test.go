package probe_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/probe"
)

// issuer is who signs certificates.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

const oneDay = 24 * time.Hour

// issue makes a certificate that begins and ends so far from now; nil signs itself.
func (i *issuer) issue(t *testing.T, name string, ca bool, begins, ends time.Duration) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(begins), NotAfter: now.Add(ends),
		IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ca {
		c.KeyUsage |= x509.KeyUsageCertSign
	} else {
		c.DNSNames = []string{name}
	}
	parent, by := c, key
	if i != nil {
		parent, by = i.cert, i.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{made, key}
}

// pem is a file with the certificate.
func (i *issuer) pem(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serves shows a certificate with others beside it to all who come, after what early does.
func serves(t *testing.T, leaf *issuer, early func(net.Conn), beside ...*issuer) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	shown := tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key}
	for _, b := range beside {
		shown.Certificate = append(shown.Certificate, b.cert.Raw)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if early != nil {
					early(c)
				}
				tls.Server(c, &tls.Config{Certificates: []tls.Certificate{shown}}).Handshake() //nolint:errcheck // who asks says
			}()
		}
	}()
	return l.Addr().String()
}

// looksAt is what a probe of the kind tls sees.
func looksAt(t *testing.T, at string, o options) prentice.Observation {
	t.Helper()
	q := prentice.Probe{Kind: "tls", Target: at, Options: o, Timeout: time.Minute}
	for _, k := range probe.New().Kinds() {
		if k.Name() == "tls" {
			if found := k.Lint(q); len(found) > 0 {
				t.Errorf("%v: lint says %+v", o, found)
			}
		}
	}
	return probe.New().Probe(t.Context(), q)
}

func TestWhatIsWrongWithACertificateThatIsServedIsToldApart(t *testing.T) {
	root := (*issuer)(nil).issue(t, "Root", true, -oneDay, 4000*oneDay)
	between := root.issue(t, "Between", true, -oneDay, 2000*oneDay)
	soon := root.issue(t, "Soon", true, -300*oneDay, 4*oneDay)
	over := root.issue(t, "Over", true, -300*oneDay, -4*oneDay)
	trust := root.pem(t)
	for _, c := range []struct {
		name     string
		leaf     *issuer
		beside   []*issuer
		truth    prentice.Truth
		degraded bool
		says     string
	}{
		{"good", root.issue(t, "shop", false, -10*oneDay, 80*oneDay), nil, prentice.Pass, false, "in 79 days: 88 % of its life are left"},
		{"good by one between", between.issue(t, "shop", false, -10*oneDay, 80*oneDay), []*issuer{between}, prentice.Pass, false, "its certificate ends on"},
		{"24 % left", root.issue(t, "shop", false, -76*oneDay, 24*oneDay), nil, prentice.Pass, true, "it should have been renewed"},
		{"9 % left", root.issue(t, "shop", false, -91*oneDay, 9*oneDay), nil, prentice.Fail, false, "8 % of its life are left; renew it now"},
		{"six days of a certificate of six days", root.issue(t, "shop", false, -time.Hour, 6*oneDay), nil, prentice.Pass, false, ""},
		{"two years of one of ten", root.issue(t, "shop", false, -8*365*oneDay, 2*365*oneDay), nil, prentice.Pass, false, ""},
		{"what signed it ends before it", soon.issue(t, "shop", false, -oneDay, 80*oneDay), []*issuer{soon}, prentice.Fail, false, "the certificate of Soon, on which it rests, ends on"},
		{"what signed it is over", over.issue(t, "shop", false, -oneDay, 80*oneDay), []*issuer{over}, prentice.Fail, false, "the certificate of Over, which signed it, is good from"},
		{"over", root.issue(t, "shop", false, -90*oneDay, -3*oneDay-time.Hour), nil, prentice.Fail, false, "3 days ago"},
		{"not yet", root.issue(t, "shop", false, 2*oneDay, 90*oneDay), nil, prentice.Fail, false, "its certificate begins only on"},
		{"odd dates", root.issue(t, "shop", false, 90*oneDay, -oneDay), nil, prentice.Fail, false, "odd dates"},
		{"another name", root.issue(t, "store", false, -oneDay, 90*oneDay), nil, prentice.Fail, false, "its certificate is not for shop: it is for store"},
		{"signed by itself", (*issuer)(nil).issue(t, "shop", false, -oneDay, 90*oneDay), nil, prentice.Fail, false, "signed by itself"},
		{"incomplete", between.issue(t, "shop", false, -oneDay, 90*oneDay), nil, prentice.Fail, false, "its chain is incomplete: it ends with shop, signed by Between"},
		{"a stranger's", func() *issuer {
			other := (*issuer)(nil).issue(t, "Other\x1b[31m", true, -oneDay, 90*oneDay)
			return other.issue(t, "shop", false, -oneDay, 90*oneDay)
		}(), nil, prentice.Fail, false, "signed by Other[31m, whose certificate is neither"},
	} {
		seen := looksAt(t, serves(t, c.leaf, nil, c.beside...), options{"server_name": {"shop"}, "trust": {trust}})
		if seen.Truth != c.truth || seen.Degraded != c.degraded || !strings.Contains(seen.Says, c.says) {
			t.Errorf("%s: %s degraded=%v %q", c.name, seen.Truth, seen.Degraded, seen.Says)
		}
	}
}

func TestTheWorstOfAllEndpointsCounts(t *testing.T) {
	root := (*issuer)(nil).issue(t, "Root", true, -oneDay, 4000*oneDay)
	good, old := root.issue(t, "shop", false, -oneDay, 80*oneDay), root.issue(t, "shop", false, -90*oneDay, -oneDay)
	bad := serves(t, old, nil)
	seen := looksAt(t, serves(t, good, nil), options{"server_name": {"shop"}, "trust": {root.pem(t)}, "endpoints": {serves(t, good, nil), bad}})
	if !seen.Failed() || !strings.HasPrefix(seen.Says, bad) {
		t.Errorf("got %+v", seen)
	}
}

// speaks says each line behind +, and wants each behind -.
func speaks(lines ...string) func(net.Conn) {
	return func(c net.Conn) {
		for _, line := range lines {
			if text, say := strings.CutPrefix(line, "+"); say {
				io.WriteString(c, text) //nolint:errcheck // who asks says
				continue
			}
			got := make([]byte, len(line)-1)
			if _, err := io.ReadFull(c, got); err != nil || string(got) != line[1:] {
				c.Close()
				return
			}
		}
	}
}

func TestTLSThatBeginsInTheClearIsSeen(t *testing.T) {
	root := (*issuer)(nil).issue(t, "Root", true, -oneDay, 4000*oneDay)
	good := root.issue(t, "shop", false, -oneDay, 80*oneDay)
	trust := root.pem(t)
	for how, early := range map[string]func(net.Conn){
		"smtp":     speaks("+220-mail.test\r\n220 ESMTP\r\n", "-EHLO prentice.invalid\r\n", "+250-mail.test\r\n250-STARTTLS\r\n250 HELP\r\n", "-STARTTLS\r\n", "+220 go\r\n"),
		"imap":     speaks("+* OK ready\r\n", "-a STARTTLS\r\n", "+a OK begin\r\n"),
		"pop3":     speaks("++OK ready\r\n", "-STLS\r\n", "++OK begin\r\n"),
		"postgres": speaks("-\x00\x00\x00\x08\x04\xd2\x16\x2f", "+S"),
		"ldap":     speaks("-\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037", "+\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
	} {
		at := serves(t, good, early)
		if seen := looksAt(t, at, options{"server_name": {"shop"}, "trust": {trust}, "starttls": {how}}); !seen.OK() {
			t.Errorf("%s: %+v", how, seen)
		}
		if seen := probe.New().Probe(t.Context(), prentice.Probe{Kind: "tcp", Target: at, Options: options{"starttls": {how}}, Timeout: time.Minute}); !seen.OK() || !strings.HasSuffix(seen.Says, "begins TLS in "+how) {
			t.Errorf("%s: %+v", how, seen)
		}
	}
	at := serves(t, good, speaks("+* OK ready\r\n", "-a STARTTLS\r\n", "+a NO not here\x1b[2J\r\n"))
	if seen := looksAt(t, at, options{"starttls": {"imap"}}); !seen.Failed() || strings.Contains(seen.Says, "\x1b") {
		t.Errorf("one that does not: %+v", seen)
	}
}

func TestWhatAPortSaysIsHeldAgainstWhatIsWanted(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, "220 hello\n") //nolint:errcheck // who asks says
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					io.WriteString(c, "you said "+line) //nolint:errcheck // who asks says
				}
			}()
		}
	}()
	for _, c := range []struct {
		o       options
		timeout time.Duration
		truth   prentice.Truth
		says    string
	}{
		{options{"reply": {"^220 "}}, time.Minute, prentice.Pass, " answered as it should"},
		{options{"send": {"PING\n"}, "reply": {"said PING"}}, time.Minute, prentice.Pass, " answered as it should"},
		{options{"send": {"PING\n"}, "reply": {"PONG"}}, 100 * time.Millisecond, prentice.Fail, ` answered without a match of "PONG"`},
		{nil, time.Minute, prentice.Pass, " takes connections"},
	} {
		q := prentice.Probe{Kind: "tcp", Target: l.Addr().String(), Options: c.o, Timeout: c.timeout}
		if seen := probe.New().Probe(t.Context(), q); seen.Truth != c.truth || seen.Says != q.Target+c.says {
			t.Errorf("%v: %+v", c.o, seen)
		}
	}
	drip := prentice.Probe{Kind: "tcp", Target: dripper(t, ""), Options: options{"reply": {"never"}}, Timeout: 50 * time.Millisecond}
	if seen := probe.New().Probe(t.Context(), drip); !seen.Failed() || !strings.HasSuffix(seen.Says, "no answer in time") {
		t.Errorf("one that is silent: %+v", seen)
	}
}
