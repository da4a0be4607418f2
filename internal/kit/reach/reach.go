// Package reach says in one sentence why something on the network could not be
// reached, and whether that is the fault of the one who asks.
//
// It refuses to show addresses of the asker's own sockets and the chain of words
// that the standard library puts in front of every network error.
package reach

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Why is the reason for people. It does not repeat the address.
func Why(err error) string {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var wrongName x509.HostnameError
	var certificate x509.CertificateInvalidError
	switch {
	case err == nil:
		return ""
	case timedOut(err):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "stopped before there was an answer"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name " + dns.Name + " is not known"
	case errors.As(err, &dns):
		return "the name " + dns.Name + " could not be looked up: " + dns.Err
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "the machine does not answer (no route to host)"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.ENETDOWN):
		return "there is no network to it from here"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many files are open here"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no free port or address is left here"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it hung up before it had answered"
	case errors.As(err, &unknown):
		return "its certificate is signed by no one who is trusted here"
	case errors.As(err, &wrongName):
		return "its certificate is for another name: " + wrongName.Error()
	case errors.As(err, &certificate):
		return "its certificate is not good: " + certificate.Error()
	}
	return plain(err)
}

// Ours says whether the fault lies with the one who asks: then nothing has been
// learnt about the other side.
func Ours(err error) bool {
	for _, ours := range []error{context.Canceled, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EACCES, syscall.EPERM} {
		if errors.Is(err, ours) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// plain is an error's text without the layers of net/http and net.
func plain(err error) string {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	if outer, ok := errors.AsType[*net.OpError](err); ok {
		err = outer.Err
	}
	text := err.Error()
	for _, prefix := range []string{"net/http: ", "http: ", "tls: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
