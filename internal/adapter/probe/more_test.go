package probe_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/kit/db/dbtest"
)

// see is what a probe sees that lint has nothing against.
func see(t *testing.T, kind, target string, o options) prentice.Observation {
	t.Helper()
	q := prentice.Probe{Kind: kind, Target: target, Options: o, Timeout: time.Minute}
	for _, k := range probe.New().Kinds() {
		if k.Name() == kind {
			if found := k.Lint(q); len(found) > 0 {
				t.Errorf("%s %s %v: lint says %+v", kind, target, o, found)
			}
		}
	}
	return probe.New().Give(given).Probe(t.Context(), q)
}

// both listens at one port in both ways.
func both(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 100 { // a port that is free for one may be taken for the other
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp
		}
		udp.Close()
	}
	t.Fatal("no port is free in both ways")
	return nil, nil
}

// resolver answers for shop.test; it is asked over UDP, and over TCP for what is long. Each
// true answer comes behind a forged one.
func resolver(t *testing.T) string {
	t.Helper()
	udp, tcp := both(t)
	t.Cleanup(func() { udp.Close(); tcp.Close() })
	go func() {
		in := make([]byte, 4096)
		for {
			n, from, err := udp.ReadFrom(in)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(in[:n]) != nil {
				continue
			}
			forged := m
			forged.ID++
			udp.WriteTo(zone(forged, "10.6.6.6", false), from) //nolint:errcheck // who asks says
			udp.WriteTo(zone(m, "10.0.0.1", false), from)      //nolint:errcheck // who asks says
		}
	}()
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			head, in := make([]byte, 2), make([]byte, 4096)
			io.ReadFull(c, head) //nolint:errcheck // who asks says
			n := int(binary.BigEndian.Uint16(head))
			var m dnsmessage.Message
			if _, err := io.ReadFull(c, in[:n]); err == nil && m.Unpack(in[:n]) == nil {
				raw := zone(m, "10.0.0.1", true)
				c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)) //nolint:errcheck // who asks says
			}
			c.Close()
		}
	}()
	return udp.LocalAddr().String()
}

func zone(m dnsmessage.Message, a string, whole bool) []byte {
	q := m.Questions[0]
	m.Response = true
	answer := func(b dnsmessage.ResourceBody) {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: b})
	}
	switch name := q.Name.String(); {
	case name == "ill.test.":
		m.RCode = dnsmessage.RCodeServerFailure
	case name == "long.test." && !whole:
		m.Truncated = true
	case name != "shop.test." && name != "long.test.":
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		answer(&dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("web.test.")})
		answer(&dnsmessage.AResource{A: [4]byte(net.ParseIP(a).To4())})
		answer(&dnsmessage.AResource{A: [4]byte{10, 0, 0, 2}})
	case q.Type == dnsmessage.TypeMX:
		answer(&dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName("Mail.Test.")})
	}
	raw, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return raw
}

func TestWhatAResolverAnswersIsToldApart(t *testing.T) {
	at := resolver(t)
	for _, c := range []struct {
		name  string
		o     options
		truth prentice.Truth
		says  string
	}{
		{"shop.test", nil, prentice.Pass, " has A 10.0.0.1, 10.0.0.2"},
		{"shop.test", options{"answers": {"10.0.0.2", "10.0.0.1"}}, prentice.Pass, " has A 10.0.0.1, 10.0.0.2"},
		{"shop.test", options{"answers": {"10.0.0.1"}}, prentice.Fail, " has A 10.0.0.1, 10.0.0.2, not 10.0.0.1"},
		{"long.test", nil, prentice.Pass, " has A 10.0.0.1, 10.0.0.2"},
		{"shop.test", options{"record": {"MX"}, "answers": {"10 mail.test."}}, prentice.Pass, " has MX 10 mail.test"},
		{"shop.test", options{"record": {"TXT"}}, prentice.Fail, " has no TXT"},
		{"gone.test", nil, prentice.Fail, ": there is no such name (NXDOMAIN)"},
		{"gone.test", options{"code": {"NXDOMAIN"}}, prentice.Pass, " is answered NXDOMAIN"},
		{"shop.test", options{"code": {"NXDOMAIN"}}, prentice.Fail, " is answered, not NXDOMAIN"},
		{"ill.test", nil, prentice.Fail, ": the resolver could not find out (SERVFAIL)"},
	} {
		o := options{"resolver": {at}}
		for k, v := range c.o {
			o[k] = v
		}
		if seen := see(t, "dns", c.name, o); seen.Truth != c.truth || seen.Says != c.name+" at "+at+c.says {
			t.Errorf("%s %v: %s %q", c.name, c.o, seen.Truth, seen.Says)
		}
	}
}

