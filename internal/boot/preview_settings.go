package boot

import (
	"net"
	"net/url"
	"strings"

	"prentice"
	"prentice/internal/engine/preview"
)

// PreviewSettings are those of the addresses of environments.
type PreviewSettings struct {
	Domain   string `toml:"domain"`     // below which each has a name, with a port or without; "" is preview.localhost
	Listen   string `toml:"listen"`     // host:port of previews alone; "" is the address of the pages
	Cert     string `toml:"tls_cert"`   // files of a certificate and its key, read again when they change
	Key      string `toml:"tls_key"`    //
	ACME     string `toml:"acme"`       // the directory of an authority that gives certificates
	Email    string `toml:"acme_email"` // which it writes to; "" is none
	ACMERoot string `toml:"acme_root"`  // a file of certificates by which it is known, if not those of the machine
}

func (p PreviewSettings) tls() bool { return p.Cert != "" || p.ACME != "" }

// check refuses settings with which sessions would travel in the open, and a domain that
// shares cookies with the pages: what runs in an environment is whatever a change brings,
// and must not be the site to which people sign in.
func (p PreviewSettings) check(s Settings) error {
	d, err := p.parsed()
	if err != nil {
		return err
	}
	for _, host := range s.hosts() {
		host = strings.ToLower(host)
		if host == d.Name || strings.HasSuffix(host, "."+d.Name) || strings.HasSuffix(d.Name, "."+host) {
			return prentice.Errorf(prentice.Refused, "previews below %s and the pages at %s would share cookies", d.Name, host).Try("give previews a domain of their own, such as one that was registered for them")
		}
	}
	switch {
	case (p.Cert == "") != (p.Key == ""):
		return prentice.Errorf(prentice.Invalid, "of tls_cert and tls_key of previews there is only one").Try("name both files, or none")
	case p.Cert != "" && p.ACME != "":
		return prentice.Errorf(prentice.Invalid, "previews have both tls_cert and acme").Try("leave one of them out")
	case p.tls() && p.Listen == "":
		return prentice.Errorf(prentice.Invalid, "previews have a certificate and no address of their own").Try("set listen under [preview], such as 0.0.0.0:443")
	case p.ACME != "" && d.Local():
		return prentice.Errorf(prentice.Invalid, "no authority gives certificates for %s", d.Name).Try("set domain under [preview] to a name that leads here from the internet")
	}
	if u, err := url.Parse(p.ACME); p.ACME != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return prentice.Errorf(prentice.Invalid, "acme of previews is %q, and not the directory of an authority", p.ACME).Try("write https://acme-v02.api.letsencrypt.org/directory for Let's Encrypt, whose terms you then accept")
	}
	return p.checkListen(s.Remote)
}

func (p PreviewSettings) checkListen(remote bool) error {
	if p.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(p.Listen)
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "listen address of previews %q: %w", p.Listen, err).Try("write 127.0.0.1:7480, or 0.0.0.0:443 with a certificate")
	}
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() || remote || p.tls() {
		return nil
	}
	return prentice.Errorf(prentice.Refused, "previews at %s can be reached from other machines, and are not encrypted", p.Listen).
		Try("set tls_cert and tls_key, or acme, under [preview]; or listen on 127.0.0.1 behind a proxy that speaks TLS")
}

// parsed is the domain as it is set, without the port of a listener.
func (p PreviewSettings) parsed() (preview.Domain, error) {
	d, err := preview.ParseDomain(orElse(p.Domain, preview.Local))
	if p.tls() {
		d.Scheme = "https"
	}
	return d, err
}

// at is the domain as people reach it, where previews are served at an address.
func (p PreviewSettings) at(address string) preview.Domain {
	d, err := p.parsed()
	if err != nil { // it was checked
		return preview.Domain{Scheme: "http", Name: preview.Local}
	}
	if d.Port == "" && (d.Local() || p.tls()) { // else a proxy is before it, at the port of the scheme
		_, d.Port, _ = net.SplitHostPort(address)
	}
	return d
}
