package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"

	"github.com/wneessen/go-mail"

	"prentice/internal/engine/notice"
)

// mail sends the message as plain text. The connection is encrypted from the
// start with smtps, and as soon as the server offers it with smtp; a password
// goes over an encrypted connection or not at all, unless the server is this
// machine.
func (s *Sender) mail(ctx context.Context, c notice.Channel, address *url.URL, secret string, m notice.Message) error {
	letter, err := letterOf(c, m)
	if err != nil {
		return err
	}
	client, err := s.postOffice(address, secret)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.patient)
	defer cancel()
	return client.DialAndSendWithContext(ctx, letter)
}

func (s *Sender) postOffice(address *url.URL, secret string) (*mail.Client, error) {
	host, port := address.Hostname(), 587
	options := []mail.Option{mail.WithTimeout(s.patient), mail.WithHELO("prentice.invalid"), mail.WithoutNoop(),
		mail.WithDialContextFunc(s.dial(address.Scheme == "smtps", host)),
		mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}), mail.WithTLSPolicy(mail.TLSOpportunistic)}
	if address.Scheme == "smtps" {
		port = 465
		options = append(options, mail.WithTLSPolicy(mail.NoTLS)) // the connection is encrypted already
	}
	if p, err := strconv.Atoi(address.Port()); err == nil {
		port = p
	}
	options = append(options, mail.WithPort(port))
	if secret != "" {
		if address.User.Username() == "" {
			return nil, errors.New("there is a password and no name: write smtp://name@host:587")
		}
		options = append(options, mail.WithUsername(address.User.Username()), mail.WithPassword(secret), mail.WithSMTPAuth(mail.SMTPAuthPlain))
		if address.Scheme == "smtp" && !local(host) {
			options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
		}
	}
	return mail.NewClient(host, options...)
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// letterOf writes the letter. Its id is that of the notice, so that a mailbox
// can drop doubles.
func letterOf(c notice.Channel, m notice.Message) (*mail.Msg, error) {
	letter := mail.NewMsg()
	if err := letter.From(c.From); err != nil {
		return nil, err
	}
	if err := letter.To(c.To...); err != nil {
		return nil, err
	}
	letter.Subject(m.Title)
	letter.SetMessageIDWithValue(m.ID + "@prentice.invalid")
	letter.SetDateWithValue(m.Time)
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(mail.TypeTextPlain, m.Text())
	return letter, nil
}

// mostSaid is how much a mail server may say in one talk, in bytes.
const mostSaid = 1 << 20

// dial opens a connection on which the server cannot talk for ever.
func (s *Sender) dial(encrypted bool, host string) mail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn = &bounded{Conn: conn, left: mostSaid}
		if !encrypted {
			return conn, nil
		}
		secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12})
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return secure, nil
	}
}

// bounded is a connection from which only so much is read.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the server says too much")
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