func TestTheHealthOfAServiceOfGRPCIsAsked(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		status, state := "0", byte(1)
		switch name := string(body[min(len(body), 7):]); {
		case r.Header.Get("TE") != "trailers" || r.URL.Path != "/grpc.health.v1.Health/Check":
			status = "12"
		case name == "down":
			state = 2
		case name != "":
			status = "5"
		}
		if status == "0" {
			w.Write([]byte{0, 0, 0, 0, 2, 0x08, state}) //nolint:errcheck // who asks says
		}
		w.Header().Set("Grpc-Status", status)
	})
	s := httptest.NewUnstartedServer(handler)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	defer s.Close()
	at := strings.TrimPrefix(s.URL, "http://")
	for name, want := range map[string]string{"": "says SERVING", "down": "says NOT_SERVING", "other": `knows no service "other"`} {
		o := options{}
		if name != "" {
			o["service"] = []string{name}
		}
		if seen := see(t, "grpc", at, o); seen.Says != at+" "+want || seen.OK() != (name == "") || seen.Phases.FirstByte <= 0 {
			t.Errorf("%q: %+v", name, seen)
		}
	}
	secure := httptest.NewUnstartedServer(handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	if seen := see(t, "grpc", strings.TrimPrefix(secure.URL, "https://"), options{"tls": {"true"}, "trust": {trusts(t, secure)}}); !seen.OK() {
		t.Errorf("over TLS: %+v", seen)
	}
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	if seen := see(t, "grpc", strings.TrimPrefix(web.URL, "http://"), nil); !seen.Failed() {
		t.Errorf("a server that speaks no HTTP/2: %+v", seen)
	}
}

// says is a port that says some bytes to all who come.
func says(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, text) //nolint:errcheck // who asks says
				io.Copy(io.Discard, c)  //nolint:errcheck // until it goes
			}()
		}
	}()
	return l.Addr().String()
}

