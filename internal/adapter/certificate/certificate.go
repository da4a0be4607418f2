// Package certificate is the TLS of what listens here: certificates from files, which are
// read again when they change, or from an authority that speaks ACME (RFC 8555).
//
// It refuses to ask an authority for a name that nothing here has: anyone can connect with
// any name, and each would be a certificate. Where the names are many, one certificate for
// all of them, from files, is better: authorities count.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Files is TLS with a certificate and its key from two files. Where they cannot be read or
// do not fit, what was read before goes on.
func Files(cert, key string, log *slog.Logger) *tls.Config {
	f := &files{cert: cert, key: key, log: log}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.certificate}
}

// lookEvery is how often files are looked at.
const lookEvery = 5 * time.Second

type files struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex // guards the rest
	now    *tls.Certificate
	of     string // the times of the files that now was read from
	looked time.Time
}

func (f *files) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if age := time.Since(f.looked); f.now != nil && age >= 0 && age < lookEvery {
		return f.now, nil
	}
	f.looked = time.Now()
	of, err := f.times()
	if err == nil && of == f.of {
		return f.now, nil
	}
	if err == nil {
		var read tls.Certificate
		if read, err = tls.LoadX509KeyPair(f.cert, f.key); err == nil {
			f.now, f.of = &read, of
			return f.now, nil
		}
	}
	f.log.Error("the certificate cannot be read", "cert", f.cert, "key", f.key, "err", err)
	if f.now == nil {
		return nil, err
	}
	return f.now, nil
}

// times tell whether the files were changed.
func (f *files) times() (string, error) {
	cert, err := os.Stat(f.cert)
	if err != nil {
		return "", err
	}
	key, err := os.Stat(f.key)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(cert.ModTime().UnixNano(), cert.Size(), key.ModTime().UnixNano(), key.Size()), nil
}

// Authority is one that gives certificates.
type Authority struct {
	Directory string                                       // its address
	Email     string                                       // which it writes to; "" is none
	Root      string                                       // a file of certificates by which it is known; "" is those of the machine
	Keep      string                                       // the folder in which certificates and the account's key are
	Named     func(ctx context.Context, host string) error // an error where nothing here has that name
	Log       *slog.Logger
}

// ACME is TLS with certificates that an authority gives for each name when it is first
// asked for. It proves a name within TLS itself (RFC 8737), so that the authority must
// reach this listener at port 443 of the name.
func ACME(a Authority) *tls.Config {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.Keep), Email: a.Email,
		HostPolicy: func(ctx context.Context, host string) error {
			if err := a.Named(ctx, host); err != nil {
				return fmt.Errorf("no certificate for %q: %w", host, err)
			}
			return nil
		},
		Client: &acme.Client{DirectoryURL: a.Directory, UserAgent: "prentice", HTTPClient: a.client()}}
	conf := m.TLSConfig()
	conf.MinVersion = tls.VersionTLS12
	get := conf.GetCertificate
	conf.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		cert, err := get(hello)
		if err != nil {
			a.Log.Warn("a certificate", "name", hello.ServerName, "err", err)
		}
		return cert, err
	}
	return conf
}

// client speaks to the authority.
func (a Authority) client() *http.Client {
	c := &http.Client{Timeout: time.Minute}
	if a.Root == "" {
		return c
	}
	pool := x509.NewCertPool()
	text, err := os.ReadFile(a.Root)
	if err == nil && !pool.AppendCertsFromPEM(text) {
		err = errors.New("it holds no certificate")
	}
	if err != nil {
		a.Log.Error("the certificates of the authority", "file", a.Root, "err", err)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	c.Transport = t
	return c
}
