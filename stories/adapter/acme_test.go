package adapter

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"golang.org/x/net/dns/dnsmessage"

	"prentice/internal/adapter/certificate"
)

// here is a name server for which every name is this machine.
func here(t *testing.T) string {
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
			go name(c)
		}
	}()
	return l.Addr().String()
}

// name answers questions on a connection, each behind its length (RFC 1035, 4.2.2).
func name(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		raw := make([]byte, binary.BigEndian.Uint16(size[:]))
		var m dnsmessage.Message
		if _, err := io.ReadFull(c, raw); err != nil || m.Unpack(raw) != nil || len(m.Questions) != 1 {
			return
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
		}
		answer, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil { //nolint:gosec // it is one question long
			return
		}
	}
}

// authority is Pebble, the authority that Let's Encrypt tests clients with, whose directory
// and certificate it answers. It proves names at a port of this machine.
func authority(t *testing.T, port int, asked *int) (directory, root string) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "of a test"}})
	front := wfe.New(quiet, store, va.New(quiet, 1, port, false, here(t), store), issuer, []string{"pebble.letsencrypt.org"}, false, false, 1, 1)
	var mu sync.Mutex
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "order") {
			mu.Lock()
			*asked++
			mu.Unlock()
		}
		front.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	root = filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL + "/dir", root
}

func TestAnAuthorityGivesCertificatesForNamesThatAreThereAlone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	directory, root := authority(t, l.Addr().(*net.TCPAddr).Port, &asked)
	const name = "change-42.preview.example.net"
	conf := certificate.ACME(certificate.Authority{Directory: directory, Root: root, Keep: t.TempDir(), Log: slog.New(slog.DiscardHandler), Named: func(_ context.Context, host string) error {
		if host != name {
			return errors.New("no preview has this name")
		}
		return nil
	}})
	server := &http.Server{Handler: http.NotFoundHandler(), TLSConfig: conf, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	go server.ServeTLS(l, "", "") //nolint:errcheck // it ends with the test
	t.Cleanup(func() { server.Close() })

	shake := func(name string) (*tls.Conn, error) {
		d := &net.Dialer{Timeout: 2 * time.Minute}
		return tls.DialWithDialer(d, "tcp", l.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}) //nolint:gosec // who signed is looked at below
	}
	for _, other := range []string{"change-43.preview.example.net", "evil.example.net", "preview.example.net"} {
		if c, err := shake(other); err == nil {
			c.Close()
			t.Errorf("there is a certificate for %s", other)
		}
	}
	if asked != 0 {
		t.Errorf("the authority was asked %d times for names that are not there", asked)
	}
	for range 2 { // the second has it already
		c, err := shake(name)
		if err != nil {
			t.Fatal(err)
		}
		is := c.ConnectionState().PeerCertificates[0]
		if err := is.VerifyHostname(name); err != nil || !strings.Contains(is.Issuer.CommonName, "Pebble") {
			t.Errorf("%v, by %s", err, is.Issuer)
		}
		c.Close()
	}
	if asked == 0 {
		t.Error("the authority was not asked")
	}
}
