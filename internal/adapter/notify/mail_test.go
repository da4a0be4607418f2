package notify

import (
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/notice"
)

func channel(address string) notice.Channel {
	return notice.Channel{Name: "mail", Kind: notice.SMTP, URL: address, From: "prentice@example.com", To: []string{"ops@example.com", "ann@example.com"}}
}

func TestAPasswordNeedsAnEncryptedConnection(t *testing.T) {
	s := sender(nil)
	at, err := url.Parse("smtp://prentice@mail.example.com:587")
	if err != nil {
		t.Fatal(err)
	}
	client, err := s.postOffice(at, "password")
	if err != nil || client.TLSPolicy() != "TLSMandatory" {
		t.Errorf("policy %v, %v", client, err)
	}
	if _, err := s.postOffice(&url.URL{Scheme: "smtp", Host: "mail.example.com"}, "password"); err == nil {
		t.Error("a password without a name is taken")
	}
}

// A server that talks without an end, or not at all, is left.
func TestAHostileMailServerHarmsNobody(t *testing.T) {
	for name, says := range map[string]struct {
		greeting string
		times    int
		want     string
	}{"it says nothing": {"", 0, "in time"}, "its line never ends": {strings.Repeat("220-", 1000), 1 << 20, "too much"}} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			go func() {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				for range says.times {
					if _, err := io.WriteString(conn, says.greeting); err != nil {
						return
					}
				}
				io.Copy(io.Discard, conn) //nolint:errcheck // until the other side has had enough
			}()
			s := sender(nil)
			if says.times == 0 {
				s.patient = 200 * time.Millisecond
			}
			if err := s.Send(t.Context(), channel("smtp://"+listener.Addr().String()), message); err == nil || !strings.Contains(err.Error(), says.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