func TestADatabaseTakesSessions(t *testing.T) {
	refuses := func(code, text string) string {
		body := "SFATAL\x00C" + code + "\x00M" + text + "\x00\x00"
		return "E" + string(binary.BigEndian.AppendUint32(nil, uint32(4+len(body)))) + body
	}
	for _, c := range []struct {
		kind, text string
		ok         bool
		says       string
	}{
		{"postgres", "R\x00\x00\x00\x08\x00\x00\x00\x03", true, " takes sessions"},
		{"postgres", refuses("28000", "no entry in pg_hba.conf"), true, " takes sessions"},
		{"postgres", refuses("57P03", "the database system is starting up"), false, " refuses sessions: the database system is starting up (57P03)"},
		{"postgres", refuses("53300", "sorry, too many clients\x1b[2J already"), false, " refuses sessions: sorry, too many clients[2J already (53300)"},
		{"postgres", "HTTP/1.1 400 Bad Request\r\n\r\n", false, ": it does not answer as PostgreSQL does"},
		{"mysql", "\x0a\x00\x00\x00\x0a8.4.2\x00\x00\x00\x00", true, " takes sessions (8.4.2)"},
		{"mysql", "\x17\x00\x00\x00\xff\x10\x04Too many connections", false, " refuses sessions: error 1040 Too many connections"},
		{"mysql", "220 mail\r\n" + strings.Repeat("x", 70_000), false, " does not greet as MySQL does"},
	} {
		at := says(t, c.text)
		if seen := see(t, c.kind, at, nil); seen.OK() != c.ok || seen.Says != at+c.says {
			t.Errorf("%s %q: %s %q", c.kind, c.text[:5], seen.Truth, seen.Says)
		}
	}
}

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestARealPostgreSQLAnswersAQuery(t *testing.T) {
	u, err := url.Parse(dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	if seen := see(t, "postgres", u.Host, nil); !seen.OK() {
		t.Errorf("without a user: %+v", seen)
	}
	o := options{"user": {u.User.Username()}, "database": {strings.Trim(u.Path, "/")}}
	if seen := see(t, "postgres", u.Host, o); !seen.OK() || !strings.HasSuffix(seen.Says, "answered a query of postgres") {
		t.Errorf("got %+v", seen)
	}
	o["database"] = []string{"absent"}
	if seen := see(t, "postgres", u.Host, o); !seen.Failed() || !strings.Contains(seen.Says, "absent") {
		t.Errorf("a database that is not there: %+v", seen)
	}
}

func TestARegistrationThatEndsIsSeenOnceADay(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		left := map[string]time.Duration{"/domain/long.org": 300 * oneDay, "/domain/month.org": 20 * oneDay, "/domain/week.org": 5 * oneDay, "/domain/over.org": -oneDay}
		d, known := left[r.URL.Path]
		switch {
		case r.URL.Path == "/domain/silent.org":
			io.WriteString(w, `{"events": [{"eventAction": "registration", "eventDate": "2001-01-01T00:00:00Z"}]}`)
		case r.URL.Path == "/domain/ill.org":
			w.WriteHeader(http.StatusTooManyRequests)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprintf(w, `{"events": [{"eventAction": "expiration", "eventDate": %q}]}`, time.Now().Add(d).UTC().Format(time.RFC3339))
		}
	}))
	defer s.Close()
	for name, want := range map[string]string{
		"long.org": "pass false in 299 days", "month.org": "pass true in 19 days; renew it", "week.org": "fail false renew it now", "over.org": "fail false ended on",
		"gone.org": "fail false is not registered", "silent.org": "unknown false write until:", "ill.org": "unknown false it answered 429",
	} {
		seen := see(t, "domain", name, options{"registry": {s.URL}})
		if got := fmt.Sprint(seen.Truth, seen.Degraded); !strings.HasPrefix(want, fmt.Sprintf("%s %v ", seen.Truth, seen.Degraded)) || !strings.Contains(seen.Says, strings.SplitN(want, " ", 3)[2]) {
			t.Errorf("%s: %s %q", name, got, seen.Says)
		}
	}
	p := probe.New()
	before := asked.Load()
	for range 3 {
		p.Probe(context.Background(), prentice.Probe{Kind: "domain", Target: "long.org", Options: options{"registry": {s.URL}}})
	}
	if n := asked.Load() - before; n != 1 {
		t.Errorf("the registry was asked %d times", n)
	}
	if seen := see(t, "domain", "example.de", options{"until": {time.Now().Add(20 * oneDay).Format(time.DateOnly)}}); !seen.Degraded {
		t.Errorf("with a day that was written: %+v", seen)
	}
}

func TestWhatIsWrongWithAProbeIsSaid(t *testing.T) {
	for _, c := range []struct {
		kind, target string
		o            options
		wants        string
	}{
		{"tls", "shop", nil, `target "shop" is not host:port`},
		{"tls", "shop:443", options{"starttls": {"nntp"}}, `starttls "nntp" is not`},
		{"tcp", "shop:25", options{"starttls": {"smtp"}, "send": {"x"}}, "starttls says itself"},
		{"tcp", "shop:25", options{"reply": {"("}}, `reply "(" is no pattern`},
		{"dns", "http://shop/", nil, "is not a name"},
		{"dns", "shop.test", options{"record": {"CAA"}}, `record "CAA" is not`},
		{"dns", "shop.test", options{"code": {"NOERROR"}}, `code "NOERROR" is not`},
		{"dns", "shop.test", options{"resolver": {"10.0.0.1"}}, `resolver "10.0.0.1" is not`},
		{"icmp", "shop:80", nil, `target "shop:80" is not a machine`},
		{"grpc", "shop:80", options{"tls": {"yes"}}, `tls is "yes"`},
		{"postgres", "db:5432", options{"password": {"pg"}}, "no user signs in"},
		{"mysql", "db", nil, "is not host:port"},
		{"domain", "www.shop.co.uk", nil, "is part of shop.co.uk"},
		{"domain", "co.uk", nil, "is not a name that is registered"},
		{"domain", "shop.org", options{"until": {"soon"}}, `until "soon" is not a day`},
	} {
		for _, k := range probe.New().Kinds() {
			if k.Name() != c.kind {
				continue
			}
			found := k.Lint(prentice.Probe{Kind: c.kind, Target: c.target, Options: c.o})
			if len(found) == 0 || !strings.Contains(found[0].Text, c.wants) || !found[0].Error || found[0].Hint == "" {
				t.Errorf("%+v: %+v", c, found)
			}
		}
	}
}
