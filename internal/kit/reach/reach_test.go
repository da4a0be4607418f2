package reach_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"

	"prentice/internal/kit/reach"
)

func dial(err error) error {
	return &url.Error{Op: "Get", URL: "http://127.0.0.1:1/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
}

func TestWhySomethingCannotBeReached(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		why  string
		ours bool
	}{
		{"nothing went wrong", nil, "", false},
		{"no one listens", dial(syscall.ECONNREFUSED), "nothing listens there (connection refused)", false},
		{"the machine is away", dial(syscall.EHOSTUNREACH), "the machine does not answer (no route to host)", false},
		{"our network is away", dial(syscall.ENETUNREACH), "there is no network to it from here", true},
		{"we have too many files open", dial(syscall.EMFILE), "too many files are open here", true},
		{"the time is over", dial(context.DeadlineExceeded), "no answer in time", false},
		{"we were stopped", dial(context.Canceled), "stopped before there was an answer", true},
		{"it hung up", dial(io.EOF), "it hung up before it had answered", false},
		{"the name is not known", dial(&net.DNSError{Name: "shop.test", Err: "no such host", IsNotFound: true}), "the name shop.test is not known", false},
		{"the name server is away", dial(&net.DNSError{Name: "shop.test", Err: "server misbehaving"}), "the name shop.test could not be looked up: server misbehaving", false},
		{"the certificate is not trusted", dial(x509.UnknownAuthorityError{}), "its certificate is signed by no one who is trusted here", false},
		{"something else", dial(errors.New("http: strange")), "strange", false},
		{"something wrapped", fmt.Errorf("probe: %w", dial(syscall.ECONNREFUSED)), "nothing listens there (connection refused)", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if why, ours := reach.Why(c.err), reach.Ours(c.err); why != c.why || ours != c.ours {
				t.Errorf("got %q, ours %v", why, ours)
			}
		})
	}
}
