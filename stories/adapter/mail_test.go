package adapter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"prentice"
	"prentice/internal/adapter/notify"
	"prentice/internal/engine/notice"
)

// postbox is a mail server that keeps what it gets.
type postbox struct {
	mu        sync.Mutex
	letters   []string // guarded by mu
	from      string
	to        []string
	encrypted bool
	user      string
}

type session struct {
	box  *postbox
	conn *smtp.Conn
}

func (b *postbox) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{b, c}, nil }
func (s *session) AuthMechanisms() []string                      { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "mail-is-secret" {
			return errors.New("wrong: " + password)
		}
		s.box.user = user
		return nil
	}), nil
}
func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.box.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.to = append(s.box.to, to)
	return nil
}
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.letters = append(s.box.letters, string(text))
	_, s.box.encrypted = s.conn.TLSConnectionState()
	return err
}
func (*session) Reset()        {}
func (*session) Logout() error { return nil }

// office starts a mail server, with a certificate when it is to encrypt.
func office(t *testing.T, encrypt, atOnce bool) (box *postbox, address string, roots *x509.CertPool) {
	t.Helper()
	box = &postbox{}
	server := smtp.NewServer(box)
	server.AllowInsecureAuth, server.Domain = true, "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if encrypt {
		certified := httptest.NewTLSServer(nil)
		roots = x509.NewCertPool()
		roots.AddCert(certified.Certificate())
		server.TLSConfig = &tls.Config{Certificates: certified.TLS.Certificates}
		certified.Close()
	}
	address = listener.Addr().String()
	if atOnce {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go server.Serve(listener) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { server.Close() })
	return box, address, roots
}

type secrets map[string]string

func (s secrets) Value(_ context.Context, name string) (string, error) { return s[name], nil }

var message = notice.Message{
	ID: "msg_1", Topic: notice.Asked, Time: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), Title: "run/7 waits for an approver: restart on service/shop, on 1 host",
	About: "run/7", Risk: "change", Targets: []prentice.Ref{"host/web"}, Reason: "the probe is right", Link: "https://prentice.example.com/runs/7",
}

func channel(address string) notice.Channel {
	return notice.Channel{Name: "mail", Kind: notice.SMTP, URL: address, From: "prentice@example.com", To: []string{"ops@example.com", "ann@example.com"}}
}

func TestALetterArrives(t *testing.T) {
	for _, c := range []struct {
		name             string
		encrypt, atOnce  bool
		password, scheme string
	}{
		{"over a server that offers no encryption", false, false, "", "smtp://"},
		{"encrypted as soon as that is offered", true, false, "", "smtp://"},
		{"encrypted, with a password", true, false, "mail-is-secret", "smtp://prentice@"},
		{"encrypted from the start, with a password", true, true, "mail-is-secret", "smtps://prentice@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			box, address, roots := office(t, c.encrypt, c.atOnce)
			to := channel(c.scheme + address)
			if c.password != "" {
				to.Secret = "password"
			}
			if err := notify.New(secrets{"password": c.password}, time.Now, roots).Send(t.Context(), to, message); err != nil {
				t.Fatal(err)
			}
			box.mu.Lock()
			defer box.mu.Unlock()
			if len(box.letters) != 1 || box.from != "prentice@example.com" || len(box.to) != 2 || box.encrypted != c.encrypt || (box.user != "") != (c.password != "") {
				t.Fatalf("got %+v", box)
			}
			letter, err := mail.ReadMessage(strings.NewReader(box.letters[0]))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(letter.Body)
			if letter.Header.Get("Subject") != message.Title || !strings.Contains(letter.Header.Get("Message-Id"), "msg_1@") || !strings.HasPrefix(letter.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("header %v", letter.Header)
			}
			if !strings.Contains(string(body), "runs/7") {
				t.Errorf("body %s", body)
			}
		})
	}
}

func TestATitleCannotAddAHeader(t *testing.T) {
	box, address, _ := office(t, false, false)
	evil := message
	evil.Title = "hello\r\nBcc: mallory@example.com\r\n\r\nbody"
	if err := notify.New(nil, time.Now, nil).Send(t.Context(), channel("smtp://"+address), evil); err != nil {
		t.Fatal(err)
	}
	letter, err := mail.ReadMessage(strings.NewReader(box.letters[0]))
	if err != nil || letter.Header.Get("Bcc") != "" || len(box.to) != 2 {
		t.Errorf("%v, %v, to %v", err, letter.Header, box.to)
	}
}

func TestAWrongPasswordIsNotToldToAnybody(t *testing.T) {
	_, address, roots := office(t, true, false)
	to := channel("smtp://prentice@" + address)
	to.Secret = "password"
	err := notify.New(secrets{"password": "another-secret"}, time.Now, roots).Send(t.Context(), to, message)
	if err == nil || strings.Contains(err.Error(), "another-secret") {
		t.Errorf("got %v", err)
	}
}

func TestAMailServerWithAWrongCertificateGetsNothing(t *testing.T) {
	box, address, _ := office(t, true, false)
	err := notify.New(nil, time.Now, nil).Send(t.Context(), channel("smtp://"+address), message)
	if err == nil || !strings.Contains(err.Error(), "certificate") || len(box.letters) > 0 {
		t.Errorf("%v, letters %v", err, box.letters)
	}
}
