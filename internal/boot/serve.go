package boot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"prentice"
	"prentice/internal/kit/proc"
	"prentice/internal/op"
)

// patience is how long a stop waits for the steps under way.
const patience = 10 * time.Second

// Serve opens a data folder, acts on it and answers, until ctx ends. It prints
// where it is and, the first time, the owner's way in.
func Serve(ctx context.Context, set Settings, build Build, out io.Writer, log *slog.Logger) (err error) {
	begun := time.Now()
	set.build = build
	listener, err := listen(ctx, set.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	s, err := Open(ctx, set, log, Acts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	url := "http://" + listener.Addr().String()
	s.served = url
	if err := s.listenPreviews(ctx); err != nil {
		return err
	}
	if s.previewsAt != nil {
		defer s.previewsAt.Close()
	}
	link, err := s.firstStart(ctx, s.Settings.forPeople(url))
	if err != nil {
		return err
	}
	secret := rand.Text()
	handler, err := s.faces(build, secret)
	if err != nil {
		return err
	}
	if s.replicas != nil {
		s.replicas.URL = url
	}
	work, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	guarded(server, s.isLong)
	answered := make(chan error, 1)
	go func() { answered <- server.Serve(listener) }()
	if err := (whereabouts{URL: url, PID: os.Getpid(), Secret: secret}).write(s.own("")); err != nil {
		return cannotWrite(set.Data, err)
	}
	if err := s.keepStarted(); err != nil {
		return err
	}
	s.greet(out, url, link, time.Since(begun))
	tellManager(log, daemon.SdNotifyReady+"\nSTATUS=ready at "+url)

	select {
	case <-ctx.Done():
	case err = <-answered:
		log.Error("the server ended", "err", err)
	}
	tellManager(log, daemon.SdNotifyStopping+"\nSTATUS=lets the steps under way end")
	return errors.Join(notClosed(err), s.wind(server, work))
}

// tellManager tells a service manager how we stand, if one listens
// (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html).
func tellManager(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("tell the service manager", "err", err)
	}
}

func notClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, prentice.Errorf(prentice.Conflict, "%s is in use by another program", address).Try("stop it, or choose another with --listen 127.0.0.1:0")
	case err != nil:
		return nil, prentice.Errorf(prentice.Unavailable, "listen on %s: %w", address, err).Try("choose another address with --listen")
	}
	return l, nil
}

// greet says where everything is.
func (s *System) greet(out io.Writer, url, link string, took time.Duration) {
	fmt.Fprintf(out, "prentice is ready at %s after %d ms\n", url, took.Milliseconds())
	fmt.Fprintf(out, "  data %s, team %s: %s, %s\n", s.Settings.Data, s.Team.dir(),
		op.Count(len(s.Team.Catalog().Services), "service", "services"), op.Count(len(s.Team.Library().All()), "procedure", "procedures"))
	if link != "" {
		fmt.Fprintf(out, "\nSign in once with this link; it is good for 15 minutes:\n  %s\n\n", link)
	}
}

// Work is what a system does by itself.
type Work struct {
	system *System
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// Begin takes up what an earlier process left and begins to act.
func (s *System) Begin(ctx context.Context) (*Work, error) {
	news, err := s.joinReplicas(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ledger.Seal(ctx, time.Now()); err != nil {
		s.log.Error("the evidence could not be sealed", "err", err)
	}
	if err := s.runner.Launch(ctx); err != nil {
		return nil, storeTrouble(s.Settings.address(), err)
	}
	if err := s.beginGit(); err != nil {
		return nil, err
	}
	overSSH, err := s.listenSSH(ctx)
	if err != nil {
		return nil, err
	}
	s.dropEngine()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &Work{system: s, cancel: cancel}
	begin := func(name string, run func(context.Context) error) {
		l.all.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("background work ended", "of", name, "err", err)
			}
		})
	}
	once := func(name string, run func(context.Context) error) { begin(name, s.once(run)) }
	once("ledger", s.ledger.Run)
	once("inbox", s.inbox.Run)
	once("schedules", func(ctx context.Context) error { s.schedules.Anew(); return s.schedules.Run(ctx) })
	begin("runner", s.runner.Run)
	begin("team", s.Team.Run)
	begin("logs", s.logs.Run)
	once("retention", s.retention.Run)
	begin("disk", s.watchDisk)
	once("notices", s.outbox.Run)
	once("webhooks", s.outgoing.Run)
	begin("memory", giveBack)
	if s.previewsAt != nil {
		begin("previews", s.servePreviews)
	}
	if overSSH != nil {
		begin("git over SSH", overSSH)
	}
	for _, sk := range s.Skills {
		for _, w := range sk.Work {
			if w.OnAll {
				begin(w.Name, w.Run)
			} else {
				once(w.Name, w.Run)
			}
		}
	}
	if s.mirror != nil {
		once("silences", s.mirror.Run)
	}
	if s.replicas != nil {
		begin("replicas", s.replicas.Run)
	}
	if s.Settings.Replica != "" {
		begin("news", func(ctx context.Context) error { return s.hearOthers(ctx, news) })
		begin("prints", s.logs.Follow)
	}
	return l, nil
}

// dropEngine removes the file in which earlier versions kept what was under way
// beside the journal, which has all of it. Such a version makes it anew, should it
// be started again. On PostgreSQL that was a schema, which may be another
// program's as well and stays.
func (s *System) dropEngine() {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(s.path("runs.db" + end)); err != nil && !os.IsNotExist(err) {
			s.log.Warn("a file of an earlier version is left", "err", err)
		}
	}
}

// How long a start needs more memory than what comes after it; and over which time so little
// is done, of processor time, that what was needed before is given back, too.
const (
	startTime = 3 * time.Second
	restTime  = 20 * time.Second
	restful   = time.Second
)

// giveBack returns to the machine what only the start needed, and later what was needed while
// there was much to do, once there is little.
func giveBack(ctx context.Context) error {
	wait, before, given := startTime, time.Duration(0), time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		now := worked()
		if wait == startTime || now-before < restful && now-given > restful/4 {
			debug.FreeOSMemory()
			if err := proc.DropText(); err != nil {
				return err
			}
			now = worked()
			given = now
		}
		wait, before = restTime, now
	}
}

// worked is the processor time that this process has used.
func worked() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// End stops everything that Begin began. Steps under way are interrupted and
// asked about at the next start. A replica leaves once nothing is done here any
// more: then the others begin. If steps do not end, it does not say that it left,
// and the others wait until it is taken for dead.
func (w *Work) End() error {
	err := w.system.runner.Stop(patience)
	w.cancel()
	w.all.Wait()
	if err != nil {
		return err
	}
	return w.system.leaveReplicas()
}

// wind stops in reverse: no new steps, no new requests, then all the rest.
func (s *System) wind(server *http.Server, work *Work) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.runner.Drain(ctx); err != nil {
		s.log.Warn("stopped in the middle of a step", "err", err)
	}
	soon, enough := context.WithTimeout(context.Background(), 2*time.Second)
	defer enough()
	if server.Shutdown(soon) != nil {
		server.Close() // streams do not end by themselves
	}
	return errors.Join(work.End(), forget(s.own("")))
}
