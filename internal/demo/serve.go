package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"prentice"
)

// settings are what a service is told on its command line.
type settings struct {
	name     string
	port     int
	state    string
	orders   string // checkout: where orders is
	payments string // checkout: where payments is
}

// Serve is the subcommand `demo-service NAME --port N --state DIR [verb]`.
// Without a verb it runs the service until ctx ends; start, stop and status do
// for it what an init system does for a real one: start returns when the
// service answers, status is an error when it does not run.
func Serve(ctx context.Context, name string, args []string, stdout io.Writer) error {
	s, verb, err := parse(name, args)
	if err != nil {
		return err
	}
	switch verb {
	case "":
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
		defer stop()
		return s.run(ctx, stdout)
	case "start":
		return s.start(ctx, stdout)
	case "stop":
		return stop(ctx, s.state, s.name, stdout)
	case "status":
		return status(s.state, s.name, stdout)
	default:
		return prentice.Errorf(prentice.Invalid, "%s: there is no verb %q", name, verb).Try("use start, stop or status, or none to run it here")
	}
}

func parse(name string, args []string) (settings, string, error) {
	s := settings{name: name}
	if err := known(name); err != nil {
		return s, "", err
	}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&s.port, "port", 0, "the port on loopback")
	flags.StringVar(&s.state, "state", "", "the folder for data")
	flags.StringVar(&s.orders, "orders", "", "where orders is")
	flags.StringVar(&s.payments, "payments", "", "where payments is")
	if err := flags.Parse(args); err != nil {
		return s, "", prentice.Errorf(prentice.Invalid, "demo-service %s: %w", name, err).Try("give --port N --state DIR")
	}
	switch {
	case flags.NArg() > 1:
		return s, "", prentice.Errorf(prentice.Invalid, "demo-service %s: %q is one word too many", name, flags.Arg(1)).Try("give at most one verb")
	case s.port < 1 || s.port > 65535:
		return s, "", prentice.Errorf(prentice.Invalid, "demo-service %s: port %d", name, s.port).Try("give --port from 1 to 65535")
	case s.state == "":
		return s, "", prentice.Errorf(prentice.Invalid, "demo-service %s has no state folder", name).Try("give --state DIR")
	case name == Checkout && (s.orders == "" || s.payments == ""):
		return s, "", prentice.Errorf(prentice.Invalid, "checkout does not know where the others are").Try("give --orders URL --payments URL")
	}
	state, err := filepath.Abs(s.state)
	if err != nil {
		return s, "", err
	}
	s.state = state
	return s, flags.Arg(0), nil
}

// args is the command line that runs the service as it was asked for.
func (s settings) args() []string {
	args := []string{"demo-service", s.name, "--port", strconv.Itoa(s.port), "--state", s.state}
	if s.name == Checkout {
		args = append(args, "--orders", s.orders, "--payments", s.payments)
	}
	return args
}

// run is the service itself. It holds its pid file while it lives, whatever way
// its life ends.
func (s settings) run(ctx context.Context, stdout io.Writer) error {
	log := slog.New(slog.NewTextHandler(stdout, nil)).With("service", s.name)
	if err := os.MkdirAll(s.state, 0o700); err != nil {
		return explained(fmt.Errorf("make the state folder: %w", err))
	}
	pid, err := hold(s.state, s.name)
	if err != nil {
		return err
	}
	defer pid.Close()
	handler, closing, err := s.open()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	if err != nil {
		return errors.Join(prentice.Errorf(prentice.Unavailable, "%s: port %d: %w", s.name, s.port, err).Try("stop what listens there, or choose another port"), closing())
	}
	log.Info("started", "address", l.Addr().String(), "pid", os.Getpid())
	err = listen(ctx, l, handler)
	log.Info("stopped", "err", err)
	return errors.Join(err, closing())
}

// open makes the service's pages, and what must be done when it stops.
func (s settings) open() (http.Handler, func() error, error) {
	switch s.name {
	case Orders:
		o, err := openOrders(s.state)
		if err != nil {
			return nil, nil, err
		}
		return o.pages(), o.close, nil
	case Payments:
		return new(payments).pages(), func() error { return nil }, nil
	default:
		return newCheckout(s.orders, s.payments).pages(), func() error { return nil }, nil
	}
}

// listen serves until ctx ends, and then lets requests that have begun finish.
func listen(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	over := make(chan error, 1)
	go func() { over <- server.Serve(l) }()
	select {
	case err := <-over:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil {
		err = server.Close()
	}
	<-over
	return err
}
